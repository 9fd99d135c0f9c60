import type { Feed } from "./feed.ts";
import type { SampleFormat } from "./formats.ts";
import type { Gap } from "./gaps.ts";
import type { Recorder } from "./_recorder.ts";
import { frameNow, nearestFrame } from "./ring_clock.ts";
import { RingReader } from "./ring_reader.ts";
import type { Snapshot } from "./snapshot.ts";

/** The feed of a recorder. */
export class RingFeed<F extends SampleFormat> implements Feed<F> {
  readonly #recorder: Recorder<F>;
  readonly #reader: RingReader<F>;

  constructor(recorder: Recorder<F>) {
    this.#recorder = recorder;
    this.#reader = new RingReader(recorder);
  }

  get format(): F {
    return this.#recorder.format;
  }

  get sampleRate(): number {
    return this.#recorder.sampleRate;
  }

  get channels(): number {
    return this.#recorder.channels;
  }

  get windowFrames(): number {
    return this.#recorder.windowFrames;
  }

  get writtenFrames(): number {
    return this.#recorder.writtenFrames;
  }

  get heldFrom(): number {
    return this.#reader.heldFrom;
  }

  get closed(): boolean {
    return this.#recorder.closed;
  }

  get ended(): boolean {
    return this.#recorder.closed || this.#recorder.ended;
  }

  take(from: number, to: number): Snapshot<F> {
    return this.#reader.take(from, to);
  }

  lost(from: number, to: number): Gap[] {
    return this.#reader.lost(from, to);
  }

  timeAt(frame: number): number {
    return this.#recorder.timeAt(frame);
  }

  now(): number {
    const recorder = this.#recorder;
    // What is pushed comes when it comes: to wait for what the clock says may be to wait for ever.
    return recorder.source.kind === "push" ? recorder.writtenFrames : frameNow(recorder);
  }

  frameAt(time: number): number {
    return nearestFrame(this.#recorder, time);
  }

  when(frame: number, call: () => void): () => void {
    return this.#recorder.waker.when(frame, call);
  }
}
