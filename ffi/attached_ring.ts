import { attachRecorder } from "./attach_recorder.ts";
import type { SampleFormat } from "./formats.ts";
import { HeldRing } from "./held_ring.ts";
import type { Recorder } from "./_recorder.ts";
import type { RingToken } from "./ring_token.ts";

/**
 * A ring that somebody else in this process records, to be read: made by `MicRing.attach`. It can do
 * what a {@linkcode MicRing} can, but for what only its owner may: `push`, `pause`, `resume`, `wipe`.
 *
 * When its owner closes it, or the owner's Worker ends, its state is `ended`: what it holds can still
 * be read, until it is closed here as well.
 *
 * @example
 * ```ts
 * import { type AttachedRing, MicRing, tone } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 2, source: tone() });
 * const attached: AttachedRing = await MicRing.attach(ring.share());
 * await ring.close();
 * console.log(attached.state, attached.snapshot().frames);
 * await attached.close();
 * ```
 */
export class AttachedRing<F extends SampleFormat = SampleFormat> extends HeldRing<F> {
  private constructor(recorder: Recorder<F>) {
    super(recorder);
  }

  /**
   * Attaches to a ring, as `MicRing.attach` does.
   *
   * @param token What `share` made.
   * @returns The ring.
   * @throws {TypeError} For anything but a token.
   * @throws {MicRingError} As `MicRing.attach`.
   */
  static async attach<F extends SampleFormat>(token: RingToken<F>): Promise<AttachedRing<F>> {
    return new AttachedRing(await attachRecorder(token));
  }
}
