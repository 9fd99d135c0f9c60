import { show } from "./check.ts";
import { type DeviceInfo, type DevicesOptions, listDevices } from "./devices.ts";
import { MicRingError } from "./errors.ts";
import { isSamples, sampleCount, type SampleFormat, type Samples, samplesName } from "./formats.ts";
import { type OpenOptions, planOpen } from "./open_options.ts";
import { openRecorder } from "./open_recorder.ts";
import type { OpenedDevice, Recorder } from "./_recorder.ts";
import { type PeekedSpan, RingReader } from "./ring_reader.ts";
import type { RingStats } from "./ring_stats.ts";
import type { Snapshot } from "./snapshot.ts";
import type { RangeOptions, SnapshotOptions } from "./snapshot_options.ts";
import type { Source } from "./sources.ts";

const FINISHED_POLL_MS = 10;

/**
 * A ring that always holds the last seconds of a microphone, in native memory, and gives out
 * snapshots of it at any moment.
 *
 * While it is open it records on a thread of its own, whatever the script does, and does not keep
 * the process alive. Frames are numbered from 0 at its opening.
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 2, source: tone() });
 * const snapshot = ring.snapshot();
 * console.log(snapshot.frames, snapshot.level());
 * ```
 */
export class MicRing<F extends SampleFormat = SampleFormat> implements AsyncDisposable {
  readonly #recorder: Recorder<F>;
  readonly #reader: RingReader<F>;
  /* The native control calls, one after the other. */
  #control: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(recorder: Recorder<F>) {
    this.#recorder = recorder;
    this.#reader = new RingReader(recorder, (action) => this.#requireOpen(action));
  }

  /**
   * Opens a ring, and resolves when its first frame is in.
   *
   * @param options How many seconds it holds, and what fills it.
   * @returns The ring; close it, or declare it with `await using`.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {RangeError} For a number out of its bounds, and for more seconds than the machine
   * has memory for.
   * @throws {MicRingError} When the source cannot be opened; its `code` and message say why, and
   * what to do: `no-backend`, `no-device`, `device-not-found`, `device-ambiguous`,
   * `device-busy`, `device-failed`, `access-denied`, `format-refused`, `no-frames`,
   * `file-unreadable`, `file-not-audio`, `file-truncated`, `out-of-memory`, `thread-failed`,
   * `ffi-denied`, `library-missing`, `library-mismatch`.
   *
   * @example
   * ```ts
   * import { MicRing, sequence } from "@x/micring";
   *
   * await using ring = await MicRing.open({
   *   seconds: 0.5,
   *   source: sequence(),
   *   sampleRate: 16_000,
   *   channels: 2,
   *   format: "s16",
   * });
   * ```
   */
  static async open<F extends SampleFormat = "f32">(
    options: OpenOptions<F>,
  ): Promise<MicRing<F>> {
    return new MicRing(await openRecorder(planOpen(options)));
  }

  /**
   * Lists the capture devices there are.
   *
   * @param options One sound system only, if wanted.
   * @returns The devices, the sound systems in the order in which `open` tries them.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {MicRingError} `no-backend` when no sound system answers.
   *
   * @example
   * ```ts
   * import { MicRing } from "@x/micring";
   *
   * for (const device of await MicRing.devices({ backend: "null" })) {
   *   console.log(device.isDefault ? "*" : " ", device.id, device.name);
   * }
   * ```
   */
  static devices(options: DevicesOptions = {}): Promise<DeviceInfo[]> {
    return listDevices(options);
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

  /** The device that is recorded; `undefined` where the source is none. */
  get device(): OpenedDevice | undefined {
    return this.#recorder.device;
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closing !== undefined;
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
   * Writes frames into a ring that was opened with `source: push()`. Of more than the ring holds,
   * the newest stay. While the ring is paused they are dropped.
   *
   * @param samples Interleaved, in the ring's format, a whole number of frames.
   * @throws {TypeError} For anything but the array of the ring's format.
   * @throws {RangeError} When it is no whole number of frames.
   * @throws {MicRingError} `not-push` when the ring has a source of its own, `closed` when it is
   * closed.
   *
   * @example
   * ```ts
   * import { MicRing, push } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 1, source: push(), channels: 2 });
   * ring.push(Float32Array.of(0.1, -0.1, 0.2, -0.2)); // two frames
   * ```
   */
  push(samples: Samples<F>): void {
    const action = "push";
    this.#requireOpen(action);
    if (!isSamples(this.format, samples)) {
      throw new TypeError(
        `Cannot ${action} ${show(samples)}: the ring stores ${this.format}, and takes a ` +
          samplesName(this.format),
      );
    }
    const count = sampleCount(this.format, samples);
    const frames = count / this.channels;
    if (!Number.isInteger(frames)) {
      throw new RangeError(`Cannot ${action} ${count} samples: a frame has ${this.channels}`);
    }
    this.#recorder.push(samples, frames);
  }

  /**
   * Counts how the ring goes. Cheap, at any time.
   *
   * @returns The counters at this moment.
   * @throws {MicRingError} `closed` when the ring is closed.
   */
  stats(): RingStats {
    this.#requireOpen("read the stats");
    return this.#recorder.stats();
  }

  /**
   * Stops recording, and gives the device back to the system. What the ring holds stays there.
   *
   * @returns When it has stopped. A ring that is paused already is left as it is.
   * @throws {MicRingError} `closed`, or `device-failed` when the device did not stop.
   */
  pause(): Promise<void> {
    return this.#controlled("pause", () => this.#recorder.pause());
  }

  /**
   * Goes on recording after `pause`. The time between stands in the ring as silence, so that two
   * seconds asked are two seconds of time, and is a gap of each snapshot that it is in; a pushed
   * ring has no clock, and simply goes on.
   *
   * @returns When it records again. A ring that is not paused is left as it is.
   * @throws {MicRingError} `closed`, or what stands in the way of the device.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * await ring.pause();
   * await ring.resume();
   * console.log(ring.snapshot().gaps);
   * ```
   */
  resume(): Promise<void> {
    return this.#controlled("resume", () => this.#recorder.resume());
  }

  /**
   * Forgets everything recorded up to the moment it resolves, and overwrites the memory with
   * zeros. Frame numbers go on.
   *
   * @returns When nothing of it is left.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, push } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 1, source: push() });
   * ring.push(new Float32Array(480));
   * await ring.wipe();
   * console.log(ring.snapshot().frames); // 0
   * ```
   */
  wipe(): Promise<void> {
    return this.#controlled("wipe", () => this.#recorder.wipe());
  }

  /**
   * Waits until no more frames will come: a file that is not looped has come to its end, or the
   * ring was closed. For other sources that is the closing only.
   *
   * @returns When that is so.
   *
   * @example
   * ```ts
   * import { file, MicRing, tone } from "@x/micring";
   *
   * const path = await Deno.makeTempFile({ suffix: ".wav" });
   * await using first = await MicRing.open({ seconds: 1, source: tone() });
   * await Deno.writeFile(path, first.snapshot().toWav());
   *
   * await using ring = await MicRing.open({ seconds: 1, source: file(path, { speed: 8 }) });
   * await ring.finished();
   * console.log(ring.snapshot().frames, "frames were in the file");
   * await Deno.remove(path);
   * ```
   */
  async finished(): Promise<void> {
    while (!this.closed && !this.#recorder.stats().ended) {
      await new Promise((resolve) => setTimeout(resolve, FINISHED_POLL_MS));
    }
  }

  /**
   * Stops recording and frees everything. Views that `peek` gave out become empty; snapshots
   * stay. Closing again changes nothing.
   *
   * @returns When the device is released and the memory is free.
   */
  close(): Promise<void> {
    // The views are emptied before anyone else can run; the memory goes after the last call on it.
    return this.#closing ??= this.#recorder.close(this.#control);
  }

  /** Closes the ring at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #requireOpen(action: string): void {
    if (this.#closing === undefined) return;
    throw new MicRingError("closed", `Cannot ${action}: the ring is closed`);
  }

  #controlled(action: string, call: () => Promise<void>): Promise<void> {
    const next = this.#control.then(() => {
      this.#requireOpen(action);
      return call();
    });
    this.#control = next.catch(() => {});
    return next;
  }
}
