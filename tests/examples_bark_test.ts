/** The bark logger: each bark once, in the line that it belongs to, at its time. */

import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { file, MicRing, type Snapshot, tone } from "@x/micring";
import { type BarkKeeper, type BarkLine, logBarks } from "../examples/bark_logger.ts";
import { Folder, runExample } from "./_example_process.ts";
import { room, type ToneBurst } from "./_noises.ts";
import { plainWav, readPlainWav } from "./_plain_wav.ts";
import { difference } from "./_signal.ts";
import { sleep, until } from "./_wait.ts";

const RATE = 16_000;
const SPEED = 8;
/** A hop of 20 ms and what is left of the one before; and the millisecond of a time, at that speed. */
const CLOSE_FRAMES = 400 + RATE * SPEED / 1000;

function bark(at: number, levelDbfs: number, seconds = 0.25): ToneBurst {
  return { at, seconds, hertz: 900, levelDbfs };
}

/** The loudest is last but two; two of them are a quarter of a second apart. */
const BARKS = [
  bark(0.7, -20),
  bark(1.2, -25, 0.12),
  bark(3.2, -18, 0.5),
  bark(3.95, -22),
  bark(5.1, -12),
  bark(9.4, -24, 0.1),
  bark(11.6, -21),
];

/** Loud, and no barks: too long, too low, too high, too short. */
const OTHERS: ToneBurst[] = [
  { at: 6.2, seconds: 1.6, hertz: 1000, levelDbfs: -10 },
  { at: 2, seconds: 0.3, hertz: 60, levelDbfs: -12 },
  { at: 8.4, seconds: 0.3, hertz: 7500, levelDbfs: -22 },
  { at: 10.4, seconds: 0.015, hertz: 900, levelDbfs: -12 },
];

const SAMPLES = room(12.5, RATE, -60, [...BARKS, ...OTHERS]);

/** Notes what is kept, and what of the file it is. */
class Notes implements BarkKeeper {
  readonly lines: BarkLine[] = [];
  readonly clips = new Map<string, Snapshot>();

  keepClip(clip: Snapshot): Promise<string> {
    const name = `clip ${this.clips.size}`;
    this.clips.set(name, clip);
    return Promise.resolve(name);
  }

  keepLine(line: BarkLine): Promise<void> {
    this.lines.push(line);
    return Promise.resolve();
  }

  failed(error: unknown): void {
    throw error;
  }
}

/** Runs a logger in this process over a file of sounds. */
async function log(samples: Float32Array, every: number, signal = new AbortController().signal) {
  await using folder = new Folder();
  const path = `${folder.path}/sounds.wav`;
  await Deno.writeFile(path, plainWav(samples, RATE));
  const keeper = new Notes();
  await using ring = await MicRing.open({ seconds: 30, source: file(path, { speed: SPEED }) });
  // By then the ring has the first bark.
  await sleep(0.2);
  await logBarks(ring, { above: -35, timing: { every }, keeper, signal });
  const frameOf = (time: string) => ring.frameAt(Date.parse(time));
  const lines = keeper.lines.map((line) => ({
    ...line,
    fromFrame: frameOf(line.from),
    toFrame: frameOf(line.to),
    frames: line.times.map(frameOf),
  }));
  return { lines, clips: keeper.clips, writtenFrames: ring.stats().writtenFrames };
}

