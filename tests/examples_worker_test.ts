/** The Worker example: the right pitch of each block, and a clean end in whatever order. */

import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { file, MicRing, tone } from "@x/micring";
import { pitchOf } from "../examples/_pitch.ts";
import type { Heard } from "../examples/_pitch_worker.ts";
import { analyseInWorker, noteOf, WorkerError } from "../examples/analysis_worker.ts";
import { ExampleProcess, Folder, runExample } from "./_example_process.ts";
import { room } from "./_noises.ts";
import { plainWav } from "./_plain_wav.ts";
import { until } from "./_wait.ts";

const RATE = 16_000;
const BLOCK = 0.05;

function sound(wave: (turns: number) => number, hertz: number): Float32Array {
  return Float32Array.from({ length: BLOCK * RATE }, (_, i) => 0.3 * wave(hertz * i / RATE + 0.1));
}

Deno.test("pitch is that of a tone and of a voice, and silence has none", () => {
  const sine = (turns: number) => Math.sin(2 * Math.PI * turns);
  // Without its lowest tone it is as high all the same.
  const voice = (turns: number) => sine(2 * turns) + 0.7 * sine(3 * turns) + 0.4 * sine(4 * turns);
  for (const hertz of [82.41, 110, 196.3, 261.63, 440, 441, 659.26, 987.77, 1100]) {
    // Its overtones must lie where they can be told apart.
    for (const wave of hertz < 700 ? [sine, voice] : [sine]) {
      const pitch = pitchOf(sound(wave, hertz), RATE)!;
      assertAlmostEquals(pitch.hertz, hertz, 0.004 * hertz);
      assert(pitch.clarity > 0.97, `${hertz} Hz: ${pitch.clarity}`);
    }
  }
  assertEquals(pitchOf(new Float32Array(800), RATE), undefined);
  const noise = pitchOf(room(BLOCK, RATE, -20, []), RATE);
  assert(noise === undefined || noise.clarity < 0.5, `${noise?.clarity}`);
});

Deno.test("notes have their names", () => {
  const notes = [440, 442, 261.63, 82.41, 466.16, 27.5, 429].map(noteOf);
  assertEquals(notes, ["A4 +0", "A4 +8", "C4 +0", "E2 +0", "A#4 +0", "A0 +0", "A4 -44"]);
});

Deno.test("the Worker tells the pitch of each block, from the ring's first frame on", async () => {
  const tones = [440, 220, 987.77, 329.63];
  const samples = room(
    2,
    RATE,
    -70,
    tones.map((hertz, i) => ({
      at: i / 2,
      seconds: 0.5,
      hertz,
      levelDbfs: -12,
    })),
  );
  await using folder = new Folder();
  await Deno.writeFile(`${folder.path}/tones.wav`, plainWav(samples, RATE));
  const source = file(`${folder.path}/tones.wav`);
  await using ring = await MicRing.open({ seconds: 10, source });
  const heard: Heard[] = [];
  const never = new AbortController().signal;
  // It ends by itself: so does the file.
  await analyseInWorker(ring, (one) => void heard.push(one), never);
  assertEquals(heard.length, samples.length / RATE / BLOCK);
  heard.forEach(({ time, rmsDbfs, pitch, missedSeconds }, i) => {
    const hertz = tones[Math.floor(i * BLOCK / 0.5 + 1e-9)];
    assertAlmostEquals(pitch!.hertz, hertz, 0.005 * hertz);
    assertAlmostEquals(rmsDbfs, -15, 0.5);
    assertAlmostEquals(time, ring.timeAt(800 * i), 5);
    assertEquals(missedSeconds, 0);
  });
});

Deno.test("whoever lets go first, the other ends cleanly", async () => {
  for (const first of ["signal", "ring", "both"] as const) {
    await using ring = await MicRing.open({ seconds: 2, source: tone() });
    const enough = new AbortController();
    let blocks = 0;
    const analysis = analyseInWorker(ring, () => blocks++, enough.signal);
    await until("the Worker's first block", () => blocks > 0);
    if (first !== "ring") enough.abort();
    if (first !== "signal") await ring.close();
    await analysis;
    const told = blocks;
    if (first === "signal") assertEquals([ring.state, ring.closed], ["running", false]);
    await ring.close();
    assertEquals(blocks, told);
  }
  await using ring = await MicRing.open({ seconds: 2, source: tone() });
  await analyseInWorker(ring, () => {}, AbortSignal.abort());
  assertEquals(ring.snapshot({ seconds: 0.01 }).frames, 480);
});

Deno.test("what goes wrong in the Worker is told", async () => {
  await using ring = await MicRing.open({ seconds: 2, source: tone() });
  const token = ring.share();
  const foreign = { share: () => ({ ...token, process: token.process + 1 }) } as MicRing;
  const never = new AbortController().signal;
  const analysis = analyseInWorker(foreign, () => {}, never);
  const error = await assertRejects(() => analysis, WorkerError);
  assertMatch(
    (error as Error).message,
    /^Cannot analyse: the Worker has ended, with Cannot attach/,
  );
});

/** Where the modules are that a Worker's needs: Deno reads a Worker's module only if it may. */
const READ = `--allow-read=${decodeURIComponent(new URL("..", import.meta.url).pathname)}`;

Deno.test("analysis_worker: names a tone once, and ends when it is over", async () => {
  await using folder = new Folder();
  const permissions = ["--allow-ffi", READ];
  const args = ["--source=tone:442", "--seconds=1"];
  const { code, output, errors } = await runExample(
    "analysis_worker",
    folder.path,
    permissions,
    args,
  );
  assertEquals([code, errors], [0, ""]);
  // Twenty blocks a second; a note is said anew only where it wavers by a cent.
  assertMatch(
    output,
    /^Listening to the built-in tone of 442 Hz\.\n(\S+Z {2}44[12]\.\d Hz {2}A4 \+[78]\n){1,3}$/,
  );
});

Deno.test("analysis_worker: Ctrl-C ends it", async () => {
  await using folder = new Folder();
  const permissions = ["--allow-ffi", READ];
  const args = ["--source=tone:220"];
  await using example = new ExampleProcess("analysis_worker", folder.path, permissions, args);
  await example.readUntil(/Z {2}220\.0 Hz {2}A3 \+0\n/);
  example.interrupt();
  const { code, errors } = await example.result();
  assertEquals([code, errors], [0, ""]);
});

Deno.test("analysis_worker: says in a line what is wrong", async () => {
  await using folder = new Folder();
  const wrong: [string[], string[], RegExp][] = [
    [[READ], ["--quiet=very"], /^Cannot use --quiet=very: it must be a number\n$/],
    [[READ], ["--source=tone:low"], /^Cannot make a tone: frequency is NaN.*\n$/],
    [[], ["--source=tone"], /Cannot analyse: the Worker has ended, with Requires read access.*\n$/],
  ];
  for (const [permissions, args, message] of wrong) {
    const all = ["--allow-ffi", ...permissions];
    const { code, errors } = await runExample("analysis_worker", folder.path, all, args);
    assertMatch(errors, message);
    assertEquals(code, 1);
  }
});
