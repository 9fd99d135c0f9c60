import { assert, assertEquals, assertMatch } from "@std/assert";
import { Snapshot } from "../mod.ts";
import { Cli, runCli, SEQUENCE, spanOf, wavsIn } from "./_cli.ts";
import { inFolder } from "./_in_folder.ts";
import { difference } from "./_signal.ts";
import { testWith } from "./_tools.ts";
import { sleep, until } from "./_wait.ts";
import { floatsOf, readWav } from "./_wav_reader.ts";

Deno.test("save: SIGUSR2, the time and Ctrl-C save the last seconds", () =>
  inFolder(async (folder) => {
    await using cli = new Cli(["save", ...SEQUENCE, "--seconds=0.5", "--json", folder]);
    await cli.says(/Keeping the last 0\.50 s/);
    await sleep(0.7);
    cli.kill("SIGUSR2");
    await cli.says(/"saved"/, 1);
    cli.kill("SIGUSR2");
    await cli.says(/"saved"/, 2);
    cli.kill("SIGINT");
    assertEquals(await cli.code(), 0);
    const saved = cli.objects();
    assertEquals(saved.map(({ path }) => path as string).sort(), await wavsIn(folder));
    let last = 0;
    for (const { path, seconds, complete } of saved) {
      const [first, end] = await spanOf(path as string);
      assertEquals([end - first, seconds, complete], [24_000, 0.5, true]);
      assert(end >= last && first > 0);
      last = end;
    }
    const discard = ["save", ...SEQUENCE, "--discard", "--for=0.3", folder];
    assertEquals((await runCli(discard)).out, "");
    const timed = await runCli(["save", ...SEQUENCE, "--for=0.3", folder]);
    assertEquals([timed.code, (await wavsIn(folder)).length], [0, 4]);
  }));

testWith(
  ["script"],
  "bsdutils",
  "save: Enter saves in a terminal, and so does Ctrl-C",
  () =>
    inFolder(async (folder) => {
      const args = ["save", "--source=tone", "--seconds=0.3", "--channels=2", folder];
      await using cli = new Cli(args, { terminal: true });
      await cli.says(/Enter saves/);
      await sleep(0.4);
      await cli.type("\n");
      await cli.says(/\.wav {2}0\.30 s, peak -12\.0 dBFS/, 1);
      await cli.type("no matter what\n");
      await cli.says(/\.wav {2}0\.30 s, peak -12\.0 dBFS/, 2);
      await cli.type("\x03");
      assertEquals(await cli.code(), 0);
      await cli.says(/\.wav {2}0\.30 s, peak -12\.0 dBFS/, 3);
      for (const path of await wavsIn(folder)) {
        const { channels, bits, frames } = readWav(await Deno.readFile(path));
        assertEquals([channels, bits, frames], [2, 16, 14_400]);
      }
    }),
);

Deno.test("record: every frame until Ctrl-C, in one file or in several", () =>
  inFolder(async (folder) => {
    const one = new Cli(["record", ...SEQUENCE, `${folder}/one.wav`, "--json"]);
    await using _one = one;
    await one.says(/Recording to/);
    await sleep(0.8);
    one.kill("SIGINT");
    assertEquals(await one.code(), 0);
    const [{ files, frames, missedFrames }] = one.objects();
    const [first, end] = await spanOf(`${folder}/one.wav`);
    assertEquals([files, frames, missedFrames], [[`${folder}/one.wav`], end - first, 0]);
    assert(end - first > 0.6 * 48_000, `${end - first}`);

    const several = [
      "record",
      ...SEQUENCE,
      `${folder}/s.wav`,
      "--rotate-seconds=0.25",
      "--for=0.9",
    ];
    const { code, out } = await runCli(several);
    assertEquals(code, 0);
    const paths = out.split("\n").filter((line) => line.endsWith(".wav"));
    assert(paths.length >= 3, out);
    let place: number | undefined;
    for (const path of paths) {
      const [from, to] = await spanOf(path);
      assertEquals(from, place ?? from);
      place = to;
    }
    const again = await runCli(["record", ...SEQUENCE, `${folder}/one.wav`]);
    assertEquals([again.code, again.out], [1, ""]);
    assertMatch(again.err, /there is a file of that name; choose another, or --replace\n$/);
    const replaced = await runCli([
      "record",
      ...SEQUENCE,
      `${folder}/one.wav`,
      "--replace",
      "--for=0.2",
    ]);
    assertEquals(replaced.code, 0);
    assert((await spanOf(`${folder}/one.wav`))[1] < 24_000);
  }));

