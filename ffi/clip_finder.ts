import type { ClipQueue } from "./clip_queue.ts";
import type { Feed } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import { type Span, Trigger, type TriggerPlan } from "./trigger.ts";
import { takeFound } from "./triggered_clip.ts";

/** Takes out of a ring what a trigger finds, while it is there, into a queue. */
export class ClipFinder<F extends AudioFormat> {
  readonly #feed: Feed<F>;
  readonly #queue: ClipQueue<F>;
  readonly #trigger: Trigger;
  #skippedFrames = 0;

  constructor(feed: Feed<F>, plan: TriggerPlan, queue: ClipQueue<F>) {
    this.#feed = feed;
    this.#queue = queue;
    this.#trigger = new Trigger(plan);
  }

  /** See `Trigger.hear`. */
  hear(from: number, to: number, value: number): void {
    this.#take(this.#trigger.hear(from, to, value));
  }

  /** So many frames were not listened to. */
  skip(frames: number): void {
    this.#skippedFrames += frames;
  }

  /** The source has come to its end: so has what is being heard. */
  finish(): void {
    this.#take(this.#trigger.finish());
    this.#queue.end();
  }

  #take(spans: readonly Span[]): void {
    for (const span of spans) {
      this.#queue.put(takeFound(this.#feed, span, this.#skippedFrames));
      this.#skippedFrames = 0;
    }
  }
}
