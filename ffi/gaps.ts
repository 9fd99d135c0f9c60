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
   *   block, a clip, a task's stretch) has this: it stands before the first frame that is there,
   *   and has no samples.
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
    .filter((gap) => gap.startFrame < to && gap.endFrame > from)
    .map((gap) => ({
      ...gap,
      startFrame: Math.max(gap.startFrame, from),
      endFrame: Math.min(gap.endFrame, to),
    }));
}

/** The gap of what was not read in time. */
export function missed(startFrame: number, endFrame: number): Gap {
  return { startFrame, endFrame, cause: "missed", exact: true };
}
