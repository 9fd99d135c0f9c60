import { BlockCursor, type BlockOptions, Blocks, planBlocks, streamBlocks } from "./blocks.ts";
import { checkFunction } from "./check.ts";
import type { FormatOption } from "./conversion.ts";
import type { Feed } from "./feed.ts";
import type { AudioFormat, SampleFormat } from "./formats.ts";
import { type BlockListener, BlockListening, type Listening } from "./listening.ts";
import type { Meter } from "./meter.ts";
import { type MeterOptions, openMeter } from "./ring_meter.ts";
import { Recent, type RecentOptions } from "./recent.ts";
import type { Recorder } from "./_recorder.ts";
import { ReadableRing } from "./readable_ring.ts";
import { RingFeed } from "./ring_feed.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * A ring that is read on: in blocks of one length, since the last time, by a meter. A
 * {@linkcode MicRing} is one; none is made by itself.
 *
 * Whoever reads on has a place of its own in the ring, and the ring is all the memory it takes: who
 * is too slow for it finds a gap, `missed`, that says how much. Whatever waits for audio keeps the
 * process alive, until it is left, stopped or aborted, or the ring is closed.
 */
export class BlockRing<F extends SampleFormat = SampleFormat> extends ReadableRing<F> {
  readonly #recorder: Recorder<F>;
  readonly #feed: Feed<F>;
  readonly #recent: Recent<F>;

  /**
   * Made by `MicRing.open`.
   *
   * @param recorder What it reads.
   */
  protected constructor(recorder: Recorder<F>) {
    super(recorder);
    this.#recorder = recorder;
    this.#feed = new RingFeed(recorder);
    this.#recent = new Recent(this.#feed);
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
  blocks<G extends AudioFormat = F>(
    options: BlockOptions & FormatOption<G> = {},
  ): AsyncIterableIterator<Snapshot<G>> & AsyncDisposable {
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
  readable<G extends AudioFormat = F>(
    options: BlockOptions & FormatOption<G> = {},
  ): ReadableStream<Snapshot<G>> {
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
  listen<G extends AudioFormat = F>(
    listener: BlockListener<NoInfer<G>>,
    options: BlockOptions & FormatOption<G> = {},
  ): Listening {
    const action = "listen";
    checkFunction(action, "the listener", listener);
    const { cursor, signal } = this.#cursor(action, options);
    return new BlockListening(cursor, listener, signal);
  }

  /**
   * A meter of what comes from now on: peak, held peak and RMS. It costs nothing until it is read.
   *
   * @param options How its needles move, and how often `for await` has a reading.
   * @returns The meter; may be declared with `using`.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {RangeError} For an option out of its bounds.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * using meter = ring.meter();
   * await new Promise((resolve) => setTimeout(resolve, 100));
   * console.log(meter.read().holdDbfs); // close to -12
   * ```
   */
  meter(options: MeterOptions = {}): Meter {
    this.#recorder.requireOpen("meter");
    return openMeter(this.#feed, options);
  }

  /**
   * Copies what has come since it was last read by the same name: so that who looks now and then
   * sees no frame twice, and is told what it missed.
   *
   * @param options By which name, and how much at the most.
   * @returns The snapshot. At a name's first time, the newest there is; later, all since then, but
   * at most what the ring holds, or the `seconds`. What was skipped is a gap, `missed`, before its
   * first frame. It has no frames when none have come.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {RangeError} For more seconds than the ring holds.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * const first = ring.recent({ sinceLast: "meter" });
   * await new Promise((resolve) => setTimeout(resolve, 100));
   * const next = ring.recent({ sinceLast: "meter" });
   * console.log(next.startFrame === first.endFrame); // true
   * ```
   */
  recent(options: RecentOptions): Snapshot<F> {
    return this.#recent.read(options);
  }

  #blocks<G extends AudioFormat>(
    action: string,
    options: BlockOptions & FormatOption<G>,
  ): AsyncIterableIterator<Snapshot<G>, void> & AsyncDisposable {
    const { cursor, signal } = this.#cursor(action, options);
    return new Blocks(cursor, signal);
  }

  #cursor<G extends AudioFormat>(action: string, options: BlockOptions & FormatOption<G>) {
    this.#recorder.requireOpen(action);
    const plan = planBlocks(action, options, this.#feed);
    return { cursor: new BlockCursor(plan), signal: plan.signal };
  }
}
