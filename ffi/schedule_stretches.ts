import type { Feed } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import { takeSince } from "./recent.ts";
import type { Snapshot } from "./snapshot.ts";

/** Which audio the runs of a schedule get: so many frames, or those since the last one. */
export class ScheduleStretches<F extends AudioFormat> {
  readonly #feed: Feed<F>;
  readonly #frames: number | undefined;
  /* Up to which frame runs have got the audio. */
  #place: number;

  /**
   * @param feed The ring.
   * @param frames How many frames a run gets; if undefined, those since the last one.
   */
  constructor(feed: Feed<F>, frames: number | undefined) {
    this.#feed = feed;
    this.#frames = frames;
    this.#place = feed.writtenFrames;
  }

  /** Whether no frame is in two of them, so that all together are no more than the ring holds. */
  get disjoint(): boolean {
    return this.#frames === undefined;
  }

  /** Where the stretch ends that a run due at a time should have had. */
  endAt(time: number): number {
    return Math.min(this.#feed.frameAt(time), this.#feed.writtenFrames);
  }

  /** Where the stretch ends of a run that is due now. */
  endNow(): number {
    return this.#feed.writtenFrames;
  }

  /** Takes the stretch that ends before a frame. */
  take(end: number): Snapshot<F> {
    const feed = this.#feed;
    if (this.#frames !== undefined) return feed.take(Math.max(0, end - this.#frames), end);
    // A clock that was set may lead back to where the last run has been.
    const to = Math.max(end, this.#place);
    const snapshot = takeSince(feed, this.#place, to, feed.windowFrames);
    this.#place = to;
    return snapshot;
  }
}
