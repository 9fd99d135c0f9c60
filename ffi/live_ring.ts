import { streamBlocks } from "./block_stream.ts";
import { BlockCursor } from "./block_cursor.ts";
import { type BlockOptions, planBlocks } from "./block_options.ts";
import { Blocks } from "./blocks.ts";
import { checkFunction } from "./check.ts";
import type { Clip } from "./clip.ts";
import { clipAround, type ClipOptions } from "./clip_around.ts";
import type { Feed } from "./feed.ts";
import type { SampleFormat } from "./formats.ts";
import { type BlockListener, BlockListening, type Listening } from "./listening.ts";
import type { Recorder } from "./_recorder.ts";
import { ReadableRing } from "./readable_ring.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * A ring whose audio comes by itself: in blocks, as clips around what happens, at times of a
 * schedule. A {@linkcode MicRing} is one; none is made by itself.
 *
 * Whoever reads on has a place of its own in the ring, and the ring is all the memory it takes: who
 * is too slow for it finds a gap, `missed`, that says how much. Whatever waits for audio keeps the
 * process alive, until it is left, stopped or aborted, or the ring is closed.
 */
export class LiveRing<F extends SampleFormat = SampleFormat> extends ReadableRing<F> {
  readonly #recorder: Recorder<F>;
  readonly #feed: Feed<F>;

  /**
   * Made by `MicRing.open`.
   *
   * @param recorder What it reads.
   */
  protected constructor(recorder: Recorder<F>) {
    super(recorder);
    this.#recorder = recorder;
    this.#feed = this.makeFeed();
  }

  /**
   * Gives out the audio in blocks of one length, from now on or from where it is told: no frame
   * twice, none left out. A block that was overwritten before it was asked for is `missed`: it is
   * a gap of the next one, and stands before that one's first frame.
   *
   * @param options How long a block is, where to begin, and what ends it.
   * @returns The blocks, for `for await`. They end when the loop is left, when the signal says so,
   * when the source has come to its end (with a shorter block, if need be) or the ring is closed.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {RangeError} For a block longer than the ring or shorter than a frame, and for a
   * beginning that is no frame or further back than the ring goes.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * for await (const block of ring.blocks({ seconds: 0.05 })) {
   *   console.log(block.startFrame, block.level().rmsDbfs);
   *   if (block.endFrame > ring.sampleRate / 5) break;
   * }
   * ```
   */
  blocks(
    options: BlockOptions = {},
  ): AsyncIterableIterator<Snapshot<F>> & AsyncDisposable {
    return this.#blocks("read blocks", options);
  }

  /**
   * The same blocks as a stream, to be piped. It takes from the ring what it is asked for, and keeps
   * nothing in between.
   *
   * @param options As of `blocks`.
   * @returns The stream. It is closed where `blocks` would end.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {RangeError} As `blocks`.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * const signal = AbortSignal.timeout(100);
   * await ring.readable({ seconds: 0.02, signal }).pipeTo(
   *   new WritableStream({ write: (block) => console.log(block.frames) }),
   * );
   * ```
   */
  readable(options: BlockOptions = {}): ReadableStream<Snapshot<F>> {
    return streamBlocks(this.#blocks("stream blocks", options));
  }

  /**
   * Calls a function with each of the same blocks. If it returns a promise, the next call waits for
   * it. What it throws is an uncaught error, as of any event listener.
   *
   * @param listener What is called.
   * @param options As of `blocks`.
   * @returns What stops it; may be declared with `using`.
   * @throws {TypeError} For a listener that is no function, and an option of the wrong type or name.
   * @throws {RangeError} As `blocks`.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * using listening = ring.listen((block) => {
   *   console.log(block.level().peakDbfs);
   *   if (block.startFrame > 4800) listening.stop();
   * }, { seconds: 0.02 });
   * await listening.finished;
   * ```
   */
  listen(listener: BlockListener<F>, options: BlockOptions = {}): Listening {
    const action = "listen";
    checkFunction(action, "the listener", listener);
    const { cursor, signal } = this.#cursor(action, options);
    return new BlockListening(cursor, listener, signal);
  }

  /**
   * Takes the audio around an instant: of now, of the past as far as the ring goes back, or to come.
   * As many at once as you like: each waits for its own last frame, and copies then.
   *
   * @param options Which instant, how much before and after it, and what calls it off.
   * @returns The clip, once its last frame is in. What is not there of it is counted in
   * `missingFrames`.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {RangeError} For rolls that are negative, together longer than the ring or shorter than
   * a frame, and for an instant that is none.
   * @throws {MicRingError} `closed` when the ring is closed, or is closed meanwhile.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 5, source: tone() });
   * const heard = new Date(); // something happened
   * const clip = await ring.clip({ at: heard, before: 0.1, after: 0.2 });
   * console.log(clip.frames, clip.missingFrames);
   * ```
   */
  async clip(options: ClipOptions = {}): Promise<Clip<F>> {
    this.#recorder.requireOpen("take a clip");
    return await clipAround(this.#feed, options);
  }

  #blocks(action: string, options: BlockOptions): Blocks<F> {
    const { cursor, signal } = this.#cursor(action, options);
    return new Blocks(cursor, signal);
  }

  #cursor(action: string, options: BlockOptions) {
    this.#recorder.requireOpen(action);
    const plan = planBlocks(action, options, this.#feed);
    return { cursor: new BlockCursor(this.#feed, plan), signal: plan.signal };
  }
}
