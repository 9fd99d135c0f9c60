import { assert, assertEquals, assertMatch } from "@std/assert";
import { denoDir } from "./_deno_dir.ts";
import { seeded } from "./_seeded.ts";
import { testWith } from "./_tools.ts";
import { sleep } from "./_wait.ts";
import { floatsOf, readWav } from "./_wav_reader.ts";

/* What is left of a recording whose process, or whose disk, has come to its end. */

const CHILD = new URL("_recording_child.ts", import.meta.url).pathname;
const RUN = ["run", "--quiet", "--no-check", "--allow-ffi", "--allow-write", "--no-prompt", CHILD];
const RATE = 48_000;

/** A recording process that has begun, and how to end it. */
async function begin(path: string): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...RUN, path],
    env: { DENO_DIR: denoDir(), NO_COLOR: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), "recording\n");
  reader.releaseLock();
  return child;
}

interface Left {
  readonly path: string;
  /** How many seconds there were when it was killed. */
  readonly seconds: number;
}

async function kill(path: string, afterSeconds: number): Promise<Left> {
  const child = await begin(path);
  await sleep(afterSeconds);
  child.kill("SIGKILL");
  const now = Date.now();
  await child.status;
  await child.stdout.cancel();
  const { start, finished } = JSON.parse(await Deno.readTextFile(`${path}.json`));
  assertEquals(finished, false);
  return { path, seconds: (now - Date.parse(start)) / 1000 };
}

/** It is whole, every frame is what it must be, and at most half a second is missing. */
async function check({ path, seconds }: Left): Promise<number> {
  const wav = readWav(await Deno.readFile(path));
  const samples = floatsOf(wav);
  const { startFrame } = JSON.parse(await Deno.readTextFile(`${path}.json`));
  assertEquals(samples.length, wav.frames);
  samples.forEach((sample, i) => {
    if (sample !== startFrame + i) throw new Error(`${path}: frame ${i} is ${sample}`);
  });
  const missing = seconds - wav.frames / RATE;
  assert(missing <= 0.5, `${path}: ${missing} s are missing`);
  const sox = await new Deno.Command("soxi", { args: ["-s", path] }).output();
  assertEquals(new TextDecoder().decode(sox.stderr), "");
  assertEquals(Number(new TextDecoder().decode(sox.stdout)), wav.frames);
  return missing;
}

testWith(
  ["soxi"],
  "sox",
  "killed at 100 random moments: 100 files that lack half a second at most",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "micring-kill-" });
    try {
      const random = seeded(11);
      const moments = Array.from({ length: 100 }, () => 1.2 * random());
      const missing: number[] = [];
      const work = async () => {
        for (let i = moments.length; (i = moments.length) > 0;) {
          const moment = moments.pop()!;
          missing.push(await check(await kill(`${folder}/${i}.wav`, moment)));
        }
      };
      await Promise.all(Array.from({ length: 6 }, work));
      assertEquals(missing.length, 100);
      missing.sort((a, b) => a - b);
      console.log(`missing: ${missing[50].toFixed(3)} s, at most ${missing[99].toFixed(3)} s`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

/** A recording on a disk that takes 512 times so many bytes of a file. */
async function recordOnFullDisk(path: string, blocks: number, watch: string) {
  const script = `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", script, Deno.execPath(), ...RUN, path, "{}", watch],
    env: { DENO_DIR: denoDir(), NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("a full disk ends a recording with an error, and the ring goes on", async () => {
  if (Deno.build.os !== "linux") return console.log("skipped: it takes a shell's limits");
  const folder = await Deno.makeTempDir({ prefix: "micring-full-" });
  try {
    const path = `${folder}/full.wav`;
    const { code, out, err } = await recordOnFullDisk(path, 400, "watch");
    assertEquals([code, err], [0, ""]);
    assertMatch(
      out,
      /^recording\nfile-write-failed Cannot record to \S+: File too large \(os error 27\) running true\n$/,
    );
    const wav = readWav(await Deno.readFile(path));
    const samples = floatsOf(wav);
    const { startFrame } = JSON.parse(await Deno.readTextFile(`${path}.json`));
    assert(wav.frames > 20_000, `${wav.frames}`);
    assert(samples.every((sample, i) => sample === startFrame + i));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a failure that nobody has asked for is an uncaught error", async () => {
  if (Deno.build.os !== "linux") return console.log("skipped: it takes a shell's limits");
  const folder = await Deno.makeTempDir({ prefix: "micring-full-" });
  try {
    const { code, err } = await recordOnFullDisk(`${folder}/full.wav`, 400, "");
    assertEquals(code, 1);
    assertMatch(err, /Uncaught MicRingError: Cannot record to/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
