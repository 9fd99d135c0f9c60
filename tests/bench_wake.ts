/**
 * What it costs to be told of each block, and how soon one is; and what it costs if nobody wants to
 * be: a part of `deno task bench`. The measures are a timer that polls for the same blocks, in the
 * same round, and a capture in plain C, at the same time.
 *
 * @module
 */

import process from "node:process";
import { captureRatios } from "./_plain_capture.ts";
import { quantile, quote } from "./_quote.ts";
import { StampedRing } from "./_stamped_ring.ts";
import { haveTools } from "./_tools.ts";
import { sleep } from "./_wait.ts";

interface Trial {
  readonly blockSeconds: number;
  readonly rounds: number;
  readonly roundSeconds: number;
}

const TRIALS: Trial[] = [
  { blockSeconds: 0.01, rounds: 12, roundSeconds: 1 },
  { blockSeconds: 0.02, rounds: 6, roundSeconds: 1 },
  { blockSeconds: 0.1, rounds: 4, roundSeconds: 3 },
];
/** What was promised, of blocks of 10 ms. */
const GOAL_US = { p50: 1000, p99: 3000 };

/** Takes each block for a while; returns the age of each, in microseconds. */
type Contestant = (ring: StampedRing, trial: Trial) => Promise<number[]>;

function count({ blockSeconds, roundSeconds }: Trial): number {
  return Math.round(roundSeconds / blockSeconds);
}

const listen: Contestant = async (ring, trial) => {
  const ages: number[] = [];
  const blocks = count(trial);
  const listening = ring.listen((block) => {
    if (ages.push(ring.ageOf(block)) === blocks) listening.stop();
  }, { seconds: trial.blockSeconds });
  await listening.finished;
  return ages;
};

const loop: Contestant = async (ring, trial) => {
  const ages: number[] = [];
  const blocks = count(trial);
  for await (const block of ring.blocks({ seconds: trial.blockSeconds })) {
    if (ages.push(ring.ageOf(block)) === blocks) break;
  }
  return ages;
};

const poll: Contestant = async (ring, trial) => {
  const ages: number[] = [];
  const blocks = count(trial);
  const frames = Math.round(trial.blockSeconds * ring.sampleRate);
  let from = ring.stats().writtenFrames;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const { writtenFrames } = ring.stats();
      for (; writtenFrames - from >= frames; from += frames) {
        if (ages.push(ring.ageOf(ring.snapshot({ from, to: from + frames }))) < blocks) continue;
        clearInterval(timer);
        return resolve();
      }
    }, 1000 * trial.blockSeconds);
  });
  return ages;
};

const nobody: Contestant = async (_ring, { roundSeconds }) => {
  await sleep(roundSeconds);
  return [];
};

const CONTESTANTS: Record<string, Contestant> = {
  "setInterval": poll,
  "listen": listen,
  "for await": loop,
  "nobody listens": nobody,
};

interface Result {
  readonly ages: number[];
  /** Percent of one processor; all of the process, its native threads among it. */
  readonly loads: number[];
}

async function measure(contestant: Contestant, ring: StampedRing, trial: Trial, into: Result) {
  const usage = process.cpuUsage();
  const start = performance.now();
  const ages = await contestant(ring, trial);
  const { user, system } = process.cpuUsage(usage);
  into.loads.push((user + system) / (performance.now() - start) / 10);
  into.ages.push(...ages);
}

function report(name: string, { ages, loads }: Result, timer: Result): void {
  const ratios = loads.map((load, round) => load / timer.loads[round]);
  const latency = ages.length === 0
    ? "".padEnd(27)
    : [0.5, 0.99, 1].map((part) => quantile(ages, part).toFixed(0).padStart(9)).join("");
  console.log(`${name.padEnd(28)}${latency}   ${quote(loads, 2)}   ${quote(ratios, 2)}`);
}

async function run(trial: Trial): Promise<void> {
  const ms = 1000 * trial.blockSeconds;
  const results = Object.values(CONTESTANTS).map((): Result => ({ ages: [], loads: [] }));
  await using ring = await StampedRing.open(trial.blockSeconds);
  for (let round = -1; round < trial.rounds; round++) {
    for (const [i, contestant] of Object.values(CONTESTANTS).entries()) {
      // The first round runs before the compiler has had a look.
      const into = round < 0 ? { ages: [], loads: [] } : results[i];
      await measure(contestant, ring, trial, into);
    }
  }
  Object.keys(CONTESTANTS).forEach((name, i) => {
    report(`${ms} ms, ${name}`, results[i], results[0]);
  });
}

/** Prints what blocks cost, and how old they are when they come. */
export async function benchWake(): Promise<void> {
  const titles = ["microseconds old".padStart(27), "% of a processor".padStart(24)];
  console.log(`\n${"".padEnd(28)}${titles.join("   ")}   ${"ratio to setInterval".padStart(24)}`);
  const columns = "     min  median     max   ";
  console.log(`${"".padEnd(28)}      p50      p99      max   ${columns.repeat(2)}`);
  for (const trial of TRIALS) await run(trial);
  console.log(`goal of 10 ms: p50 ${GOAL_US.p50}, p99 ${GOAL_US.p99}, ratio below 1`);
}

const CAPTURE_ROUNDS = 12;
const MOST_CAPTURE_RATIO = 1.25;

/** Prints what a capture from PulseAudio costs with nobody listening. */
export async function benchIdle(): Promise<void> {
  if (!await haveTools(["pulseaudio", "pactl", "cc"], "pulseaudio pulseaudio-utils gcc")) return;
  const ratios = await captureRatios(CAPTURE_ROUNDS, 1);
  console.log(`\n${"".padEnd(38)}${"ratio to plain C".padStart(24)}`);
  const name = "capture, 10 ms, nobody listens".padEnd(38);
  console.log(`${name}${quote(ratios, 2)}   goal ${MOST_CAPTURE_RATIO}`);
}

if (import.meta.main) {
  await benchWake();
  await benchIdle();
}
