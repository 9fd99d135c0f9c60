/**
 * What shared rings are filled with, and the ways to read one, with every sample checked.
 *
 * @module
 */

import type { LiveRing, RangeOptions, Samples, Snapshot } from "../mod.ts";
import { MicRingError } from "../mod.ts";
import { seeded } from "./_seeded.ts";

/** What a ring is filled with: frames' numbers by `sequence`, or numbers that a script pushes. */
export type Content = "sequence" | "noise";

/** A prime, so that what is off by a block, by a power of two or by a channel shows. */
const NOISE_SAMPLES = 65_521;
const MOST_PUSHED = 700;
/** How long a reader keeps its thread: its Worker is terminated in between. */
const READS_IN_A_ROW = 20;
const MOST_REFUSALS = 2_000_000;
const MOST_FRAMES = 8000;

function makeNoise(): Float32Array<ArrayBuffer> {
  const random = seeded(5);
  const once = Float32Array.from({ length: NOISE_SAMPLES }, () => 2 * random() - 1);
  // Twice, so that any stretch of it is in one piece.
  const noise = new Float32Array(2 * NOISE_SAMPLES);
  noise.set(once);
  noise.set(once, NOISE_SAMPLES);
  return noise;
}

const NOISE = makeNoise();

/** The frames from one on, to be pushed as they are. */
export function noise(channels: number, from: number, frames: number): Float32Array<ArrayBuffer> {
  const first = from * channels % NOISE_SAMPLES;
  return NOISE.subarray(first, first + frames * channels);
}

/** How many frames to push next. */
export function someFrames(random: () => number): number {
  return 1 + Math.floor(random() * MOST_PUSHED);
}

/** A stretch of a ring. */
export type Piece = Pick<Snapshot, "samples" | "format" | "channels" | "startFrame">;

function firstWrong(content: Content, { samples, format, channels, startFrame }: Piece): number {
  if (content === "noise") {
    const first = startFrame * channels % NOISE_SAMPLES;
    let at = first;
    for (let i = 0; i < samples.length; i++) {
      if (samples[i] !== NOISE[at]) return i;
      if (++at === NOISE_SAMPLES) at = 0;
    }
    return -1;
  }
  const period = format === "s16" ? 2 ** 15 : 2 ** 24;
  let expected = startFrame % period;
  for (let i = 0; i < samples.length;) {
    for (let channel = 0; channel < channels; channel++, i++) {
      if (samples[i] !== expected) return i;
    }
    if (++expected === period) expected = 0;
  }
  return -1;
}

/** What is wrong with the samples of a piece, in words, or nothing. */
export function wrongIn(content: Content, piece: Piece): string | undefined {
  const wrong = firstWrong(content, piece);
  if (wrong === -1) return undefined;
  const { samples, channels, startFrame } = piece;
  const frame = startFrame + Math.floor(wrong / channels);
  return `frame ${frame} has ${samples[wrong]}, ${wrong} samples into ${samples.length}`;
}

/** Throws unless each sample is right, and it says that nothing is missing. */
export function checkWhole(content: Content, snapshot: Snapshot): void {
  const { samples, frames, channels, startFrame, endFrame, gaps, complete } = snapshot;
  const wrong = wrongIn(content, snapshot);
  if (wrong !== undefined) throw new Error(wrong);
  const told = frames === endFrame - startFrame && samples.length === frames * channels;
  if (told && complete && gaps.length === 0) return;
  throw new Error(`${frames} frames, ${startFrame} to ${endFrame}: ${JSON.stringify(gaps)}`);
}

/** A stretch of what a ring holds; mostly short, and often about to be overwritten. */
function someRange(ring: LiveRing, random: () => number): RangeOptions {
  const frames = 1 + Math.floor(random() ** 3 * (Math.min(ring.frames, MOST_FRAMES) - 1));
  if (random() < 0.5) return { seconds: frames / ring.sampleRate };
  const { oldestFrame, writtenFrames } = ring.stats();
  const from = oldestFrame + Math.floor(random() ** 8 * (writtenFrames - oldestFrame));
  return { from, to: Math.min(from + frames, writtenFrames) };
}

function isRefusal(error: unknown): boolean {
  if (error instanceof MicRingError) return error.code === "overtaken";
  return error instanceof RangeError && /any more|being overwritten/.test(error.message);
}

/** Reads a stretch somehow; returns its frames' count, or 0 where the writer was there first. */
type ReadOnce = (ring: LiveRing, range: RangeOptions, content: Content) => number;

