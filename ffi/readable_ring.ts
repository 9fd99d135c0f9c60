import type { OpenedDevice } from "./devices.ts";
import type { RingEventMap, RingListener } from "./events.ts";
import type { SampleFormat, Samples } from "./formats.ts";
import { ListenerBook } from "./listener_book.ts";
import type { Recorder } from "./_recorder.ts";
import { checkFrameNumber, frameNow, nearestFrame, timeOf } from "./ring_clock.ts";
import { RingEvents } from "./ring_events.ts";
import { type PeekedSpan, RingReader } from "./ring_reader.ts";
import type { RingReason, RingState } from "./ring_state.ts";
import type { RingStats } from "./ring_stats.ts";
import type { Snapshot } from "./snapshot.ts";
import type { RangeOptions, SnapshotOptions } from "./snapshot_options.ts";
import type { Source } from "./sources.ts";

/**
 * What can be read of a ring: its frames, its times, how it goes, and what happens to it. A
 * {@linkcode MicRing} is one; none is made by itself.
 *
 * As an `EventTarget` it tells of its `state`, of each `gap` that has ended and of another
 * `device`. The events of one type come in order, none twice, within a tenth of a second.
 * Listening costs next to nothing, and does not keep the process alive.
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 2, source: tone() });
 * ring.addEventListener("state", ({ state, reason }) => console.log(state, reason?.message));
 * ring.addEventListener("gap", ({ gap }) => console.log(gap.cause, gap.startFrame));
 * ring.addEventListener("device", ({ device }) => console.log(device.name));
 * await ring.pause();
 * await ring.resume();
 * ```
 */
export class ReadableRing<F extends SampleFormat = SampleFormat> extends EventTarget {
  readonly #recorder: Recorder<F>;
  readonly #reader: RingReader<F>;
  readonly #events: RingEvents;
  readonly #listeners: ListenerBook;

