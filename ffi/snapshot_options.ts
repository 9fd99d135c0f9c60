/**
 * Which frames a snapshot is asked for.
 *
 * @module
 */

import { checkNumber, checkSeconds, show } from "./check.ts";
import { isSamples, sampleCount, type SampleFormat, type Samples, samplesName } from "./formats.ts";

/** Which stretch of the ring is wanted: the newest, or by frame numbers. */
export interface RangeOptions {
  /** How much, in seconds; all of the ring's window if left out. */
  readonly seconds?: number;
  /** The first frame wanted. Without `to` and `seconds`: up to the newest. */
  readonly from?: number;
  /** The frame behind the last one wanted. */
  readonly to?: number;
}

/** What `ring.snapshot` can be told. */
export interface SnapshotOptions<F extends SampleFormat = SampleFormat> extends RangeOptions {
  /**
   * An array of your own to copy into, from its beginning, instead of a new one: several times
   * faster for long stretches. At least as long as what is asked for.
   */
  readonly into?: Samples<F>;
}

/** What a ring can be asked; the last two change from moment to moment. */
export interface RingExtent {
  readonly format: SampleFormat;
  readonly sampleRate: number;
  readonly channels: number;
  readonly windowFrames: number;
  /** One past the newest frame. */
  readonly writtenFrames: number;
  /** The oldest frame that is still there. */
  readonly oldestFrame: number;
}

/** What is asked for: so many of the newest frames, or these. */
export type FrameRange =
  | { readonly kind: "newest"; readonly frames: number }
  | { readonly kind: "absolute"; readonly from: number; readonly to: number };

const MOST_FRAMES = Number.MAX_SAFE_INTEGER;

/** So many seconds in frames; refuses less than a frame, and more than the ring holds. */
export function toFrames(
  action: string,
  seconds: unknown,
  ring: Pick<RingExtent, "sampleRate" | "windowFrames">,
): number {
  checkSeconds(action, "seconds", seconds);
  const frames = Math.round(seconds * ring.sampleRate);
  if (frames > ring.windowFrames) {
    const held = ring.windowFrames / ring.sampleRate;
    throw new RangeError(`Cannot ${action} ${seconds} s: the ring holds ${held} s`);
  }
  if (frames < 1) {
    throw new RangeError(
      `Cannot ${action} ${seconds} s: at ${ring.sampleRate} Hz that is less than one frame`,
    );
  }
  return frames;
}

function checkFrame(action: string, name: string, frame: unknown): asserts frame is number {
  checkNumber(action, name, frame, { least: 0, most: MOST_FRAMES, whole: true });
}

/** Refuses frames that are not there: still to come, or gone. */
export function checkHeld(action: string, from: number, to: number, ring: RingExtent): void {
  // In this order: while nothing is wiped, the oldest is not beyond a newest that was read after it.
  const { oldestFrame } = ring;
  const { writtenFrames } = ring;
  if (from >= oldestFrame && to <= writtenFrames) return;
  const held = oldestFrame < writtenFrames
    ? `the ring holds ${oldestFrame} to ${writtenFrames}`
    : `the ring holds none, and the next is ${writtenFrames}`;
  const fault = to > writtenFrames ? "are not all recorded yet" : "are not all there any more";
  throw new RangeError(`Cannot ${action} frames ${from} to ${to}: they ${fault}; ${held}`);
}

/** Which frames the options ask for; refuses what makes no sense or is not there. */
export function resolveRange(
  action: string,
  { seconds, from, to }: RangeOptions,
  ring: RingExtent,
): FrameRange {
  if (seconds !== undefined && from !== undefined && to !== undefined) {
    throw new TypeError(`Cannot ${action}: seconds, from and to are one too many`);
  }
  if (from === undefined && to === undefined) {
    const frames = seconds === undefined ? ring.windowFrames : toFrames(action, seconds, ring);
    return { kind: "newest", frames };
  }
  if (from !== undefined) checkFrame(action, "from", from);
  if (to !== undefined) checkFrame(action, "to", to);
  const length = seconds === undefined ? undefined : toFrames(action, seconds, ring);
  const end = to ??
    (length === undefined ? Math.max(from!, ring.writtenFrames) : from! + length);
  const start = from ??
    (length === undefined
      ? Math.max(end - ring.windowFrames, Math.min(ring.oldestFrame, end))
      : end - length);
  if (start > end) {
    throw new RangeError(`Cannot ${action}: from (${start}) is after to (${end})`);
  }
  checkHeld(action, start, end, ring);
  return { kind: "absolute", from: start, to: end };
}

/** Refuses an `into` that cannot take `frames` frames. */
export function checkInto<F extends SampleFormat>(
  action: string,
  into: unknown,
  frames: number,
  ring: RingExtent & { readonly format: F },
): asserts into is Samples<F> {
  if (!isSamples(ring.format, into)) {
    const wanted = samplesName(ring.format);
    throw new TypeError(
      `Cannot ${action} into ${show(into)}: the ring stores ${ring.format}, so into must be ` +
        `a ${wanted}`,
    );
  }
  const needed = frames * ring.channels;
  const length = sampleCount(ring.format, into);
  if (length >= needed) return;
  const buffer = into.buffer;
  const detached = buffer instanceof ArrayBuffer && buffer.detached ? " (it is detached)" : "";
  throw new RangeError(
    `Cannot ${action} into an array of ${length} samples${detached}: ${frames} frames of ` +
      `${ring.channels} channels take ${needed}`,
  );
}
