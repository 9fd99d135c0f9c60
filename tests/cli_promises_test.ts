import { assert, assertEquals, assertMatch } from "@std/assert";
import { withCounts } from "../cli/meter.ts";
import { type MeterReading, Snapshot } from "../mod.ts";
import { Cli, runCli, SEQUENCE, wavsIn } from "./_cli.ts";
import { inFolder } from "./_in_folder.ts";
import { testWith } from "./_tools.ts";

/* What the commands' help promises: defaults, what an option changes, what is said on the way. */

const READ = { allow: ["--allow-ffi", "--allow-write", "--allow-read"] };
const RATE = 8000;

/** A WAV of so many seconds, as loud as there is. */
async function writeLoud(path: string, seconds: number): Promise<void> {
  const samples = new Float32Array(seconds * RATE).map((_, i) => i % 2 === 0 ? 1 : -1);
  const parts = { samples, format: "f32", channels: 1, sampleRate: RATE, startFrame: 0 } as const;
  const times = { startTime: 0, endTime: 1000 * seconds };
  await Deno.writeFile(path, new Snapshot({ ...parts, ...times }).toWav());
}

Deno.test("meter: a line a second in a pipe, one at least, and what clips is marked", () =>
  inFolder(async (folder) => {
    const lines = async (...args: string[]) => {
      const { code, out } = await runCli(["meter", ...args], READ);
      assertEquals(code, 0);
      return out.trimEnd().split("\n");
    };
    const seconds = await lines("--source=tone", "--for=2.5", "--json");
    assert(seconds.length >= 1 && seconds.length <= 2, seconds.join("\n"));
    const [short, ...none] = await lines("--source=tone", "--for=0.4");
    assertEquals(none, []);
    assertMatch(short, /peak {2}-12\.0 /);
    await writeLoud(`${folder}/loud.wav`, 2);
    const [loud] = await lines(`--source=${folder}/loud.wav`, "--interval=0.5");
    assertMatch(loud, /dBFS {2}CLIPPED$/);
  }));

Deno.test("meter: what was counted in parts is counted as a whole", () => {
  const reading = (missedFrames: number, clipped: number) => ({
    missedFrames,
    clipped,
    peakDbfs: -clipped,
    channels: [{ clipped, peakDbfs: -clipped }],
  } as unknown as MeterReading);
  assertEquals(withCounts(reading(3, 5), undefined), reading(3, 5));
  const both = withCounts(reading(3, 5), reading(10, 20));
  assertEquals([both.missedFrames, both.clipped, both.channels[0].clipped], [13, 25, 25]);
  assertEquals([both.peakDbfs, both.channels[0].peakDbfs], [-5, -5]);
});

Deno.test("save: half a minute if nothing else is said", () =>
  inFolder(async (folder) => {
    const { err } = await runCli(["save", "--source=tone", "--discard", "--for=0.1", folder]);
    assertMatch(err, /Keeping the last 30\.0 s\./);
  }));

Deno.test("save: one after the other, and the slowest is waited for", () =>
  inFolder(async (folder) => {
    // The first write of all takes long.
    const slow = `${folder}/slow.ts`;
    await Deno.writeTextFile(
      slow,
      `const { write } = Deno.FsFile.prototype;
       let count = 0;
       Deno.FsFile.prototype.write = async function (bytes) {
         if (count++ === 0) await new Promise((resolve) => setTimeout(resolve, 1500));
         return await write.call(this, bytes);
       };`,
    );
    const allow = ["--allow-ffi", "--allow-write", `--preload=${slow}`];
    const args = ["save", ...SEQUENCE, "--seconds=0.5", "--json", folder];
    await using cli = new Cli(args, { allow });
    await cli.says(/Keeping/);
    cli.kill("SIGUSR2");
    await new Promise((resolve) => setTimeout(resolve, 200));
    cli.kill("SIGINT");
    assertEquals(await cli.code(), 0);
    const starts = cli.objects().map(({ start }) => start);
    assertEquals([starts.length, (await wavsIn(folder)).length], [2, 2]);
    assertEquals(starts, starts.toSorted());
  }));

Deno.test("schedule: by the clocks of a place", () =>
  inFolder(async (folder) => {
    const args = ["schedule", "--source=tone", "--cron=0 0 1 1 *", "--seconds=1", "--for=0.2"];
    const there = await runCli([...args, "--timezone=Asia/Kathmandu", folder]);
    assertEquals(there.code, 0);
    assertMatch(there.err, /The first clip comes at \d{4}-12-31T18:15:00\.000Z\./);
    assertEquals((await runCli([...args, "--timezone=Mars/Base", folder])).code, 2);
  }));

Deno.test("record: a file is played as fast as it is to, and its end is told", () =>
  inFolder(async (folder) => {
    await writeLoud(`${folder}/a.wav`, 60);
    const args = ["record", `${folder}/r.wav`, `--source=${folder}/a.wav`, "--speed=50"];
    // At its own pace it would be cut off.
    const { code, err, out } = await runCli([...args, "--for=30"], READ);
    assertEquals(code, 0);
    assertMatch(err, /\nThe source is ended\.\n/);
    assertMatch(out, /\n(59\.\d|60\.0) s in all\n$/);
  }));

testWith(
  ["script"],
  "bsdutils",
  "record: a quiet one draws nothing on a terminal, either",
  () =>
    inFolder(async (folder) => {
      const args = ["record", "--source=tone", `${folder}/r.wav`, "--for=1.2", "--quiet"];
      await using cli = new Cli(args, { terminal: true });
      assertEquals(await cli.code(), 0);
      assertMatch(cli.out, /^\S+r\.wav\r\n1\.\d\d s in all\r\n$/);
    }),
);
