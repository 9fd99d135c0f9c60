/**
 * What the program and the page tell each other: one definition for both.
 *
 * A block of audio is binary: the length of its header in 32 bits, the header as JSON, filled up
 * with spaces so that the samples behind it are aligned, and the samples in 16 bits, or as floats.
 *
 * @module
 */

import type { GapCause, RingState } from "@x/micring";

/** How much the page shows. */
export const VIEW_SECONDS = 10;
/** What it has beyond that: a spectrum looks around its column. */
export const MARGIN_SECONDS = 0.5;

/** A stretch of which there is no audio. */
export interface GapMark {
  readonly startFrame: number;
  readonly endFrame: number;
  readonly cause: GapCause;
}

/** What the meter shows; no number is silence. */
export interface MeterMark {
  readonly peakDbfs: number | null;
  readonly holdDbfs: number | null;
  readonly rmsDbfs: number | null;
  readonly clipped: number;
}

/** What is said of a block. Its frames are of one channel, at a rate of the program's choice. */
export interface BlockHeader {
  readonly startFrame: number;
  readonly sampleRate: number;
  readonly gaps: readonly GapMark[];
  readonly meter: MeterMark;
}

/** A block as the page gets it. */
export interface Block extends BlockHeader {
  /** Full scale is ±1. */
  readonly samples: Float32Array;
}

/** A saved clip. */
export interface ClipMark {
  readonly id: number;
  readonly seconds: number;
  /** When it begins, in milliseconds since the Unix epoch. */
  readonly startTime: number;
  /** How much of it was not recorded, in seconds. */
  readonly missingSeconds: number;
  /** How long its file is. */
  readonly bytes: number;
  readonly fileName: string;
}

/** How the ring is, and what was saved of it. */
export interface Status {
  readonly state: RingState;
  /** Why, in words for a person. */
  readonly reason: string | null;
  /** What is recorded. */
  readonly source: string;
  readonly sampleRate: number;
  readonly channels: number;
  /** How many seconds the ring holds. */
  readonly ringSeconds: number;
  /** The newest first. */
  readonly clips: readonly ClipMark[];
}

const FULL_SCALE = 32768;
/** Where the samples begin, in bytes, is a multiple of this. */
const ALIGNMENT = 4;

/** A block as a message. */
export function encodeBlock(header: BlockHeader, samples: Int16Array): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const message = new Uint8Array(4 + headerBytes + samples.byteLength).fill(0x20);
  new DataView(message.buffer).setUint32(0, headerBytes, true);
  message.set(text, 4);
  message.set(
    new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
    4 + headerBytes,
  );
  return message;
}

/** The block that a message is. */
export function decodeBlock(message: ArrayBuffer): Block {
  const headerBytes = new DataView(message).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(message, 4, headerBytes));
  const header: BlockHeader = JSON.parse(text);
  const integers = new Int16Array(message, 4 + headerBytes);
  return { ...header, samples: Float32Array.from(integers, (sample) => sample / FULL_SCALE) };
}
