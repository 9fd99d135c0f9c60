/** The command line where there is no room, no right and no folder: the ring goes on. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Snapshot } from "../mod.ts";
import { Cli, endToEnd, runCli, SEQUENCE, spanOf, wavsIn } from "./_cli.ts";
import { inFolder } from "./_in_folder.ts";
import { difference } from "./_signal.ts";
import { haveTools } from "./_tools.ts";
import { until } from "./_wait.ts";
import { floatsOf, readWav } from "./_wav_reader.ts";

const RATE = 8000;
/** No file larger than 100 KiB, as on a disk that is full from there on. */
const FULL = { before: "trap '' XFSZ; ulimit -f 200;" };

/** The names of all that is in a folder. */
async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

/** Six seconds with two sounds: one of four seconds, one of half a second. */
function twoSounds(): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 8 * RATE }, (_, i) => {
    const at = i / RATE;
    return at >= 1 && at < 5 || at >= 6.5 && at < 7 ? 0.5 * Math.sin(i) : 0;
  });
}

Deno.test("watch: a clip that the disk has no room for is counted, a smaller one is saved", () =>
  inFolder(async (folder) => {
    const samples = twoSounds();
    const parts = { samples, format: "f32", channels: 1, sampleRate: RATE, startFrame: 0 } as const;
    const source = new Snapshot({ ...parts, startTime: 0, endTime: 8000 });
    await Deno.writeFile(`${folder}/source.wav`, source.toWav());
    await Deno.mkdir(`${folder}/clips`);
    const args = ["watch", `--source=${folder}/source.wav`, "--speed=8", "--above=-20", "--json"];
    const rest = ["--before=0.3", "--after=0.3", "--format=f32", `${folder}/clips`];
    const allow = ["--allow-ffi", "--allow-write", "--allow-read"];
    await using cli = new Cli([...args, ...rest], { ...FULL, allow });
    assertEquals(await cli.code(), 1, cli.err);
    assertMatch(cli.err, /\nCannot save a snapshot to \S+: File too large [^\n]*\n/);
    assertMatch(cli.err, /\n1 clip was saved\.\n/);
    const [{ path }, ...others] = cli.objects() as { path: string }[];
    assertEquals(others, []);
    // Nothing is left of the one that did not fit.
    const [name] = path.split("/").slice(-1);
    assertEquals(await namesIn(`${folder}/clips`), [name, `${name}.json`]);
    const { startFrame, atFrame } = JSON.parse(await Deno.readTextFile(`${path}.json`));
    assert(startFrame > 5.5 * RATE && startFrame + atFrame < 6.7 * RATE, `${startFrame}`);
    const saved = floatsOf(readWav(await Deno.readFile(path)));
    assert(saved.length > RATE, `${saved.length}`);
    const wanted = samples.subarray(startFrame, startFrame + saved.length);
    assertEquals(difference(saved, wanted), undefined);
  }));

Deno.test("save: when the disk is full, all that comes is tried and counted", () =>
  inFolder(async (folder) => {
    await using cli = new Cli(["save", ...SEQUENCE, "--json", folder], FULL);
    await cli.says(/Keeping/);
    cli.kill("SIGUSR2");
    await cli.says(/"saved"/);
    const [{ path }] = cli.objects() as { path: string }[];
    await until("there is more than fits", () => Date.now() > timeIn(path) + 900);
    cli.kill("SIGUSR2");
    await cli.says(/File too large/);
    cli.kill("SIGINT");
    assertEquals(await cli.code(), 1);
    assertEquals(cli.err.match(/File too large/g)?.length, 2);
    assertEquals(await wavsIn(folder), [path]);
    assertEquals((await spanOf(path))[0], 0);
  }));

/** The time in a clip's name. */
function timeIn(path: string): number {
  const [, day, hour, rest] = /(\d{4}-\d\d-\d\d)T(\d\d)-(\S+Z)/.exec(path)!;
  return Date.parse(`${day}T${hour}:${rest.replace("-", ":")}`);
}

Deno.test("save: a folder that vanishes and comes back costs what was asked for meanwhile, no more", () =>
  inFolder(async (folder) => {
    const clips = `${folder}/clips`;
    await Deno.mkdir(clips);
    await using cli = new Cli(["save", ...SEQUENCE, "--json", "--discard", clips]);
    await cli.says(/Keeping/);
    cli.kill("SIGUSR2");
    await cli.says(/"saved"/);
    const [, before] = await spanOf((await wavsIn(clips))[0]);
    await Deno.remove(clips, { recursive: true });
    cli.kill("SIGUSR2");
    await cli.says(/Cannot save a snapshot to \S+: the folder is not there\.\n/);
    await Deno.mkdir(clips);
    cli.kill("SIGUSR2");
    await cli.says(/"saved"/, 2);
    cli.kill("SIGINT");
    assertEquals(await cli.code(), 1);
    // All from the first frame on: the ring was never let go.
    const [from, to] = await spanOf((await wavsIn(clips))[0]);
    assertEquals(from, 0);
    assert(to > before, `${to}`);
  }));

Deno.test("watch: goes on when its folder vanishes and comes back", () =>
  inFolder(async (folder) => {
    const clips = `${folder}/clips`;
    await Deno.mkdir(clips);
    // Loud from the first frames on: clips of a second, end to end.
    const args = ["watch", ...SEQUENCE, "--speed=4", "--before=0", "--at-most=1", "--json", clips];
    await using cli = new Cli(args);
    await cli.says(/"saved"/);
    await Deno.remove(clips, { recursive: true });
    await cli.says(/Cannot save a snapshot to \S+: the folder is not there\.\n/);
    await Deno.mkdir(clips);
    await until("two clips are there", async () => (await wavsIn(clips)).length >= 2);
    cli.kill("SIGTERM");
    assertEquals(await cli.code(), 1);
    const [from, to] = await endToEnd(await wavsIn(clips));
    assert(from > 2 * 47_000 && to - from > 48_000, `${from} ${to}`);
  }));

Deno.test("a folder that may not be written to is told, by each command that writes", () =>
  inFolder(async (folder) => {
    const locked = `${folder}/locked`;
    await Deno.mkdir(locked);
    // Root may write wherever it is not told otherwise by the file system.
    const root = Deno.uid() === 0;
    if (root && !await haveTools(["chattr"], "e2fsprogs")) return;
    const lock = root ? ["chattr", "+i", locked] : ["chmod", "555", locked];
    const unlock = root ? ["chattr", "-i", locked] : ["chmod", "755", locked];
    const call = (words: string[]) => new Deno.Command(words[0], { args: words.slice(1) }).output();
    assert((await call(lock)).success);
    try {
      const reason = "(Operation not permitted|Permission denied)";
      const commands: Record<string, [string[], number]> = {
        save: [["save", locked, "--for=0.2"], 1],
        record: [["record", `${locked}/r.wav`, "--for=0.2"], 1],
        schedule: [["schedule", "--every=0.3", locked, "--for=0.5"], 2],
        watch: [["watch", locked, "--before=0", "--for=0.3"], 1],
      };
      for (const [name, [args, times]] of Object.entries(commands)) {
        const { code, out, err } = await runCli([...args, ...SEQUENCE]);
        assertEquals([name, code, out], [name, 1, ""]);
        const found = err.match(new RegExp(`\nCannot [^\n]*/locked/[^\n]* ${reason}`, "g"));
        assertEquals([name, found?.length], [name, times], err);
        assert(!/\n +at /.test(err), err);
      }
    } finally {
      await call(unlock);
    }
    assertEquals(await namesIn(locked), []);
  }));
