/**
 * Stretches in which nothing was recorded.
 *
 * @module
 */

/** Why nothing was recorded. */
export type GapCause = "pause" | "wipe";

/**
 * A stretch in which nothing was recorded: in the ring it is silence of its length, so that two
 * seconds asked are two seconds of time.
 */
export interface Gap {
  /** The number of its first frame. */
  readonly startFrame: number;
  /** The number behind its last frame's. */
  readonly endFrame: number;
  /**
   * Why: `pause`, between `pause()` and `resume()`; `wipe`, a block that came in the very moment
   * in which a `wipe()` ended.
   */
  readonly cause: GapCause;
  /** Whether its frames were counted; if not, its length is by the clock. */
  readonly exact: boolean;
}

/** Gaps, and from which frame on they are all there are: older ones may be forgotten. */
export interface KnownGaps {
  readonly gaps: readonly Gap[];
  readonly knownFrom: number;
}

/** What has no gap: the usual. */
export const NO_GAPS: KnownGaps = Object.freeze({ gaps: Object.freeze([]), knownFrom: 0 });

function continues(gap: Gap, next: Gap): boolean {
  return gap.endFrame === next.startFrame && gap.cause === next.cause;
}

/** Makes one of what follows without a frame between: a pause is entered in two parts. */
export function joinGaps(gaps: readonly Gap[]): Gap[] {
  const joined: Gap[] = [];
  for (const next of gaps) {
    const gap = joined.at(-1);
    if (gap === undefined || !continues(gap, next)) joined.push(next);
    else {joined[joined.length - 1] = {
        ...gap,
        endFrame: next.endFrame,
        exact: gap.exact && next.exact,
      };}
  }
  return joined;
}

/** The parts of gaps that lie in [from, to). */
export function clipGaps(gaps: readonly Gap[], from: number, to: number): Gap[] {
  return gaps
    .filter((gap) => gap.startFrame < to && gap.endFrame > from)
    .map((gap) => ({
      ...gap,
      startFrame: Math.max(gap.startFrame, from),
      endFrame: Math.min(gap.endFrame, to),
    }));
}