function snapshotOnce(ring: LiveRing, range: RangeOptions, content: Content): number {
  const snapshot = ring.snapshot(range);
  checkWhole(content, snapshot);
  return snapshot.frames;
}

function peekOnce(ring: LiveRing, range: RangeOptions, content: Content): number {
  const { format, channels } = ring;
  const seen = ring.peek(range, (samples: Samples, { startFrame }) => ({
    frames: samples.length / channels,
    // It counts only where it was not overwritten meanwhile.
    wrong: wrongIn(content, { samples, format, channels, startFrame }),
  }));
  if (seen.wrong !== undefined) throw new Error(seen.wrong);
  return seen.frames;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** How often a ring was read, and how often that was refused. */
export interface Reads {
  readonly read: number;
  readonly refused: number;
  readonly frames: number;
}

/** Takes so many snapshots at random stretches, and checks each sample of each. */
export async function takeSnapshots(
  ring: LiveRing,
  content: Content,
  count: number,
  seed: number,
): Promise<Reads> {
  const random = seeded(seed);
  let [read, refused, frames] = [0, 0, 0];
  while (read < count) {
    for (let i = 0; i < READS_IN_A_ROW && read < count; i++) {
      const taken = readOrRefuse(snapshotOnce, ring, content, random);
      if (taken > 0) read++;
      else if (++refused > MOST_REFUSALS) throw new Error(`only ${read} snapshots of ${count}`);
      frames += taken;
    }
    await pause();
  }
  return { read, refused, frames };
}

function readOrRefuse(
  readOnce: ReadOnce,
  ring: LiveRing,
  content: Content,
  random: () => number,
): number {
  try {
    return readOnce(ring, someRange(ring, random), content);
  } catch (error) {
    if (isRefusal(error)) return 0;
    throw error;
  }
}

/** The ways to read a ring for as long as it goes on. */
export const READINGS = ["snapshot", "peek", "blocks", "clip", "listen"] as const;
export type Reading = typeof READINGS[number];

const BLOCK_SECONDS = 0.01;

/** Checks blocks that follow each other, without a hole. */
class BlockChecks {
  readonly #content: Content;
  readonly #onPiece: () => void;
  #next: number | undefined;

  constructor(content: Content, onPiece: () => void) {
    this.#content = content;
    this.#onPiece = onPiece;
  }

  readonly check = (block: Snapshot): void => {
    checkWhole(this.#content, block);
    if (block.startFrame !== (this.#next ?? block.startFrame)) {
      throw new Error(`a block from ${block.startFrame} came where ${this.#next} was next`);
    }
    this.#next = block.endFrame;
    this.#onPiece();
  };

  /** They go up to the last frame that there is. */
  checkEnd({ writtenFrames }: { writtenFrames: number }): void {
    if (this.#next === writtenFrames) return;
    throw new Error(`the blocks ended at ${this.#next}, and the ring at ${writtenFrames}`);
  }
}

async function readAtRandom(readOnce: ReadOnce, ring: LiveRing, content: Content, on: () => void) {
  const random = seeded(ring.stats().writtenFrames);
  do {
    for (let i = 0; i < READS_IN_A_ROW; i++) {
      if (readOrRefuse(readOnce, ring, content, random) > 0) on();
    }
    await pause();
  } while (!ring.stats().ended);
}

/**
 * Reads a ring until its owner has ended.
 *
 * @param onPiece Is called when a piece has been found to be right.
 */
export async function readToEnd(
  reading: Reading,
  ring: LiveRing,
  content: Content,
  onPiece: () => void,
): Promise<void> {
  const blocks = new BlockChecks(content, onPiece);
  const seconds = BLOCK_SECONDS;
  switch (reading) {
    case "snapshot":
      return await readAtRandom(snapshotOnce, ring, content, onPiece);
    case "peek":
      return await readAtRandom(peekOnce, ring, content, onPiece);
    case "blocks":
      for await (const block of ring.blocks({ seconds })) blocks.check(block);
      return blocks.checkEnd(ring.stats());
    case "listen":
      await ring.listen(blocks.check, { seconds }).finished;
      return blocks.checkEnd(ring.stats());
    case "clip":
      for (;;) {
        const clip = await ring.clip({ before: seconds, after: seconds });
        const wrong = wrongIn(content, clip);
        if (wrong !== undefined) throw new Error(wrong);
        onPiece();
        if (ring.stats().ended) return;
        if (clip.missingFrames > 0) throw new Error(`${clip.missingFrames} frames are missing`);
      }
  }
}
