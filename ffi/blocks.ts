/**
 * A ring, block by block.
 *
 * @module
 */

import { checkNumber, checkOptions, checkSignal } from "./check.ts";
import { CONVERT_OPTIONS, type FormatOption, type ResultOptions } from "./conversion.ts";
import { convertedFeed } from "./converter.ts";
import { type Feed, gapsFrom } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import { Snapshot } from "./snapshot.ts";
import { toFrames } from "./snapshot_options.ts";

/**
 * What `blocks`, `readable` and `listen` of a ring can be told. If it says what the audio is to be
 * converted to, frames are counted in the result's sample rate.
 */
export interface BlockOptions extends ResultOptions {
  /** How long a block is, in seconds, at most as long as the ring; 0.1 if left out. */
  readonly seconds?: number;
  /**
   * The first frame: one of the past, as far as the ring still has it, or of the future. If left
   * out, the next one to be written.
   */
  readonly from?: number;
  /** Instead of `from`: begin with the last so many seconds, or with what there is of them. */
  readonly past?: number;
  /** Ends the reading when it is aborted; one that is aborted already is an error. */
  readonly signal?: AbortSignal;
}

/** The options, checked. */
export interface BlockPlan<F extends AudioFormat> {
  /** What is read: the ring, or what it is converted to. */
  readonly feed: Feed<F>;
  readonly blockFrames: number;
  readonly from: number;
  readonly signal: AbortSignal | undefined;
}

const FROM = { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true };

/** Checks where it is to begin: at a frame, or so many seconds ago. */
export function checkStart(
  action: string,
  { from, past }: Pick<BlockOptions, "from" | "past">,
  ring: Feed,
): void {
  if (from !== undefined && past !== undefined) {
    throw new TypeError(`Cannot ${action}: from and past are one too many`);
  }
  if (from !== undefined) checkNumber(action, "from", from, FROM);
  const most = ring.windowFrames / ring.sampleRate;
  if (past !== undefined) checkNumber(action, "past", past, { least: 0, most });
}

/** Checks the options, and settles where the first block begins. */
export function planBlocks<R extends AudioFormat, F extends AudioFormat = R>(
  action: string,
  options: BlockOptions & FormatOption<F>,
  ring: Feed<R>,
): BlockPlan<F> {
  checkOptions(action, options, ["seconds", "from", "past", "signal", ...CONVERT_OPTIONS]);
  const feed = convertedFeed(action, options, ring);
  const { seconds = 0.1, from, past, signal } = options;
  const blockFrames = toFrames(action, seconds, feed);
  checkStart(action, { from, past }, ring);
  checkSignal(action, signal);
  const pastFrames = Math.round((past ?? 0) * feed.sampleRate);
  const start = Math.max(feed.writtenFrames - pastFrames, feed.heldFrom);
  return { feed, blockFrames, from: from ?? start, signal };
}

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
        if (from === wanted) return block;
        return new Snapshot({ ...block, gaps: gapsFrom(feed, wanted, block), complete: false });
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

type Result<F extends AudioFormat> = IteratorResult<Snapshot<F>, void>;

/** Who asked for a block that is not there yet. */
interface Asker<F extends AudioFormat> {
  readonly resolve: (result: Result<F>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The blocks of a cursor. The ring is all the memory there is: who asks too late gets the next block
 * that there is, with a gap before it.
 */
export class Blocks<F extends AudioFormat>
  implements AsyncIterableIterator<Snapshot<F>>, AsyncDisposable {
  readonly #cursor: BlockCursor<F>;
  readonly #signal: AbortSignal | undefined;
  /* In the order in which they asked; while there are any, the cursor is waited for. */
  readonly #askers: Asker<F>[] = [];
  #stopWaiting: (() => void) | undefined;
  #done = false;

  constructor(cursor: BlockCursor<F>, signal: AbortSignal | undefined) {
    this.#cursor = cursor;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#end);
  }

  next(): Promise<Result<F>> {
    return new Promise((resolve, reject) => {
      this.#askers.push({ resolve, reject });
      if (this.#askers.length === 1) this.#wait();
    });
  }

  return(): Promise<Result<F>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #wait(): void {
    if (this.#done) this.#dismiss();
    else this.#stopWaiting = this.#cursor.when(this.#answer);
  }

  /** Answers who asked first. */
  readonly #answer = () => {
    try {
      const value = this.#cursor.take();
      if (value !== undefined) this.#askers.shift()!.resolve({ done: false, value });
      else if (this.#cursor.over) this.#end();
      if (this.#askers.length > 0) this.#wait();
    } catch (error) {
      this.#askers.shift()?.reject(error);
      this.#end();
    }
  };

  readonly #end = () => {
    this.#done = true;
    this.#signal?.removeEventListener("abort", this.#end);
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#dismiss();
  };

  #dismiss(): void {
    for (const { resolve } of this.#askers.splice(0)) resolve({ done: true, value: undefined });
  }
}

/** Blocks as a stream. It keeps none: what is not asked for yet stays in the ring. */
export function streamBlocks<F extends AudioFormat>(
  blocks: AsyncIterableIterator<Snapshot<F>, void>,
): ReadableStream<Snapshot<F>> {
  return new ReadableStream<Snapshot<F>>({
    async pull(controller) {
      const { done, value } = await blocks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await blocks.return?.();
    },
  }, { highWaterMark: 0 });
}