Deno.test("each bark is in one line, at its time; what is no bark is in none", async () => {
  const { lines, clips, writtenFrames } = await log(SAMPLES, 0.4);
  assert(lines.length >= 4, `${lines.length} lines`);
  let at = 0;
  const heard: number[] = [];
  for (const line of lines) {
    const { fromFrame: from, toFrame: to, frames: own } = line;
    assertAlmostEquals(from, at, 2 * RATE * SPEED / 1000);
    at = to;
    for (const frame of own) {
      assert(frame >= from - CLOSE_FRAMES && frame <= to + CLOSE_FRAMES, `${from} ${frame} ${to}`);
    }
    heard.push(...own);
    assertEquals([line.barks, line.missingSeconds], [line.times.length, 0]);
    if (own.length === 0) {
      assertEquals([line.clip, line.loudestDbfs], [undefined, undefined]);
      continue;
    }
    const mine = BARKS.filter(({ at }) =>
      own.some((frame) => Math.abs(frame - at * RATE) < CLOSE_FRAMES)
    );
    const loudest = mine.reduce((a, b) => b.levelDbfs > a.levelDbfs ? b : a);
    const clip = clips.get(line.clip!)!;
    const begin = clip.startFrame + (clip.startFrame > 0 ? RATE : loudest.at * RATE);
    assertAlmostEquals(begin, loudest.at * RATE, CLOSE_FRAMES);
    assertEquals(clip.endFrame - begin, Math.min(1.5 * RATE, SAMPLES.length - begin));
    const expected = SAMPLES.subarray(clip.startFrame, clip.endFrame);
    assertEquals(difference(clip.samples, expected), undefined);
    // A sine's RMS is 3 dB below its peaks, and its first and last hop are not full.
    assertAlmostEquals(line.loudestDbfs!, loudest.levelDbfs - 3, 1.2);
  }
  assertAlmostEquals(at, writtenFrames, 2 * RATE * SPEED / 1000);
  assertEquals(writtenFrames, SAMPLES.length);
  assertEquals(heard.length, BARKS.length);
  BARKS.forEach(({ at }, i) => assertAlmostEquals(heard[i], at * RATE, CLOSE_FRAMES));
});

Deno.test("stopped, it writes what it has heard", async () => {
  const interrupt = new AbortController();
  setTimeout(() => interrupt.abort(), 1000);
  const { lines } = await log(SAMPLES, 60, interrupt.signal);
  assertEquals(lines.length, 1);
  const { toFrame: to, frames: heard } = lines[0];
  assert(to > RATE * SPEED * 0.6 && to < SAMPLES.length, `${to}`);
  // What is still being heard at that moment may be in it or not.
  const sure = BARKS.filter(({ at, seconds }) => (at + seconds + 0.5) * RATE < to);
  sure.forEach(({ at }, i) => assertAlmostEquals(heard[i], at * RATE, CLOSE_FRAMES));
  assert(heard.length <= sure.length + 1, `${heard}`);
});

Deno.test("what was not listened to is told, and a line that cannot be written is, too", async () => {
  await using ring = await MicRing.open({ seconds: 30, source: tone({ levelDbfs: -60 }) });
  const keeper = new Notes();
  const failures: unknown[] = [];
  let lines = 0;
  keeper.failed = (error) => void failures.push(error);
  keeper.keepLine = (line) => {
    if (++lines === 1) throw new Error("the disk is full");
    keeper.lines.push(line);
    return Promise.resolve();
  };
  const interrupt = new AbortController();
  const { signal } = interrupt;
  const logging = logBarks(ring, { above: -35, timing: { every: 0.5 }, keeper, signal });
  // The first line ends at half a second, and is written when its last bark is known.
  await until("the first line", () => lines === 1);
  await ring.pause();
  await sleep(0.2);
  await ring.resume();
  await sleep(0.3);
  interrupt.abort();
  await logging;
  assertEquals(failures.map(String), ["Error: the disk is full"]);
  const [gap] = ring.snapshot().gaps;
  const missing = keeper.lines.reduce((sum, line) => sum + line.missingSeconds, 0);
  assertAlmostEquals(missing, (gap.endFrame - gap.startFrame) / ring.sampleRate, 1e-9);
  assert(missing > 0.2, `${missing} s`);
  for (const { missingSeconds, from, to } of keeper.lines) {
    const [start, end] = [from, to].map((time) => ring.frameAt(Date.parse(time)));
    const frames = Math.min(gap.endFrame, end) - Math.max(gap.startFrame, start);
    assertAlmostEquals(missingSeconds, Math.max(frames, 0) / ring.sampleRate, 0.003);
  }
});

