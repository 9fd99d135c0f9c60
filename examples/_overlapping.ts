import { type MicRing, Snapshot } from "@x/micring";

/** What speech models take. */
const SPEECH = { sampleRate: 16_000, channels: 1, format: "s16" } as const;

/** A frame is converted with so many around it: in the ring they have to be there. */
const MARGIN_SECONDS = 65 / SPEECH.sampleRate;

/** How a ring is cut into chunks. */
export interface ChunkOptions {
  /** How long a chunk is, in seconds; the first, and those behind what was missed, have no overlap. */
  readonly seconds: number;
  /** How much of it is the end of the one before, so that a word at the seam is whole in one of them. */
  readonly overlap: number;
  /** Ends it, with a last chunk of what has come up to then. */
  readonly signal: AbortSignal;
}

/** A chunk of speech: 16 kHz, mono, `s16`. */
export interface Chunk {
  readonly audio: Snapshot<"s16">;
  /** How many of its first frames are the end of the chunk before. */
  readonly overlapFrames: number;
  /** How many frames before it nobody will hear: whoever took the chunks was too slow for the ring. */
  readonly missedFrames: number;
}

/** What follows, with the end of what was before in front of it. */
function withTail(before: Snapshot<"s16">, overlapFrames: number, next: Snapshot<"s16">) {
  const tail = before.samples.subarray(before.frames - overlapFrames);
  const samples = new Int16Array(tail.length + next.frames);
  samples.set(tail);
  samples.set(next.samples, tail.length);
  const startFrame = next.startFrame - overlapFrames;
  const { startTime: began, endTime: ended, frames } = before;
  const startTime = ended - (ended - began) * overlapFrames / frames;
  const gaps = before.gaps.filter((gap) => gap.endFrame > startFrame).concat(next.gaps);
  return new Snapshot({
    ...next,
    samples,
    startFrame,
    startTime,
    gaps,
    complete: gaps.length === 0,
  });
}

/** Blocks that follow each other, from the ring's first frame on; at the end what is left. */
async function* blocksToTheEnd(
  ring: MicRing,
  seconds: number,
  signal: AbortSignal,
): AsyncGenerator<Snapshot<"s16">> {
  let from = Math.ceil(ring.stats().oldestFrame * SPEECH.sampleRate / ring.sampleRate);
  if (!signal.aborted) {
    for await (const block of ring.blocks({ ...SPEECH, seconds, from, signal })) {
      from = block.endFrame;
      yield block;
    }
  }
  if (!signal.aborted || ring.closed) return;
  // What has come since the last block: nothing is waited for, as a device may be gone.
  const there = ring.stats().writtenFrames / ring.sampleRate - MARGIN_SECONDS;
  const end = Math.floor(there * SPEECH.sampleRate);
  while (from < end) {
    const left = (end - from) / SPEECH.sampleRate;
    await using rest = ring.blocks({ ...SPEECH, seconds: Math.min(seconds, left), from });
    const { done, value } = await rest.next();
    if (done) return;
    from = value.endFrame;
    yield value;
  }
}

/**
 * Cuts a ring into chunks of speech that overlap. No frame is left out between them, unless whoever
 * takes them is slower than the ring is long: that is told.
 */
export async function* overlapping(
  ring: MicRing,
  { seconds, overlap, signal }: ChunkOptions,
): AsyncGenerator<Chunk> {
  const wanted = Math.round(overlap * SPEECH.sampleRate);
  let before: Snapshot<"s16"> | undefined;
  for await (const block of blocksToTheEnd(ring, seconds - overlap, signal)) {
    const { lostFrames: missedFrames } = block;
    // Behind what was missed nothing goes on.
    const overlapFrames = before === undefined || missedFrames > 0
      ? 0
      : Math.min(wanted, before.frames);
    const audio = before === undefined ? block : withTail(before, overlapFrames, block);
    yield { audio, overlapFrames, missedFrames };
    before = audio;
  }
}
