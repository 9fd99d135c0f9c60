/** The detector example: an alarm is found by its tone and its rhythm, and kept with what was around. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { file, MicRing, Snapshot, type TriggeredClip } from "@x/micring";
import { AlarmEar, alarms, type AlarmSound, shareOf } from "../examples/detector.ts";
import { Folder, runExample } from "./_example_process.ts";
import { addBurst, room, type ToneBurst } from "./_noises.ts";
import { plainWav, readPlainWav } from "./_plain_wav.ts";
import { difference } from "./_signal.ts";
import { addNoise, addWord } from "./_speech.ts";

const RATE = 16_000;
const SMOKE: AlarmSound = { hertz: 3100, pattern: [0.5, 0.5, 0.5, 0.5, 0.5, 1.5] };

/** Rounds of a pattern, as they are heard. */
function rounds(at: number, count: number, sound: AlarmSound, levelDbfs = -20): ToneBurst[] {
  const bursts: ToneBurst[] = [];
  for (let i = 0; i < count * sound.pattern.length; i++) {
    const seconds = sound.pattern[i % sound.pattern.length];
    if (i % 2 === 0) bursts.push({ at, seconds, hertz: sound.hertz, levelDbfs });
    at += seconds;
  }
  return bursts;
}

/** The highest score that an ear has for some sound, block by block. */
function highest(samples: Float32Array): number {
  const ear = new AlarmEar(SMOKE);
  const frames = 0.025 * RATE;
  let score = 0;
  for (let at = 0; at + frames <= samples.length; at += frames) {
    const block = new Snapshot({
      samples: samples.subarray(at, at + frames),
      format: "f32",
      channels: 1,
      sampleRate: RATE,
      startFrame: at,
      startTime: 0,
      endTime: 0,
    });
    score = Math.max(score, ear.hear(block));
  }
  return score;
}

function paced(pace: number): AlarmSound {
  return { ...SMOKE, pattern: SMOKE.pattern.map((seconds) => seconds * pace) };
}

Deno.test("an alarm has a high score: somewhat off, slow, fast, and in as much noise", () => {
  const sounds: [string, number, ToneBurst[]][] = [
    ["as it is to be", -60, rounds(3.01, 1, SMOKE)],
    ["once more", -60, rounds(3.013, 3, SMOKE)],
    ["8 % higher", -60, rounds(3, 2, { ...SMOKE, hertz: 3350 })],
    ["8 % lower", -60, rounds(3, 2, { ...SMOKE, hertz: 2850 })],
    ["slow", -60, rounds(3, 2, paced(1.1))],
    ["fast", -60, rounds(3, 2, paced(0.9))],
    ["loud noise", -20, rounds(3, 2, SMOKE, -20)],
    ["quiet", -90, rounds(3, 2, SMOKE, -70)],
  ];
  for (const [what, noiseDbfs, bursts] of sounds) {
    const score = highest(room(15, RATE, noiseDbfs, bursts));
    assert(score > 0.95 && score < 1.001, `${what}: ${score}`);
  }
});

Deno.test("what has another tone or another rhythm has a low score", () => {
  const { hertz } = SMOKE;
  const speech = room(15, RATE, -60, []);
  for (let at = 1000, seed = 1; at < 12 * RATE; seed++) {
    at = addWord(speech, at, -20, RATE, seed).to + 3000;
  }
  const silence = new Float32Array(15 * RATE);
  // Of such a tone, and no noise, a little is everywhere.
  for (const burst of rounds(2, 3, { ...SMOKE, hertz: 1013 })) addBurst(silence, RATE, burst);
  const sounds: [string, Float32Array][] = [
    ["silence", new Float32Array(8 * RATE)],
    ["noise", room(15, RATE, -20, [])],
    ["speech", speech],
    ["a tone", room(15, RATE, -60, [{ at: 3, seconds: 9, hertz, levelDbfs: -10 }])],
    ["a lorry", room(15, RATE, -60, rounds(2, 12, { hertz, pattern: [0.5, 0.5] }))],
    ["two beeps", room(15, RATE, -60, rounds(2, 3, { hertz, pattern: [0.5, 0.5, 0.5, 1.5] }))],
    ["a kilohertz", room(15, RATE, -60, rounds(2, 3, { ...SMOKE, hertz: 1000 }))],
    ["a kilohertz in silence", silence],
  ];
  for (const [what, samples] of sounds) {
    const score = highest(samples);
    assert(score < 0.8, `${what}: ${score}`);
  }
});

Deno.test("the share of a band is that of its energy", () => {
  const tones = (...levels: [hertz: number, amplitude: number][]) =>
    Float32Array.from(
      { length: 400 },
      (_, i) =>
        levels.reduce(
          (sum, [hertz, size]) => sum + size * Math.sin(2 * Math.PI * hertz * i / RATE),
          0,
        ),
    );
  const shares: [Float32Array, number][] = [
    [tones([3000, 0.1]), 1],
    [tones([1000, 0.1]), 0],
    [tones([3000, 0.1], [1000, 0.2]), 0.2],
    [tones([3000, 0.3], [3200, 0.3], [5000, 0.3]), 2 / 3],
    [new Float32Array(400), 0],
  ];
  for (const [samples, expected] of shares) {
    const share = shareOf(samples, RATE, 2800, 3400);
    assert(Math.abs(share - expected) < 1e-5, `${share} instead of ${expected}`);
  }
});

