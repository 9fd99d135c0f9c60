import { assert, assertEquals, assertMatch } from "@std/assert";
import { Snapshot } from "../mod.ts";
import { Cli, runCli, SEQUENCE, wavsIn } from "./_cli.ts";
import { inFolder } from "./_in_folder.ts";

/* The command line's triggers: each option does what its help says. */

const READ = { allow: ["--allow-ffi", "--allow-write", "--allow-read"] };
const RATE = 8000;

/** A WAV of four seconds, with tones of so many hertz from one second to another. */
async function writeTones(path: string, ...tones: [hertz: number, from: number, to: number][]) {
  const samples = new Float32Array(4 * RATE);
  for (const [hertz, from, to] of tones) {
    for (let i = from * RATE; i < to * RATE; i++) {
      samples[i] = 0.5 * Math.sin(2 * Math.PI * hertz * i / RATE);
    }
  }
  const parts = { samples, format: "f32", channels: 1, sampleRate: RATE, startFrame: 0 } as const;
  await Deno.writeFile(path, new Snapshot({ ...parts, startTime: 0, endTime: 4000 }).toWav());
}

/** How long the clips are that it saves of a WAV, in tenths of a second. */
async function watch(path: string, ...options: string[]): Promise<number[]> {
  const folder = path.replace(/\/[^/]*$/, "");
  const args = ["watch", `--source=${path}`, "--speed=4", "--json", folder, ...options];
  await using cli = new Cli(args, READ);
  assertEquals(await cli.code(), 0, cli.err);
  if (cli.out === "") return [];
  return cli.objects().map(({ seconds }) => Math.round(10 * (seconds as number)));
}

Deno.test("watch: what is a sound, how long it is, and what of it is heard", () =>
  inFolder(async (folder) => {
    // Two of 0.3 s, half a second apart: a low one and a high one.
    const path = `${folder}/sounds.wav`;
    await writeTones(path, [100, 1, 1.3], [2000, 1.8, 2.1]);
    const alone = ["--before=0", "--after=0", "--hold=0.1"];
    assertEquals(await watch(path, ...alone), [3, 3]);
    assertEquals(await watch(path, "--before=0", "--after=0", "--hold=0.7"), [11]);
    assertEquals(await watch(path, "--before=0", "--after=0.2", "--hold=0.1"), [5, 5]);
    assertEquals(await watch(path, ...alone, "--high-pass=1000"), [3]);
    assertEquals(await watch(path, ...alone, "--low-pass=300"), [3]);
    assertEquals(await watch(path, ...alone, "--above=-5"), []);
  }));

Deno.test("watch: a second before and behind, where nothing else is said", () =>
  inFolder(async (folder) => {
    await writeTones(`${folder}/sound.wav`, [1000, 1.5, 1.8]);
    assertEquals(await watch(`${folder}/sound.wav`), [23]);
  }));

Deno.test("watch: what is too long is continued, and what is lacking is told", () =>
  inFolder(async (folder) => {
    const long = [...SEQUENCE, "--before=0", "--at-most=1", "--speed=4", "--for=0.8", "--json"];
    await using cli = new Cli(["watch", ...long, folder]);
    assertEquals(await cli.code(), 0);
    const [first, second] = cli.objects();
    assertEquals([first.continued, second.continued], [false, true]);
    const early = ["watch", "--source=tone", "--above=-20", "--before=0.5", "--for=0.5", folder];
    const { out } = await runCli(early);
    assertMatch(out, /dBFS, not complete\n$/);
  }));

Deno.test("watch: clips that the disk is too slow for are told, and are a failure", () =>
  inFolder(async (folder) => {
    const slow = `${folder}/slow.ts`;
    await Deno.writeTextFile(
      slow,
      `const { write } = Deno.FsFile.prototype;
       Deno.FsFile.prototype.write = async function (bytes) {
         await new Promise((resolve) => setTimeout(resolve, 50));
         return await write.call(this, bytes);
       };`,
    );
    const allow = ["--allow-ffi", "--allow-write", `--preload=${slow}`];
    const args = ["watch", ...SEQUENCE, "--speed=50", "--before=0", "--at-most=1", "--for=1.5"];
    const { code, err } = await runCli([...args, folder], { allow });
    assertEquals(code, 1);
    assertMatch(err, /\n\d+ clips came too fast, and are lost\.\n/);
    assert((await wavsIn(folder)).length > 0);
  }));
