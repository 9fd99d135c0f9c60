import type { SampleFormat } from "./formats.ts";
import { LiveRing } from "./live_ring.ts";
import type { Recorder } from "./_recorder.ts";
import type { RingToken } from "./attached_ring.ts";

const FINISHED_POLL_MS = 10;

/**
 * A ring that this script holds, until it closes it: as its owner, a {@linkcode MicRing}, or beside
 * its owner, an {@linkcode AttachedRing}. None is made by itself.
 */
export class HeldRing<F extends SampleFormat = SampleFormat> extends LiveRing<F>
  implements AsyncDisposable {
  readonly #recorder: Recorder<F>;

  /**
   * Made by `MicRing.open` and `MicRing.attach`.
   *
   * @param recorder What it reads.
   */
  protected constructor(recorder: Recorder<F>) {
    super(recorder);
    this.#recorder = recorder;
  }

  /**
   * Makes a token, by which Workers of this process can read the same ring beside this one, without
   * a copy in between: see `MicRing.attach`.
   *
   * @returns The token: plain data, to be sent with `postMessage` to as many as you like.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * const token = structuredClone(ring.share()); // as postMessage does
   * await using same = await MicRing.attach(token);
   * console.log(same.snapshot().level().peakDbfs);
   * ```
   */
  share(): RingToken<F> {
    this.#recorder.requireOpen("share the ring");
    const { format, source: { settings } } = this;
    const { libraryPath } = this.#recorder;
    const library = libraryPath === undefined ? {} : { libraryPath };
    return { ...this.#recorder.share(), format, source: { ...settings }, ...library };
  }

  /**
   * Waits until no more frames will come: a file that is not looped has come to its end, the ring's
   * owner has closed it, or it was closed here. For other sources there is no other end.
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
    while (!this.closed && !this.#recorder.ended) {
      await new Promise((resolve) => setTimeout(resolve, FINISHED_POLL_MS));
    }
  }

  /**
   * Lets the ring go. Views that `peek` gave out become empty; snapshots stay. Whoever listens here is
   * told what has happened up to now, and that it is closed. Closing again changes nothing.
   *
   * If this is its owner, the recording stops. The memory is free when all who hold it have let it go.
   *
   * @returns When that is done.
   */
  close(): Promise<void> {
    return this.closeAfter(Promise.resolve());
  }

  /** Closes the ring at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
