/**
 * Stretches in which nothing was recorded.
 *
 * @module
 */

/** Why nothing was recorded: see {@linkcode Gap.cause}. */
export type GapCause =
  | "pause"
  | "wipe"
  | "overrun"
  | "hole"
  | "stall"
  | "sleep"
  | "device"
  | "reroute"
  | "format"
  | "missed";

/**
 * A stretch in which nothing was recorded: in the ring it is silence of its length, so that two
 * seconds asked are two seconds of time.
 *
 * What reads on (a block, a clip, a task's stretch) also has the gaps of what it could not read any
 * more. Those end where its first frame begins, or before it, and have no samples.
 */
export interface Gap {
  /** The number of its first frame. */
  readonly startFrame: number;
  /** The number behind its last frame's. */
  readonly endFrame: number;
  /**
   * Why:
   *
   * - `pause`: between `pause()` and `resume()`;
   * - `wipe`: a block that came in the very moment in which a `wipe()` ended;
   * - `overrun`: the sound system, or this process, was too slow, and frames were dropped;
   * - `hole`: the sound server sent a hole in place of frames;
   * - `stall`: a device that was there delivered nothing;
   * - `sleep`: this process was stopped, or the machine slept;
   * - `device`: the device, or the sound server, was gone;
   * - `reroute`: the system's default became another device;
   * - `format`: the same device came back with another sample rate or number of channels;
   * - `missed`: it was recorded, but overwritten or wiped before it was read. Only what reads on (a
   *   block, a clip, a task's stretch) has this.
   */
  readonly cause: GapCause;
  /** Whether its frames were counted; if not, its length is by the clock. */
  readonly exact: boolean;
}

/**
 * Gaps, oldest first, and from which frame on they are all there are: older ones may be forgotten.
 * The last may not have ended yet: then it is endless.
 */
export interface KnownGaps {
  readonly gaps: readonly Gap[];
  readonly knownFrom: number;
}

/** What has no gap: the usual. */
export const NO_GAPS: KnownGaps = Object.freeze({ gaps: Object.freeze([]), knownFrom: 0 });

/** The parts of gaps that lie in [from, to). */
export function clipGaps(gaps: readonly Gap[], from: number, to: number): Gap[] {
  return gaps
    .map((gap) => ({
      ...gap,
      startFrame: Math.max(gap.startFrame, from),
      endFrame: Math.min(gap.endFrame, to),
    }))
    .filter(({ startFrame, endFrame }) => startFrame < endFrame);
}

/** The gap of what was not read in time. */
function missed(startFrame: number, endFrame: number): Gap {
  return { startFrame, endFrame, cause: "missed", exact: true };
}

/**
 * The gaps of a stretch [from, to) of which nothing can be read any more: what was not recorded at
 * all, as far as that is known, and between these what was missed.
 */
export function lostGaps(known: readonly Gap[], from: number, to: number): Gap[] {
  const lost: Gap[] = [];
  let at = from;
  for (const { startFrame, ...gap } of clipGaps(known, from, to)) {
    if (gap.endFrame <= at) continue;
    if (startFrame > at) lost.push(missed(at, startFrame));
    lost.push({ ...gap, startFrame: Math.max(startFrame, at) });
    at = gap.endFrame;
  }
  if (at < to) lost.push(missed(at, to));
  return lost;
}

/** How many frames of these were recorded, but not read in time. */
export function missedFrames(gaps: readonly Gap[]): number {
  return gaps
    .filter(({ cause }) => cause === "missed")
    .reduce((sum, { startFrame, endFrame }) => sum + endFrame - startFrame, 0);
}