/** A short rhythm: so many seconds need not pass. */
const SHORT: AlarmSound = { hertz: 2000, pattern: [0.2, 0.2, 0.2, 0.6] };

Deno.test("each alarm is a clip with what was before and after; nothing else is", async () => {
  const samples = room(17, RATE, -60, [
    ...rounds(1.6, 2, SHORT),
    { at: 8, seconds: 1, hertz: 2000, levelDbfs: -12 },
    ...rounds(9.5, 2, { ...SHORT, hertz: 1000 }),
    ...rounds(13.5, 1, SHORT),
  ]);
  await using folder = new Folder();
  const path = `${folder.path}/sounds.wav`;
  await Deno.writeFile(path, plainWav(samples, RATE));
  await using ring = await MicRing.open({ seconds: 120, source: file(path, { speed: 8 }) });
  const signal = new AbortController().signal;
  const clips: TriggeredClip<"f32">[] = await Array.fromAsync(alarms(ring, SHORT, signal));
  assertEquals(clips.length, 2);
  for (const [i, [first, last]] of [[1.6, 3.4], [13.5, 14.1]].entries()) {
    const clip = clips[i];
    const [from, to] = [clip.startFrame / RATE, clip.endFrame / RATE];
    // A second before the first beep, or all there is; two behind the last one's round.
    assert(from <= Math.max(first - 1, 0) && from >= Math.max(first - 2.3, 0), `from ${from} s`);
    assert(to >= last + 2 && to <= last + 3, `to ${to} s`);
    assert(clip.atFrame / RATE > first + 0.6 && clip.atFrame / RATE < first + 1.2);
    const expected = samples.subarray(clip.startFrame, clip.endFrame);
    assertEquals(difference(clip.samples, expected), undefined);
    assertEquals([clip.skippedFrames, clip.complete], [0, true]);
  }
});

Deno.test("detector: writes an alarm as it was heard, also if a round of it was drowned", async () => {
  await using folder = new Folder();
  const samples = room(15, RATE, -60, [
    ...rounds(0.5, 2, { ...SMOKE, hertz: 1500 }, -40),
    ...rounds(2, 3, SMOKE),
  ]);
  addNoise(samples.subarray(5.4 * RATE, 9.6 * RATE), -5, 1);
  await Deno.writeFile(`${folder.path}/sounds.wav`, plainWav(samples, RATE));
  const permissions = ["--allow-ffi", "--allow-read=sounds.wav", "--allow-write=clips"];
  const args = ["--source=sounds.wav", "--speed=6", "--out=clips"];
  const { code, output, errors } = await runExample("detector", folder.path, permissions, args);
  assertEquals([code, errors], [0, ""]);
  const line = /^Listening to sounds\.wav\.\nAn alarm, heard at \S+Z: clips\/(alarm_\S+\.wav)\n$/;
  const [, name] = line.exec(output) ?? [];
  assertEquals(folder.names(), ["clips", "sounds.wav"].sort());
  const wav = readPlainWav(await Deno.readFile(`${folder.path}/clips/${name}`));
  assertEquals([wav.sampleRate, wav.channels], [RATE, 1]);
  const from = samples.indexOf(wav.samples[0]);
  assert(from <= RATE, `from ${from}`);
  // The file ends before the post-roll does.
  assertEquals(difference(wav.samples, samples.subarray(from)), undefined);
});

Deno.test("detector: another alarm is found by its own pattern only", async () => {
  await using folder = new Folder();
  const monoxide: AlarmSound = { hertz: 3200, pattern: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 2] };
  const samples = room(8, RATE, -60, rounds(2, 1, monoxide));
  await Deno.writeFile(`${folder.path}/sounds.wav`, plainWav(samples, RATE));
  const permissions = ["--allow-ffi", "--allow-read=sounds.wav", "--allow-write=."];
  const args = ["--source=sounds.wav", "--speed=8"];
  const pattern = `--pattern=${monoxide.pattern}`;
  const [found, passed] = await Promise.all(
    [[...args, pattern], args].map((args) =>
      runExample("detector", folder.path, permissions, args)
    ),
  );
  assertMatch(found.output, /^Listening.+\nAn alarm.+\n$/);
  assertEquals([passed.output, passed.code], ["Listening to sounds.wav.\n", 0]);
});

Deno.test("detector: says in a line what is wrong", async () => {
  await using folder = new Folder();
  const wrong: [string[], RegExp][] = [
    [["--hertz=high"], /^Cannot use --hertz=high: it must be a number of at least 1\n$/],
    [["--pattern=1,2,3"], /^Cannot use --pattern=1,2,3: it must be pairs of on and off\n$/],
    [["--pattern=1,-2"], /^Cannot use --pattern=-2: it must be a number of at least 0\.025\n$/],
    [["--source=none.wav"], /^Requires read access to "none\.wav".*\n$/],
  ];
  const permissions = ["--allow-ffi", "--allow-write=."];
  for (const [args, message] of wrong) {
    const { code, errors } = await runExample("detector", folder.path, permissions, args);
    assertMatch(errors, message);
    assertEquals(code, 1);
  }
});
