/**
 * Writes down how often a dog barks: every ten minutes a line of JSON with the time of each bark, and
 * the loudest of them as a WAV.
 *
 *     deno run --allow-ffi --allow-write=. examples/bark_logger.ts [options]
 *
 *     --every=MINUTES  how often a line is written; 10 if left out
 *     --cron=WHEN      instead of that: "0 * * * *" is each full hour
 *     --above=DBFS     how loud a bark is at least; -35 if left out. `level_meter.ts` shows how loud
 *                      the room is: 10 dB more than that is a good beginning
 *     --out=FOLDER     where barks.jsonl and the clips go; here if left out
 *     --source=WHAT    an audio file instead of the microphone: see _source.ts
 *
 * A bark is what is loud for 0.06 to 1 second, between 400 and 2500 Hz, and then is over. It does not
 * know a dog from a hammer: listen to the clips before you complain to anyone.
 *
 * Needs --allow-ffi for the microphone, and --allow-write for the folder. Ctrl-C writes the last line.
 *
 * @module
 */

import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  type Gap,
  MicRing,
  type ScheduleRun,
  type ScheduleTiming,
  type Snapshot,
} from "@x/micring";
import { writeClip } from "./_clip_file.ts";
import { numberFrom } from "./_number.ts";
import { run } from "./_run.ts";
import { nameOf, SOURCE_OPTIONS, sourceFrom } from "./_source.ts";

const RING_SECONDS = 30;
const SHORTEST_SECONDS = 0.06;
const LONGEST_SECONDS = 1;
/** Barks are single sounds: no pre-roll that would join them, and not much of a pause between. */
const BARK = { highPass: 400, lowPass: 2500, before: 0, after: 0, hold: 0.15, queue: 1024 };
const CLIP = { before: 1, after: 1.5 };
/** A bark that begins at a line's end is known by then. */
const SETTLE_MS = 1500;

/** A line of the log: what there was from one frame to another. Times are ISO 8601. */
export interface BarkLine {
  readonly from: string;
  readonly to: string;
  readonly barks: number;
  readonly times: readonly string[];
  /** The level of the loudest bark, and its clip. */
  readonly loudestDbfs?: number;
  readonly clip?: string;
  /** How much of it was not listened to. */
  readonly missingSeconds: number;
  /** What the microphone is doing: `running`, if all is well. */
  readonly state: string;
}

interface Bark {
  readonly atFrame: number;
  readonly atTime: number;
  readonly rmsDbfs: number;
}

/** Where the logger leaves what it has. */
export interface BarkKeeper {
  /** Keeps the clip of a bark; returns its name. */
  keepClip(clip: Snapshot): Promise<string>;
  /** Writes a line. */
  keepLine(line: BarkLine): Promise<void>;
  /** Is told what went wrong with a line; the next one may fare better. */
  failed(error: unknown): void;
}

/** What is known of the time between two lines. */
class BarkPeriod {
  readonly #barks: Bark[] = [];
  #loudest: { readonly rmsDbfs: number; readonly clip: Promise<Snapshot> } | undefined;
  endFrame = Infinity;
  /* Frames that this script was too busy for. */
  skippedFrames = 0;

  constructor(readonly startFrame: number) {}

