import type { Block, GapMark } from "./messages.ts";

/** The last seconds of audio, and the gaps in them: a ring of its own, which never grows. */
export class History {
  readonly sampleRate: number;
  readonly #samples: Float32Array;
  #gaps: GapMark[] = [];
  #startFrame = 0;
  #endFrame: number | undefined;

  /**
   * @param seconds How much it holds.
   * @param sampleRate Frames in a second.
   */
  constructor(seconds: number, sampleRate: number) {
    this.sampleRate = sampleRate;
    this.#samples = new Float32Array(Math.ceil(seconds * sampleRate));
  }

  /** The number of the oldest frame that it has. */
  get startFrame(): number {
    return Math.max(this.#startFrame, this.endFrame - this.#samples.length);
  }

  /** The number behind the last frame's; 0 before there is one. */
  get endFrame(): number {
    return this.#endFrame ?? 0;
  }

  /** The gaps in what it holds, oldest first. */
  get gaps(): readonly GapMark[] {
    return this.#gaps;
  }

  /** Whether a block comes behind what is there; if not, it belongs to another history. */
  goesOnWith({ startFrame, sampleRate }: Block): boolean {
    return startFrame >= this.endFrame && sampleRate === this.sampleRate;
  }

  /** Adds a block. What is missing before it is silence. */
  add({ startFrame, samples, gaps }: Block): void {
    const { length } = this.#samples;
    if (this.#endFrame === undefined) this.#startFrame = startFrame;
    const missing = startFrame - (this.#endFrame ?? startFrame);
    for (let i = Math.min(missing, length); i > 0; i--) {
      this.#samples[(startFrame - i) % length] = 0;
    }
    for (let i = 0; i < samples.length; i++) this.#samples[(startFrame + i) % length] = samples[i];
    this.#endFrame = startFrame + samples.length;
    for (const gap of gaps) this.#mark(gap);
    this.#gaps = this.#gaps.filter((gap) => gap.endFrame > this.startFrame);
  }

  /** Copies the frames from a number on; what is not there is silence. */
  read(from: number, into: Float32Array): void {
    const { length } = this.#samples;
    const { startFrame, endFrame } = this;
    for (let i = 0; i < into.length; i++) {
      const frame = from + i;
      const there = frame >= startFrame && frame < endFrame;
      into[i] = there ? this.#samples[frame % length] : 0;
    }
  }

  /** Whether there is a gap in the frames [from, to). */
  hasGap(from: number, to: number): boolean {
    return this.#gaps.some((gap) => gap.startFrame < to && gap.endFrame > from);
  }

  /** A gap that is longer than a block comes in parts. */
  #mark(gap: GapMark): void {
    const last = this.#gaps.at(-1);
    if (last?.endFrame === gap.startFrame && last.cause === gap.cause) {
      this.#gaps[this.#gaps.length - 1] = { ...last, endFrame: gap.endFrame };
    } else {
      this.#gaps.push(gap);
    }
  }
}