  /**
   * Made by `MicRing.open`.
   *
   * @param recorder What it reads.
   */
  protected constructor(recorder: Recorder<F>) {
    super();
    this.#recorder = recorder;
    this.#reader = new RingReader(recorder);
    this.#events = new RingEvents(this, recorder);
    this.#listeners = new ListenerBook(
      this,
      (type) => this.#events.follow(type, this.#listeners.has(type)),
    );
  }

  /** How samples are stored. */
  get format(): F {
    return this.#recorder.format;
  }

  /** Frames in a second. */
  get sampleRate(): number {
    return this.#recorder.sampleRate;
  }

  /** Samples in a frame. */
  get channels(): number {
    return this.#recorder.channels;
  }

  /** How many seconds the ring holds. */
  get seconds(): number {
    return this.#recorder.windowFrames / this.#recorder.sampleRate;
  }

  /** How many frames the ring holds. */
  get frames(): number {
    return this.#recorder.windowFrames;
  }

  /** What fills the ring. */
  get source(): Source {
    return this.#recorder.source;
  }

  /**
   * The device that is recorded at this moment; `undefined` where the source is none. It changes
   * when the system's default moves, or when a device comes back in another form.
   */
  get device(): OpenedDevice | undefined {
    return this.#recorder.device;
  }

  /** What the ring is doing at this moment. */
  get state(): RingState {
    return this.closed ? "closed" : this.#recorder.report.newestChange().state;
  }

  /**
   * Why it is in that state, in words that a person can act on; `undefined` where that needs no
   * reason. A ring that is `running` has one where the device delivers nothing but zeros.
   */
  get reason(): RingReason | undefined {
    return this.closed ? undefined : this.#recorder.report.newestChange().reason;
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#recorder.closed;
  }

  /**
   * Copies the last seconds, or the frames asked for.
   *
   * Of the newest seconds there may be fewer than asked, just after the opening or a `wipe`:
   * `snapshot.frames` tells. Frames asked for by number are all there, or it throws.
   *
   * @param options Which stretch, and into which array; the whole window in a new one if left out.
   * @returns The snapshot: a copy, which stays as it is.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {RangeError} For more seconds than the ring holds, for frames that are not recorded
   * yet or not there any more, and for an array that is too short.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, sequence } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 1, source: sequence({ speed: 10 }) });
   * const into = new Float32Array(ring.frames * ring.channels);
   * const last = ring.snapshot({ seconds: 0.1, into }); // no new memory
   * const again = ring.snapshot({ from: last.startFrame, to: last.endFrame });
   * ```
   */
  snapshot(options: SnapshotOptions<F> = {}): Snapshot<F> {
    return this.#reader.snapshot(options);
  }

  /**
   * Lets a function look at the ring's own memory, without copying, and makes sure afterwards
   * that what it saw was true. Fast, and independent of the length.
   *
   * The array is valid only until the function returns: later it shows other frames, and after
   * `close` it is empty. Do not write to it, and do not transfer its buffer. A function that is
   * so slow that the source overwrote its frames is not trusted: `overtaken`.
   *
   * @param options Which stretch.
   * @param look Gets the samples, interleaved, and which frames they are. Not an async function.
   * @returns What the function returned.
   * @throws {TypeError} For an option of the wrong type or name, or a function that is async.
   * @throws {RangeError} For more seconds than the ring holds, or frames that are not there.
   * @throws {MicRingError} `overtaken` when the frames were overwritten before the function
   * returned, `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * const peak = ring.peek({ seconds: 0.1 }, (samples) => Math.max(...samples));
   * ```
   */
  peek<R>(options: RangeOptions, look: (samples: Samples<F>, span: PeekedSpan) => R): R {
    return this.#reader.peek(options, look);
  }

  /**
   * The number of the frame that is being captured at this moment. It may be some frames ahead of
   * what a snapshot can have yet: a device delivers them by the period.
   *
   * @returns The frame's number: at the least that of the next one to be in the ring.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * const heard = ring.now(); // the moment at which something happened
   * await new Promise((resolve) => setTimeout(resolve, 200));
   * const since = ring.snapshot({ from: heard });
   * ```
   */
  now(): number {
    this.#recorder.requireOpen("tell the frame of now");
    return frameNow(this.#recorder);
  }

  /**
   * The number of the frame that was captured at a time, or will be: the one that begins nearest
   * to it.
   *
   * @param time In milliseconds since the Unix epoch, like `Date.now()`, or a Date.
   * @returns The frame's number; 0 for all that was before the opening.
   * @throws {TypeError} For what is neither a number nor a Date.
   * @throws {RangeError} For what is no time.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * const from = ring.frameAt(Date.now() - 5);
   * console.log(from === ring.frameAt(ring.timeAt(from))); // true
   * ```
   */
  frameAt(time: number | Date): number {
    const action = "tell the frame at a time";
    const milliseconds = timeOf(action, time);
    this.#recorder.requireOpen(action);
    return nearestFrame(this.#recorder, milliseconds);
  }

  /**
   * When a frame was captured, or will be: the time at which it begins. By the ring's timeline,
   * which a snapshot's times are by, too.
   *
   * @param frame The frame's number; it need not be in the ring any more, or yet.
   * @returns The time in milliseconds since the Unix epoch, like `Date.now()`, but with fractions.
   * @throws {TypeError} For what is no number.
   * @throws {RangeError} For what is no frame's number.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * console.log("Opened at", new Date(ring.timeAt(0)));
   * ```
   */
  timeAt(frame: number): number {
    const action = "tell the time of a frame";
    checkFrameNumber(action, frame);
    this.#recorder.requireOpen(action);
    return this.#recorder.timeAt(frame);
  }

  /**
   * Counts how the ring goes. Cheap, at any time.
   *
   * @returns The counters at this moment.
   * @throws {MicRingError} `closed` when the ring is closed.
   */
  stats(): RingStats {
    this.#recorder.requireOpen("read the stats");
    return this.#recorder.stats();
  }

  /**
   * Calls a function with each event of a type, from now on: `state`, `gap` or `device`.
   *
   * @param type The type of event.
   * @param listener What is called with it.
   * @param options As of every `EventTarget`: `once`, `signal`, `capture`.
   */
  override addEventListener<K extends keyof RingEventMap>(
    type: K,
    listener: RingListener<RingEventMap[K]> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /**
   * Calls a function with each event of a type of your own.
   *
   * @param type The type of event.
   * @param listener What is called with it.
   * @param options As of every `EventTarget`: `once`, `signal`, `capture`.
   */
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    this.#listeners.add(type, listener, options);
  }

  /**
   * Calls a function no more that was given to `addEventListener`.
   *
   * @param type The type of event.
   * @param listener What was given there.
   * @param options Its `capture`, if it was given one there.
   */
  override removeEventListener<K extends keyof RingEventMap>(
    type: K,
    listener: RingListener<RingEventMap[K]> | null,
    options?: boolean | EventListenerOptions,
  ): void;
  /**
   * Calls a function no more that was given to `addEventListener` for a type of your own.
   *
   * @param type The type of event.
   * @param listener What was given there.
   * @param options Its `capture`, if it was given one there.
   */
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    this.#listeners.remove(type, listener, options);
  }

  /**
   * Tells what has happened, closes, and tells that.
   *
   * @param pending Settles when nothing that was called before is under way any more.
   * @returns When everything is freed.
   */
  protected closeAfter(pending: Promise<unknown>): Promise<void> {
    // A listener may close it again: then there is nothing left to tell.
    this.#events.tell();
    const closing = this.#recorder.close(pending);
    this.#events.end();
    return closing;
  }
}