testWith(
  ["script"],
  "bsdutils",
  "record: a terminal sees how far it is",
  () =>
    inFolder(async (folder) => {
      const args = ["record", "--source=tone", `${folder}/t.wav`];
      await using cli = new Cli(args, { terminal: true });
      await cli.says(/\[K\S+t\.wav {2}\d\.\d\d s, -12\.0 dBFS/, 2);
      await cli.type("\x03");
      assertEquals(await cli.code(), 0);
      assertMatch(cli.out, /\r\n\S+t\.wav\r\n\d\.\d\d s in all\r\n$/);
    }),
);

Deno.test("record: a full disk and a folder that vanishes are told, and what was recorded stays", () =>
  inFolder(async (folder) => {
    if (Deno.build.os !== "linux") return console.log("skipped: it takes a shell's limits");
    const full = ["record", ...SEQUENCE, `${folder}/full.wav`];
    const { code, out, err } = await runCli(full, { before: "trap '' XFSZ; ulimit -f 200;" });
    assertEquals([code, out], [1, ""]);
    assertMatch(
      err,
      /Cannot record to \S+: File too large .*Until then it was recorded to \S+full\.wav\.\n$/,
    );
    assert((await spanOf(`${folder}/full.wav`))[1] > 15_000);

    await Deno.mkdir(`${folder}/gone`);
    const rotated = ["record", ...SEQUENCE, `${folder}/gone/r.wav`, "--rotate-seconds=0.3"];
    await using cli = new Cli(rotated);
    await cli.says(/Recording to/);
    await Deno.remove(`${folder}/gone`, { recursive: true });
    assertEquals(await cli.code(), 1);
    assertMatch(cli.err, /the file is not there any more\. Until then it was recorded to \S+\n$/);
  }));

/** Writes a WAV of bursts, each of so many seconds, behind so much silence. */
async function writeBursts(path: string): Promise<void> {
  const rate = 8000;
  const samples = new Float32Array(6 * rate);
  for (const [from, to] of [[1, 1.5], [3, 3.2], [5.6, 6]]) {
    for (let i = from * rate; i < to * rate; i++) samples[i] = 0.5 * Math.sin(i);
  }
  const parts = { samples, format: "f32", channels: 1, sampleRate: rate, startFrame: 0 } as const;
  const snapshot = new Snapshot({ ...parts, startTime: 0, endTime: 6000 });
  await Deno.writeFile(path, snapshot.toWav({ format: "f32" }));
}

Deno.test("watch: a clip of each sound, with what was before it; the last one at its end", () =>
  inFolder(async (folder) => {
    await writeBursts(`${folder}/source.wav`);
    await Deno.mkdir(`${folder}/clips`);
    const args = [
      "watch",
      `--source=${folder}/source.wav`,
      "--speed=4",
      "--before=0.5",
      "--after=0.5",
    ];
    const rest = ["--above=-20", "--format=f32", "--json", `${folder}/clips`];
    const allow = ["--allow-ffi", "--allow-write", "--allow-read"];
    await using cli = new Cli([...args, ...rest], { allow });
    assertEquals(await cli.code(), 0);
    const source = floatsOf(readWavAny(await Deno.readFile(`${folder}/source.wav`)));
    const clips = cli.objects();
    const near = (value: number, wanted: number) =>
      assert(Math.abs(value - wanted) < 0.05, `${value}`);
    assertEquals(clips.length, 3);
    for (const [i, seconds] of [1.5, 1.2, 0.9].entries()) {
      const { path, seconds: said } = clips[i];
      near(said as number, seconds);
      const { startFrame, atFrame } = JSON.parse(await Deno.readTextFile(`${path}.json`));
      near(atFrame / 8000, 0.5);
      const samples = floatsOf(readWav(await Deno.readFile(path as string)));
      const wanted = source.subarray(startFrame, startFrame + samples.length);
      assertEquals(difference(samples, wanted), undefined);
    }
  }));

Deno.test("watch: Ctrl-C saves the sound that is being heard", () =>
  inFolder(async (folder) => {
    const args = ["watch", "--source=tone", "--above=-20", "--before=0.2", "--json", folder];
    await using cli = new Cli(args);
    await cli.says(/Listening/);
    await sleep(0.6);
    cli.kill("SIGINT");
    assertEquals(await cli.code(), 0);
    const [clip, ...others] = cli.objects();
    assertEquals(others, []);
    const { frames } = readWav(await Deno.readFile(clip.path as string));
    assert(frames > 0.4 * 48_000, `${frames}`);
  }));

Deno.test("schedule: clips that lie end to end, what came last too", () =>
  inFolder(async (folder) => {
    const args = ["schedule", ...SEQUENCE, "--every=0.3", "--for=1.05", "--json", folder];
    await using cli = new Cli(args);
    assertEquals(await cli.code(), 0);
    const paths = cli.objects().map(({ path }) => path as string);
    assert(paths.length >= 3, cli.out);
    let place: number | undefined;
    for (const path of paths) {
      const [from, to] = await spanOf(path);
      assertEquals(from, place ?? from, path);
      place = to;
    }
    assert(place! > 0.9 * 48_000, `${place}`);
    const last = ["schedule", ...SEQUENCE, "--every=0.3", "--seconds=0.2", "--for=0.75", folder];
    const { code, out } = await runCli(last);
    assertEquals(code, 0);
    assertEquals(out.match(/ {2}0\.20 s/g)?.length, 2);
    assertEquals((await wavsIn(folder)).length, paths.length + 2);
  }));

Deno.test("a clip that cannot be written is told and counted, and the next one is tried", () =>
  inFolder(async (folder) => {
    const gone = `${folder}/clips`;
    await using cli = new Cli(["schedule", ...SEQUENCE, "--every=0.2", gone]);
    await cli.says(/Listening/);
    await Deno.remove(gone, { recursive: true });
    await cli.says(/Cannot save a snapshot to \S+: the folder is not there\.\n/, 2);
    await Deno.mkdir(gone);
    await until("a clip is there", async () => (await wavsIn(gone)).length > 1);
    cli.kill("SIGTERM");
    assertEquals(await cli.code(), 1);
    for (const path of await wavsIn(gone)) await spanOf(path);
    // A file in a folder's place.
    await Deno.writeTextFile(`${folder}/clips/x.wav`, "");
    const { code, err } = await runCli(["save", ...SEQUENCE, "--for=0.2", `${folder}/clips/x.wav`]);
    assertEquals(code, 1);
    assertMatch(err, /^Cannot save to \S+x\.wav: it is a file, not a folder\n$/);
  }));

/** A WAV that is not this library's own. */
function readWavAny(bytes: Uint8Array<ArrayBuffer>): Parameters<typeof floatsOf>[0] {
  const at = new TextDecoder("latin1").decode(bytes.subarray(0, 200)).indexOf("data") + 8;
  const data = bytes.subarray(at);
  return { data, dataBytes: data.length } as Parameters<typeof floatsOf>[0];
}
