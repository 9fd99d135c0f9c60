/**
 * A ring without a device, a thread or a clock: what is in it is what the test wrote.
 *
 * @module
 */

import { MicRingError } from "../ffi/errors.ts";
import type { Feed } from "../ffi/feed.ts";
import { allocate, type SampleFormat, type Samples } from "../ffi/formats.ts";
import { clipGaps, type Gap, lostGaps } from "../ffi/gaps.ts";
import { Snapshot } from "../ffi/snapshot.ts";

/** What a fake feed is like; f32, mono, 1000 Hz and 10 s if left out. */
export interface FakeFeedOptions<F extends SampleFormat> {
  readonly format?: F;
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly windowFrames?: number;
  /** When frame 0 begins, in milliseconds since the Unix epoch; 0 if left out. */
  readonly startTime?: number;
}

/** A number goes from 0 to this one, and begins anew: all of them are exact in f32. */
const RAMP = 2 ** 24;
const RAMP_S16 = 2 ** 15;

/** The sample that a ramp has at a frame, in a channel: its number, the next channel's negative. */
export function rampAt(format: SampleFormat, frame: number, channel = 0): number {
  const number = frame % (format === "s16" ? RAMP_S16 : RAMP);
  // No negative zero: it would be another sample.
  return channel % 2 === 0 || number === 0 ? number : -number;
}

interface Waiting {
  readonly frame: number;
  readonly call: () => void;
}

export class FakeFeed<F extends SampleFormat = "f32"> implements Feed<F> {
  readonly format: F;
  readonly sampleRate: number;
  readonly channels: number;
  readonly windowFrames: number;
  readonly startTime: number;
  /** The gaps that its snapshots have where they cover them. */
  readonly gaps: Gap[] = [];
  /** What `now` tells; the newest frame's successor if it is not set. */
  nowFrame: number | undefined;
  readonly #memory: Samples<F>;
  readonly #waiting = new Set<Waiting>();
  #oldest = 0;
  #written = 0;
  #closed = false;
  #ended = false;

  constructor(options: FakeFeedOptions<F> = {}) {
    this.format = options.format ?? "f32" as F;
    this.sampleRate = options.sampleRate ?? 1000;
    this.channels = options.channels ?? 1;
    this.windowFrames = options.windowFrames ?? 10 * this.sampleRate;
    this.startTime = options.startTime ?? 0;
    this.#memory = allocate(this.format, this.windowFrames * this.channels);
  }

  get writtenFrames(): number {
    this.#requireOpen();
    return this.#written;
  }

  get heldFrom(): number {
    this.#requireOpen();
    return Math.max(this.#oldest, this.#written - this.windowFrames);
  }

  get closed(): boolean {
    return this.#closed;
  }

  get ended(): boolean {
    return this.#ended || this.#closed;
  }

  /** How many functions wait to be called. */
  get waiting(): number {
    return this.#waiting.size;
  }

  take(from: number, to: number): Snapshot<F> {
    this.#requireOpen();
    if (from > to || to > this.#written) {
      throw new RangeError(`Cannot take frames ${from} to ${to} of ${this.#written}`);
    }
    const startFrame = Math.min(Math.max(from, this.heldFrom), to);
    const samples = allocate(this.format, (to - startFrame) * this.channels);
    for (let i = 0; i < samples.length; i++) {
      samples[i] = this.#memory[(startFrame * this.channels + i) % this.#memory.length];
    }
    const own = clipGaps(this.gaps, startFrame, to);
    return new Snapshot({
      samples,
      format: this.format,
      channels: this.channels,
      sampleRate: this.sampleRate,
      startFrame,
      startTime: this.timeAt(startFrame),
      endTime: this.timeAt(to),
      timeUncertainty: 0.001,
      gaps: [...this.lost(from, startFrame), ...own],
    });
  }

  lost(from: number, to: number): Gap[] {
    return lostGaps(this.gaps, from, to);
  }

  timeAt(frame: number): number {
    this.#requireOpen();
    return this.startTime + 1000 * frame / this.sampleRate;
  }

  frameAt(time: number): number {
    this.#requireOpen();
    return Math.max(0, Math.round((time - this.startTime) * this.sampleRate / 1000));
  }

  now(): number {
    this.#requireOpen();
    return Math.max(this.nowFrame ?? 0, this.#written);
  }

  when(frame: number, call: () => void): () => void {
    const entry = { frame, call };
    this.#waiting.add(entry);
    queueMicrotask(() => this.#wake());
    return () => this.#waiting.delete(entry);
  }

  /** Frames come in; of more than the window the newest stay. */
  write(samples: Samples<F>): void {
    const { channels } = this;
    if (samples.length % channels !== 0) {
      throw new RangeError(`Cannot write ${samples.length} samples: a frame has ${channels}`);
    }
    for (let i = 0; i < samples.length; i++) {
      this.#memory[(this.#written * channels + i) % this.#memory.length] = samples[i];
    }
    this.#written += samples.length / channels;
    this.#wake();
  }

  /** Frames of the ramp come in: see `rampAt`. */
  writeRamp(frames: number): void {
    const samples = allocate(this.format, frames * this.channels);
    for (let i = 0; i < samples.length; i++) {
      const frame = this.#written + Math.floor(i / this.channels);
      samples[i] = rampAt(this.format, frame, i % this.channels);
    }
    this.write(samples);
  }

  /** All frames before this one have come, and are gone: nothing is held. */
  skipTo(frame: number): void {
    if (frame < this.#written) throw new RangeError(`Cannot skip back to frame ${frame}`);
    this.#written = frame;
    this.#oldest = frame;
    this.#wake();
  }

  /** No more frames will come. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Closes it: a real ring's memory may be gone then, so that whoever looks at it is at fault. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  #requireOpen(): void {
    if (this.#closed) throw new MicRingError("closed", "Cannot take frames: the ring is closed");
  }

  #wake(): void {
    for (const entry of [...this.#waiting]) {
      if (!this.ended && entry.frame > this.#written) continue;
      // One that was called before may have called it off.
      if (this.#waiting.delete(entry)) entry.call();
    }
  }
}
