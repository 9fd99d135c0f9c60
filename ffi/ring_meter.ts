/**
 * Reads on in a ring for its meter.
 *
 * @module
 */

import { Ballistics, type BallisticsPlan, type Needles } from "./ballistics.ts";
import { checkNumber, checkOptions, checkSignal } from "./check.ts";
import { MicRingError } from "./errors.ts";
import type { Feed } from "./feed.ts";
import type { SampleFormat } from "./formats.ts";
import { toDbfs } from "./level.ts";
import type { ChannelReading, Meter, MeterReading } from "./meter.ts";
import { MeterReadings } from "./meter_readings.ts";

/** What `ring.meter` can be told. */
export interface MeterOptions {
  /** For how long `holdDbfs` stays where the peak was, in seconds from 0 to 3600; 1.5 if left out. */
  readonly hold?: number;
  /** How fast the peaks then fall, in dB a second from 0 to 1000; 20 if left out. */
  readonly decay?: number;
  /** Over how much the RMS is taken, in seconds from 0.001 to 60; 0.3 if left out. */
  readonly window?: number;
  /**
   * How often `for await` has a reading, in seconds of audio from 0.001 to what the ring holds; 0.05
   * if left out.
   */
  readonly every?: number;
  /** Ends each `for await` when it is aborted. `read` goes on. */
  readonly signal?: AbortSignal;
}

/** The options, checked. */
export interface MeterPlan {
  readonly ballistics: BallisticsPlan;
  readonly everyFrames: number;
  readonly signal: AbortSignal | undefined;
}

const HOLD = { least: 0, most: 3600 };
const DECAY = { least: 0, most: 1000 };
const WINDOW = { least: 0.001, most: 60 };

/** Checks the options. */
export function planMeter(options: MeterOptions, feed: Feed): MeterPlan {
  const action = "meter";
  checkOptions(action, options, ["hold", "decay", "window", "every", "signal"]);
  const { hold = 1.5, decay = 20, window = 0.3, every, signal } = options;
  const { sampleRate, windowFrames } = feed;
  checkNumber(action, "hold", hold, HOLD);
  checkNumber(action, "decay", decay, DECAY);
  checkNumber(action, "window", window, WINDOW);
  const held = windowFrames / sampleRate;
  if (every !== undefined) checkNumber(action, "every", every, { least: 0.001, most: held });
  checkSignal(action, signal);
  const everyFrames = Math.max(1, Math.round((every ?? Math.min(0.05, held)) * sampleRate));
  return {
    ballistics: {
      decay: 10 ** (-decay / 20 / sampleRate),
      holdFrames: Math.round(hold * sampleRate),
      windowFrames: Math.max(1, Math.round(window * sampleRate)),
    },
    everyFrames,
    signal,
  };
}

/** So much is copied at a time, in seconds. */
const CHUNK_SECONDS = 0.05;

/** The meter of a ring. */
export class RingMeter implements Meter {
  readonly #feed: Feed<SampleFormat>;
  readonly #plan: MeterPlan;
  readonly #channels: readonly Ballistics[];
  readonly #chunkFrames: number;
  /* All loops that read it. */
  readonly #loops = new Set<MeterReadings>();
  /* The first frame that it has not seen. */
  #position: number;
  #missedFrames = 0;
  #disposed = false;

  constructor(feed: Feed<SampleFormat>, plan: MeterPlan) {
    this.#feed = feed;
    this.#plan = plan;
    this.#channels = Array.from(
      { length: feed.channels },
      () => new Ballistics(plan.ballistics),
    );
    this.#chunkFrames = Math.ceil(CHUNK_SECONDS * feed.sampleRate);
    this.#position = feed.writtenFrames;
  }

  read(): MeterReading {
    if (this.#disposed) {
      throw new MicRingError("closed", "Cannot read the meter: it is disposed of");
    }
    if (this.#feed.closed) {
      throw new MicRingError("closed", "Cannot read the meter: the ring is closed");
    }
    this.#seeTo(this.#feed.writtenFrames);
    const channels = this.#channels.map((channel) => channel.read());
    const missedFrames = this.#missedFrames;
    this.#missedFrames = 0;
    return {
      ...together(channels),
      channels: channels.map(shown),
      endFrame: this.#position,
      missedFrames,
    };
  }

  reset(): void {
    if (!this.#disposed && !this.#feed.closed) this.#position = this.#feed.writtenFrames;
    this.#missedFrames = 0;
    for (const channel of this.#channels) channel.reset();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<MeterReading> & AsyncDisposable {
    const { everyFrames, signal } = this.#plan;
    const loop: MeterReadings = new MeterReadings(this.#feed, {
      everyFrames,
      signal,
      position: () => this.#position,
      read: () => this.read(),
      leave: () => this.#loops.delete(loop),
    });
    this.#loops.add(loop);
    if (this.#disposed || signal?.aborted) loop.end();
    return loop;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const loop of [...this.#loops]) loop.end();
  }

  #seeTo(end: number): void {
    while (this.#position < end) {
      const from = this.#position;
      const to = Math.min(end, from + this.#chunkFrames);
      const { samples, startFrame } = this.#feed.take(from, to);
      // Overtaken: on from where it is not on the verge of being overwritten.
      const seen = startFrame > from ? Math.max(startFrame, this.#feed.heldFrom) : to;
      if (startFrame > from) this.#miss(seen - from);
      else this.#see(samples, from);
      this.#position = seen;
    }
  }

  #see(samples: Float32Array | Int16Array, from: number): void {
    const { channels } = this.#feed;
    this.#channels.forEach((needles, channel) => needles.hear(samples, from, channel, channels));
  }

  #miss(frames: number): void {
    this.#missedFrames += frames;
    for (const channel of this.#channels) channel.skip(frames);
  }
}

function shown({ peak, hold, power, clipped }: Needles): ChannelReading {
  return {
    peakDbfs: toDbfs(peak),
    holdDbfs: toDbfs(hold),
    rmsDbfs: toDbfs(Math.sqrt(power)),
    clipped,
  };
}

function together(channels: readonly Needles[]): ChannelReading {
  const all = { peak: 0, hold: 0, power: 0, clipped: 0 };
  for (const { peak, hold, power, clipped } of channels) {
    all.peak = Math.max(all.peak, peak);
    all.hold = Math.max(all.hold, hold);
    all.power += power / channels.length;
    all.clipped += clipped;
  }
  return shown(all);
}

/** See `ring.meter`. */
export function openMeter(feed: Feed<SampleFormat>, options: MeterOptions): Meter {
  return new RingMeter(feed, planMeter(options, feed));
}
