import type { BlockPlan } from "./block_options.ts";
import type { Feed } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import { missed } from "./gaps.ts";
import { Snapshot } from "./snapshot.ts";

/**
 * A place in a ring that moves on block by block: no frame twice, and none left out without a gap
 * that says so.
 */
export class BlockCursor<F extends AudioFormat> {
  readonly #feed: Feed<F>;
  readonly #blockFrames: number;
  /* The first frame that was not given out yet. */
  #position: number;

  constructor({ feed, blockFrames, from }: Omit<BlockPlan<F>, "signal">) {
    this.#feed = feed;
    this.#blockFrames = blockFrames;
    this.#position = from;
  }

  /** Calls once when there may be a block, or none will come; returns what calls it off. */
  when(call: () => void): () => void {
    return this.#feed.when(this.#position + this.#blockFrames, call);
  }

  /** The next block, if it is there; behind the end of a source there may be a shorter one. */
  take(): Snapshot<F> | undefined {
    const feed = this.#feed;
    if (feed.closed) return undefined;
    const wanted = this.#position;
    for (;;) {
      const from = this.#position;
      const to = from + this.#blockFrames;
      // Of what has ended, the newest frame is asked for afterwards: it may just have come.
      const end = to <= feed.writtenFrames ? to : feed.ended ? Math.min(to, feed.writtenFrames) : 0;
      if (end <= from) return undefined;
      const block = feed.take(from, end);
      if (block.startFrame === from) {
        this.#position = end;
        return from === wanted ? block : lateBlock(block, wanted);
      }
      // Overtaken: there is more by now, from where it is not on the verge of being overwritten.
      this.#position = Math.max(block.startFrame, feed.heldFrom);
    }
  }

  /** Whether no block will come any more. Of a source that ended, the rest is still there. */
  get over(): boolean {
    const feed = this.#feed;
    return feed.closed || (feed.ended && this.#position >= feed.writtenFrames);
  }
}

/** The block, and before it what was missed. */
function lateBlock<F extends AudioFormat>(block: Snapshot<F>, wanted: number): Snapshot<F> {
  const gaps = [missed(wanted, block.startFrame), ...block.gaps];
  return new Snapshot({ ...block, gaps, complete: false });
}
