/**
 * A schedule by a driven clock, on a ring that records while that goes on.
 *
 * @module
 */

import { type Schedule, startSchedule } from "../ffi/schedule.ts";
import type { ScheduleOptions, ScheduleRun } from "../ffi/schedule_options.ts";
import type { ScheduleTiming } from "../ffi/schedule_timing.ts";
import type { Snapshot } from "../ffi/snapshot.ts";
import { DrivenClock } from "./_driven_clock.ts";
import { FakeFeed, rampAt } from "./_fake_feed.ts";

/** A run, as its task saw it. */
export interface SeenRun {
  readonly run: ScheduleRun;
  readonly snapshot: Snapshot;
  /** The wall clock, and the monotonic one, when the task was called. */
  readonly now: number;
  readonly elapsed: number;
}

/** What there is of a schedule: timers that are set, and waits for its ring. */
export interface Leftovers {
  readonly timers: number;
  readonly waits: number;
  readonly next: Date | undefined;
}

/** How a schedule ends. */
export interface EndWatch {
  readonly ends: number;
  left(): Leftovers;
}

export const NOTHING: Leftovers = { timers: 0, waits: 0, next: undefined };

/** What a rig is like. */
export interface RigOptions extends ScheduleOptions {
  readonly timing: ScheduleTiming;
  /** When it begins; the beginning of 2026 if left out. */
  readonly start?: number;
  readonly sampleRate?: number;
  /** How much the ring holds, in seconds; 60 if left out. */
  readonly window?: number;
  /** How much it holds at the beginning of the schedule, in seconds; none if left out. */
  readonly before?: number;
  /** What the task does after it was noted. */
  readonly task?: (rig: Rig, run: ScheduleRun) => unknown;
}

export const START = Date.UTC(2026, 0, 1);

/** The numbers from one up to another, both included. */
export function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
}

/** Where a snapshot begins, together with what is not there any more. */
export function beginOf({ gaps, startFrame }: Snapshot): number {
  return Math.min(startFrame, gaps[0]?.startFrame ?? startFrame);
}

/** What is wrong with a snapshot's samples, in words: all of them are the ramp, or a gap's silence. */
export function rampFault(snapshot: Snapshot): string | undefined {
  const { samples, startFrame, gaps, format, channels } = snapshot;
  for (let i = 0; i < samples.length; i++) {
    const frame = startFrame + Math.floor(i / channels);
    const silent = gaps.some((gap) => gap.startFrame <= frame && frame < gap.endFrame);
    const expected = silent ? 0 : rampAt(format, frame, i % channels);
    if (samples[i] !== expected) return `frame ${frame} is ${samples[i]}, not ${expected}`;
  }
  return undefined;
}

export class Rig implements Disposable {
  readonly clock: DrivenClock;
  readonly feed: FakeFeed;
  readonly schedule: Schedule;
  readonly seen: SeenRun[] = [];
  #ms = 0;

  constructor({ timing, start = START, sampleRate = 100, window = 60, ...rest }: RigOptions) {
    const { before = 0, task, ...options } = rest;
    this.feed = new FakeFeed({
      sampleRate,
      windowFrames: window * sampleRate,
      startTime: start - 1000 * before,
    });
    this.feed.writeRamp(before * sampleRate);
    this.clock = new DrivenClock(start, (ms) => this.#record(ms));
    this.schedule = startSchedule(
      this.feed,
      timing,
      (snapshot, run) => {
        const { clock } = this;
        this.seen.push({ run, snapshot, now: clock.now(), elapsed: clock.elapsed() });
        return task?.(this, run);
      },
      options,
      this.clock,
    );
  }

  /** The due times, in seconds since the beginning. */
  get dues(): number[] {
    return this.seen.map(({ run }) => (run.due.getTime() - START) / 1000);
  }

  /** What is wrong with the audio of all runs, joined together: it is every frame exactly once. */
  get fault(): string | undefined {
    let place = this.seen.length > 0 ? beginOf(this.seen[0].snapshot) : 0;
    for (const { run, snapshot } of this.seen) {
      const fault = rampFault(snapshot);
      if (fault !== undefined) return `run ${run.number}: ${fault}`;
      const begin = beginOf(snapshot);
      if (begin !== place) return `run ${run.number} begins at ${begin} instead of ${place}`;
      place = snapshot.endFrame;
    }
    return undefined;
  }

  /** So many seconds pass. */
  async advance(seconds: number): Promise<void> {
    await this.clock.advance(1000 * seconds);
  }

  /** The machine sleeps for so many seconds; what the ring has of them is silence. */
  sleep(seconds: number): void {
    const { feed } = this;
    const startFrame = feed.writtenFrames;
    const frames = seconds * feed.sampleRate;
    this.clock.sleep(1000 * seconds);
    feed.gaps.push({ startFrame, endFrame: startFrame + frames, cause: "sleep", exact: false });
    feed.write(new Float32Array(frames));
  }

  /** Counts how often it ended, and tells what is left of it. */
  watchEnd(): EndWatch {
    const { clock, feed, schedule } = this;
    let ends = 0;
    schedule.addEventListener("end", () => ends++);
    return {
      get ends() {
        return ends;
      },
      left: () => ({ timers: clock.timers.all, waits: feed.waiting, next: schedule.next() }),
    };
  }

  [Symbol.dispose](): void {
    this.schedule.stop();
  }

  #record(ms: number): void {
    if (this.feed.ended) return;
    const { sampleRate } = this.feed;
    const before = Math.floor(this.#ms * sampleRate / 1000);
    this.#ms += ms;
    this.feed.writeRamp(Math.floor(this.#ms * sampleRate / 1000) - before);
  }
}
