import { checkNumber, checkOptions, checkWord } from "./check.ts";
import type { SampleFormat } from "./formats.ts";
import { checkLibraryPath } from "./library_path.ts";
import type { SourceSettings } from "./sources.ts";

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
