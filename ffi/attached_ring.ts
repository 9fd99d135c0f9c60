import { checkNumber, checkOptions, checkWord } from "./check.ts";
import type { SampleFormat } from "./formats.ts";
import { HeldRing } from "./held_ring.ts";
import { attachHold } from "./_hold.ts";
import { acquireLibrary } from "./_library.ts";
import { checkLibraryPath } from "./library_path.ts";
import { Recorder } from "./_recorder.ts";
import { Source, type SourceSettings } from "./sources.ts";

/**
 * By what `MicRing.attach` finds a ring again: made by `share`. It is plain data, to be sent to a
 * Worker with `postMessage`; it is good in the same process only, until the ring's owner has closed
 * it, and holds nothing open itself.
 */
export interface RingToken<F extends SampleFormat = SampleFormat> {
  /** Which process it is of. */
  readonly process: number;
  /** Which ring it is, in that process. */
  readonly ring: number;
  /** How the ring stores samples. */
  readonly format: F;
  /** What fills the ring. */
  readonly source: SourceSettings;
  /** The native library that it is in, where that is one of the user's own. */
  readonly libraryPath?: string;
}

const KINDS = ["microphone", "tone", "sequence", "file", "push"] as const;
const NAMES = ["process", "ring", "format", "source", "libraryPath"];
const COUNT = { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true };

/**
 * Refuses what `share` has not made; gives a copy, as a getter may say something else at each look.
 */
export function checkToken<F extends SampleFormat>(action: string, token: unknown): RingToken<F> {
  checkOptions(action, token, NAMES);
  const { process, ring, format, source, libraryPath } = token as RingToken<F>;
  const settings = { ...source };
  checkNumber(action, "process", process, COUNT);
  checkNumber(action, "ring", ring, COUNT);
  checkWord(action, "format", format, ["f32", "s16"]);
  checkWord(action, "source.kind", settings.kind, KINDS);
  const checked = { process, ring, format, source: settings };
  if (libraryPath === undefined) return checked;
  return { ...checked, libraryPath: checkLibraryPath(action, libraryPath) };
}

const ACTION = "attach to the ring";

/** Attaches to the recorder that a token was made of: to read it, beside its owner. */
export async function attachRecorder<F extends SampleFormat>(
  token: RingToken<F>,
): Promise<Recorder<F>> {
  const checked = checkToken<F>(ACTION, token);
  const { format, source, libraryPath } = checked;
  const library = await acquireLibrary(libraryPath);
  try {
    const hold = await attachHold(library.native, ACTION, checked, format);
    return await Recorder.over(library, hold, format, new Source(source));
  } catch (error) {
    library[Symbol.dispose]();
    throw error;
  }
}

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