  add(bark: Bark, ring: MicRing): void {
    this.#barks.push(bark);
    const { atFrame: at, rmsDbfs } = bark;
    if (this.#loudest !== undefined && rmsDbfs <= this.#loudest.rmsDbfs) return;
    const clip = ring.clip({ at, ...CLIP });
    // Of one that a louder one takes the place of, nobody hears when the ring is closed.
    clip.catch(() => {});
    this.#loudest = { rmsDbfs, clip };
  }

  async line(ring: MicRing, gaps: readonly Gap[], keeper: BarkKeeper): Promise<BarkLine> {
    const { startFrame, endFrame } = this;
    const iso = (time: number) => new Date(time).toISOString();
    const missing = gaps.reduce((sum, gap) => {
      const from = Math.max(gap.startFrame, startFrame);
      return sum + Math.max(Math.min(gap.endFrame, endFrame) - from, 0);
    }, this.skippedFrames);
    const clip = await this.#loudest?.clip;
    return {
      from: iso(ring.timeAt(startFrame)),
      to: iso(ring.timeAt(endFrame)),
      barks: this.#barks.length,
      times: this.#barks.map(({ atTime }) => iso(atTime)),
      loudestDbfs: this.#loudest && Math.round(this.#loudest.rmsDbfs * 10) / 10,
      clip: clip && await keeper.keepClip(clip),
      missingSeconds: missing / ring.sampleRate,
      state: ring.state,
    };
  }
}

/**
 * Counts barks, until its signal is aborted or the ring has come to its end.
 *
 * @param ring What is listened to.
 * @param above How loud a bark is, in dBFS.
 * @param timing When lines are written.
 * @param keeper Where they go.
 */
export async function logBarks(
  ring: MicRing,
  { above, timing, keeper, signal }: {
    readonly above: number;
    readonly timing: ScheduleTiming;
    readonly keeper: BarkKeeper;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  // What came while this program began is heard, too.
  const past = ring.seconds;
  let current = new BarkPeriod(ring.stats().oldestFrame);
  // Those that wait for their last barks, and the one that goes on.
  const periods = [current];
  const gaps: Gap[] = [];
  ring.addEventListener("gap", ({ gap }) => void gaps.push(gap), { signal });

  const close = async (endFrame: number, signal: AbortSignal) => {
    const closed = current;
    closed.endFrame = endFrame;
    periods.push(current = new BarkPeriod(endFrame));
    // Once nobody listens any more, there is nothing to wait for.
    await setTimeout(SETTLE_MS, undefined, { signal }).catch(() => {});
    periods.splice(periods.indexOf(closed), 1);
    await keeper.keepLine(await closed.line(ring, gaps, keeper));
    while (gaps.length > 0 && gaps[0].endFrame <= endFrame) gaps.shift();
  };
  const listen = async () => {
    for await (const clip of ring.clips({ ...BARK, above, past, signal })) {
      const { atFrame, atTime, seconds, continued, skippedFrames } = clip;
      const isBark = !continued && seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS;
      const period = periods.find(({ endFrame }) => atFrame < endFrame)!;
      period.skippedFrames += skippedFrames;
      if (isBark) period.add({ atFrame, atTime, rmsDbfs: clip.level().rmsDbfs }, ring);
    }
  };
  // In parallel: a line must end where it is due, even if the one before is not written yet.
  const overlap = "parallel";
  const task = ({ endFrame }: Snapshot, run: ScheduleRun) => close(endFrame, run.signal);
  const schedule = ring.schedule(timing, task, { overlap, signal });
  schedule.addEventListener("error", ({ error }) => keeper.failed(error));
  await listen();
  schedule.stop();
  await schedule.finished;
  await close(ring.stats().writtenFrames, AbortSignal.abort());
}

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      ...SOURCE_OPTIONS,
      every: { type: "string", default: "10" },
      cron: { type: "string" },
      above: { type: "string", default: "-35" },
      out: { type: "string", default: "." },
    },
  });
  const { cron, out } = values;
  const timing = cron === undefined ? { every: 60 * numberFrom("every", values.every) } : { cron };
  const above = numberFrom("above", values.above);
  await Deno.mkdir(out, { recursive: true });
  const log = `${out}/barks.jsonl`;
  await using ring = await MicRing.open({ seconds: RING_SECONDS, ...sourceFrom(values) });
  console.log(`Listening to ${nameOf(ring)}, and writing to ${log}.`);
  const keeper: BarkKeeper = {
    keepClip: (clip) => writeClip(out, "bark", clip, "s16"),
    async keepLine(line) {
      await Deno.writeTextFile(log, `${JSON.stringify(line)}\n`, { append: true });
      console.log(`${line.from} to ${line.to}: ${line.barks} barks`);
    },
    failed(error) {
      console.error(`Cannot write a line: ${(error as Error).message}`);
      Deno.exitCode = 1;
    },
  };
  await logBarks(ring, { above, timing, keeper, signal });
}

if (import.meta.main) await run(main);