Deno.test("bark_logger: appends lines, and keeps the loudest bark of each", async () => {
  await using folder = new Folder();
  // Of 16 bits, like what is written: not a sample of it is rounded then.
  const whole = Int16Array.from(SAMPLES.subarray(0, 4.6 * RATE), (sample) => 32_768 * sample);
  const sounds = Float32Array.from(whole, (sample) => sample / 32_768);
  await Deno.writeFile(`${folder.path}/sounds.wav`, plainWav(sounds, RATE));
  await Deno.mkdir(`${folder.path}/log`);
  await Deno.writeTextFile(`${folder.path}/log/barks.jsonl`, '{"barks":0}\n');
  const permissions = ["--allow-ffi", "--allow-read=sounds.wav", "--allow-write=log"];
  const options = ["--source=sounds.wav", `--speed=${SPEED}`, "--every=0.005", "--out=log"];
  const { code, output, errors } = await runExample(
    "bark_logger",
    folder.path,
    permissions,
    options,
  );
  assertEquals([code, errors], [0, ""]);
  const text = await Deno.readTextFile(`${folder.path}/log/barks.jsonl`);
  const [first, ...lines]: BarkLine[] = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(first, { barks: 0 });
  assert(lines.length >= 2, text);
  assertEquals(output.split("\n"), [
    "Listening to sounds.wav, and writing to log/barks.jsonl.",
    ...lines.map(({ from, to, barks }) => `${from} to ${to}: ${barks} barks`),
    "",
  ]);
  const start = Date.parse(lines[0].from);
  const times = lines.flatMap((line) => line.times).map((time) =>
    (Date.parse(time) - start) * SPEED
  );
  assertEquals(times.length, 4);
  // Counted from the first line, which begins when the ring is open.
  BARKS.slice(0, 4).forEach(({ at }, i) => assertAlmostEquals(times[i], at * 1000, 100));
  const clips = lines.flatMap(({ clip }) => clip ?? []);
  assertEquals(clips.length, lines.filter(({ barks }) => barks > 0).length);
  const loudest = lines.find((line) =>
    line.loudestDbfs === Math.max(
      ...lines.map(({ loudestDbfs }) => loudestDbfs ?? -Infinity),
    )
  )!;
  const { samples, sampleRate } = readPlainWav(
    await Deno.readFile(`${folder.path}/${loudest.clip}`),
  );
  assertEquals(sampleRate, RATE);
  const from = findStart(whole, samples);
  assertAlmostEquals(from + RATE, BARKS[2].at * RATE, CLOSE_FRAMES);
  assertEquals(difference(samples, whole.subarray(from, from + samples.length)), undefined);
  assertEquals(folder.names(), ["log", "sounds.wav"]);
});

/** Where in a longer sound a shorter one begins, by its first samples. */
function findStart(whole: ArrayLike<number>, part: ArrayLike<number>): number {
  for (let at = 0; at + part.length <= whole.length; at++) {
    let same = 0;
    while (same < 200 && whole[at + same] === part[same]) same++;
    if (same === 200) return at;
  }
  throw new Error("Cannot find the clip in the file");
}

Deno.test("bark_logger: says in a line what is wrong", async () => {
  await using folder = new Folder();
  const permissions = ["--allow-ffi", "--allow-write=."];
  const tone = "--source=tone";
  const wrong: [string[], RegExp][] = [
    [["--every=soon"], /^Cannot use --every=soon: it must be a number\n$/],
    [[tone, "--every=0"], /^Cannot schedule: every is 0.*\n$/],
    [[tone, "--cron=soon"], /^Cannot schedule: cron is "soon": .*\n$/],
    [[tone, "--above=3"], /^Cannot listen for clips: above is 3.*\n$/],
  ];
  for (const [args, message] of wrong) {
    const { code, errors } = await runExample("bark_logger", folder.path, permissions, args);
    assertMatch(errors, message);
    assertEquals(code, 1);
  }
});
