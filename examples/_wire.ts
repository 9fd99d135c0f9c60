/**
 * A block of audio as a message: a header of 32 bytes, then the samples, 16 bits each, interleaved. All
 * numbers are little endian.
 *
 *      0  u32  sample rate
 *      4  u16  channels
 *      6  u16  bits of a sample: 16
 *      8  u32  frames before this block that this listener has missed
 *     12  u32  frames of this block that were not recorded, and are silence
 *     16  f64  number of the first frame
 *     24  f64  when that began, in milliseconds since the Unix epoch
 *     32       the samples
 *
 * @module
 */

import type { Snapshot } from "@x/micring";

/** What a message says. */
export interface WireBlock {
  readonly sampleRate: number;
  readonly channels: number;
  readonly missedFrames: number;
  readonly silentFrames: number;
  readonly startFrame: number;
  readonly startTime: number;
  readonly samples: Int16Array<ArrayBuffer>;
}

const HEADER_BYTES = 32;
const BITS = 16;
const SAMPLE_BYTES = BITS / 8;

/** A block as a message. */
export function encodeBlock(block: Snapshot<"s16">, missedFrames: number): ArrayBuffer {
  const { samples, gaps, startFrame } = block;
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + SAMPLE_BYTES * samples.length));
  const silentFrames = gaps.filter(({ endFrame }) => endFrame > startFrame)
    .reduce((sum, gap) => sum + gap.endFrame - gap.startFrame, 0);
  view.setUint32(0, block.sampleRate, true);
  view.setUint16(4, block.channels, true);
  view.setUint16(6, BITS, true);
  // More than the field can say is as much as it can.
  view.setUint32(8, Math.min(missedFrames, 2 ** 32 - 1), true);
  view.setUint32(12, silentFrames, true);
  view.setFloat64(16, startFrame, true);
  view.setFloat64(24, block.startTime, true);
  samples.forEach((sample, i) => view.setInt16(HEADER_BYTES + SAMPLE_BYTES * i, sample, true));
  return view.buffer;
}

/** What a message says; refuses one that is none of these. */
export function decodeBlock(message: ArrayBuffer): WireBlock {
  const view = new DataView(message);
  const length = (message.byteLength - HEADER_BYTES) / SAMPLE_BYTES;
  if (!Number.isInteger(length) || length < 0 || view.getUint16(6, true) !== BITS) {
    throw new TypeError(`Cannot read a block: a message of ${message.byteLength} bytes is none`);
  }
  return {
    sampleRate: view.getUint32(0, true),
    channels: view.getUint16(4, true),
    missedFrames: view.getUint32(8, true),
    silentFrames: view.getUint32(12, true),
    startFrame: view.getFloat64(16, true),
    startTime: view.getFloat64(24, true),
    samples: Int16Array.from(
      { length },
      (_, i) => view.getInt16(HEADER_BYTES + SAMPLE_BYTES * i, true),
    ),
  };
}
