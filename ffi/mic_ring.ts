import { AttachedRing, type RingToken } from "./attached_ring.ts";
import { show } from "./check.ts";
import { type DeviceChange, watchDevices, type WatchDevicesOptions } from "./watch_devices.ts";
import { type DeviceInfo, type DevicesOptions, listDevices } from "./devices.ts";
import { isSamples, sampleCount, type SampleFormat, type Samples, samplesName } from "./formats.ts";
import { type OpenOptions, planOpen } from "./open_options.ts";
import { HeldRing } from "./held_ring.ts";
import { openRecorder } from "./open_recorder.ts";
import type { Recorder } from "./_recorder.ts";

/**
 * A ring that always holds the last seconds of a microphone, in native memory, and gives out
 * snapshots of it at any moment.
 *
 * While it is open it records on a thread of its own, whatever the script does, and does not keep
 * the process alive. Frames are numbered from 0 at its opening. A microphone that stops delivering
 * is opened again until it is back: `state` tells, and what was not recorded meanwhile is a gap.
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
export class MicRing<F extends SampleFormat = SampleFormat> extends HeldRing<F> {
  readonly #recorder: Recorder<F>;
  /* The native control calls, one after the other. */
  #control: Promise<unknown> = Promise.resolve();

  private constructor(recorder: Recorder<F>) {
    super(recorder);
    this.#recorder = recorder;
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
   * `device-busy`, `device-failed`, `access-denied`, `format-refused`, `no-frames`, `no-answer`,
   * `file-unreadable`, `file-not-audio`, `file-truncated`, `out-of-memory`, `thread-failed`,
   * `ffi-denied`, `library-missing`, `library-mismatch`, `library-corrupt`, `library-conflict` (another
   * `libraryPath` is in use), `unsupported-platform`.
   * @throws {Deno.errors.NotCapable} For a file that may not be read.
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
   * Attaches to a ring that is open elsewhere in this process, mostly in a Worker to one of the main
   * thread: both read the same memory, at once. Who has attached holds the memory until it closes,
   * or its Worker is terminated.
   *
   * @param token What the ring's `share` made, sent with `postMessage`.
   * @returns The ring, to be read; close it, or declare it with `await using`.
   * @throws {TypeError} For anything but a token.
   * @throws {MicRingError} `closed` when its owner has closed the ring, `foreign-token` for one of
   * another process, and as `open` what stands in the way of the native library.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * const code = `
   *   import { MicRing } from "${import.meta.resolve("@x/micring")}";
   *   self.onmessage = async ({ data }) => {
   *     await using ring = await MicRing.attach(data);
   *     self.postMessage(ring.snapshot().level());
   *   };
   * `;
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * const url = `data:application/javascript,${encodeURIComponent(code)}`;
   * const worker = new Worker(url, { type: "module" });
   * worker.postMessage(ring.share());
   * console.log(await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data)));
   * worker.terminate();
   * ```
   */
  static attach<F extends SampleFormat>(token: RingToken<F>): Promise<AttachedRing<F>> {
    return AttachedRing.attach(token);
  }

  /**
   * Lists the capture devices there are.
   *
   * @param options One sound system only, if wanted.
   * @returns The devices, the sound systems in the order in which `open` tries them.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {MicRingError} `no-backend` where there is no sound system, `no-answer` where one is,
   * but hangs.
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

  /**
   * Follows which capture devices there are: what is added, what is removed, and which one is the
   * system's default. The devices are listed when the iteration starts, and again and again on
   * another thread; each difference is a change. A sound system that does not answer has no
   * devices, until it is back.
   *
   * @param options Which sound system (the one that `open` would use, if left out), how often to
   * look, and what ends it.
   * @returns The changes, for `for await`. It ends when it is left, or when the signal says so.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {RangeError} For an interval out of its bounds.
   *
   * @example
   * ```ts
   * import { MicRing } from "@x/micring";
   *
   * const signal = AbortSignal.timeout(200);
   * for await (const { kind, device } of MicRing.watchDevices({ interval: 0.1, signal })) {
   *   console.log(kind, device?.name ?? "none");
   * }
   * ```
   */
  static watchDevices(
    options: WatchDevicesOptions = {},
  ): AsyncIterableIterator<DeviceChange> & AsyncDisposable {
    return watchDevices(options);
  }

  /**
   * Writes frames into a ring that was opened with `source: push()`. Of more than the ring holds,
   * the newest stay. While the ring is paused they are dropped.
   *
   * The newest frame is dated by this call, and those before it by the sample rate: what was pushed
   * before a longer break seems to have ended just before what comes behind it.
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
    this.#recorder.requireOpen(action);
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
   * Stops recording, and gives the device back to the system. What the ring holds stays there.
   * A device that does not let go within half a second is left to end by itself.
   *
   * @returns When it has stopped. A ring that is paused already is left as it is.
   * @throws {MicRingError} `closed` when the ring is closed.
   */
  pause(): Promise<void> {
    return this.#controlled("pause", () => this.#recorder.pause());
  }

  /**
   * Goes on recording after `pause`. The time between stands in the ring as silence, so that two
   * seconds asked are two seconds of time, and is a gap of each snapshot that it is in; a pushed
   * ring has no clock, and simply goes on.
   *
   * A ring that has `failed` tries its device again.
   *
   * @returns When it records again. One that does so anyway is left as it is.
   * @throws {MicRingError} `closed`, or what stands in the way of the device, as `open` does; then
   * the ring stays as it was.
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
   * Stops recording, and frees everything, once those that are attached have let it go as well.
   * Views that `peek` gave out become empty; snapshots stay. Whoever listens is told what has happened
   * up to now, and that it is closed. Closing again changes nothing.
   *
   * @returns When the device is released.
   */
  override close(): Promise<void> {
    // The views are emptied before anyone else can run; the memory goes after the last call on it.
    return this.closeAfter(this.#control);
  }

  #controlled(action: string, call: () => Promise<void>): Promise<void> {
    const next = this.#control.then(() => {
      this.#recorder.requireOpen(action);
      return call();
    });
    this.#control = next.catch(() => {});
    return next;
  }
}
