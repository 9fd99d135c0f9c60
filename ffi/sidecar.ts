/**
 * What a recording's file cannot say itself: a JSON beside it.
 *
 * @module
 */

import type { AudioShape } from "./conversion.ts";
import type { Gap } from "./gaps.ts";
import { type ExistingFile, Obstacle, RecordOutput } from "./record_output.ts";

/** A gap, and when it was. */
export interface SidecarGap extends Gap {
  /** When its first frame would have begun. */
  readonly start: string;
  /** When its last frame would have ended. */
  readonly end: string;
}

/** What stands in the JSON beside a WAV. Times are ISO 8601 in UTC, or milliseconds since 1970. */
export interface Sidecar extends AudioShape {
  /** The name of the WAV, without its folder. */
  readonly file: string;
  /** Whether it is whole: false while it is recorded, or when that was cut off. */
  readonly finished: boolean;
  /** When the first frame began. */
  readonly start: string;
  /** The same in milliseconds, with fractions. */
  readonly startTime: number;
  /** When the last frame ended; only of a finished one. */
  readonly end?: string;
  /** The same in milliseconds, with fractions. */
  readonly endTime?: number;
  /** By how much these times may be wrong, in seconds; not of one without a frame. */
  readonly timeUncertainty?: number;
  /** How many frames there are; only of a finished one. */
  readonly frames?: number;
  /** The number that the file's first frame has in the ring. */
  readonly startFrame: number;
  /** Whether nothing is missing, as far as it goes. */
  readonly complete: boolean;
  /** What is missing, and is silence in the file; frames are counted from the file's first. */
  readonly gaps: readonly SidecarGap[];
  /** The device that was recorded, if there is one. */
  readonly device?: string;
  /** Of a clip: the frame that it is about, counted from the file's first. */
  readonly atFrame?: number;
  /** Of a clip: when that frame began. */
  readonly at?: string;
}

/** A time as text, to the millisecond. */
export function isoTime(time: number): string {
  return new Date(time).toISOString();
}

/**
 * A gap as it stands in the sidecar of a file.
 *
 * @param startFrame The file's first frame.
 * @param timeAt When a frame began, in milliseconds since the Unix epoch.
 */
export function sidecarGap(
  gap: Gap,
  startFrame: number,
  timeAt: (frame: number) => number,
): SidecarGap {
  return {
    ...gap,
    startFrame: gap.startFrame - startFrame,
    endFrame: gap.endFrame - startFrame,
    start: isoTime(timeAt(gap.startFrame)),
    end: isoTime(timeAt(gap.endFrame)),
  };
}

const FOLDERS = Deno.build.os === "windows" ? /^.*[\\/]/ : /^.*\//;

/** A file's name, without its folder. */
export function nameOf(path: string): string {
  return path.replace(FOLDERS, "");
}

/** Where the sidecar of a file is. */
export function sidecarPath(path: string): string {
  return `${path}.json`;
}

const SPACE = 0x20;
const NEWLINE = 0x0a;
const THERE = 'there is a file of that name with ".json" behind it; choose another, or exists: ' +
  '"replace"';

/**
 * The file beside a WAV. It is written in one piece over what was there, and never becomes shorter:
 * who reads it in between finds all of the one or of the other.
 */
export class SidecarFile {
  readonly #output: RecordOutput;
  #length = 0;

  private constructor(output: RecordOutput) {
    this.#output = output;
  }

  /** Opens it. What was there stays until something is written. */
  static async open(path: string, exists: ExistingFile): Promise<SidecarFile> {
    const output = await RecordOutput.create(sidecarPath(path), exists).catch((cause) => {
      throw cause instanceof Deno.errors.AlreadyExists ? new Obstacle(THERE, { cause }) : cause;
    });
    return new SidecarFile(output);
  }

  /** How long it is, in bytes. */
  get length(): number {
    return this.#length;
  }

  /** Lets go of what it said before. */
  async empty(): Promise<void> {
    await this.#output.empty();
  }

  /** Writes what it says from now on. */
  async write(sidecar: Sidecar): Promise<void> {
    const text = new TextEncoder().encode(JSON.stringify(sidecar, null, 2));
    const bytes = new Uint8Array(Math.max(this.#length, text.length + 1)).fill(SPACE);
    bytes.set(text);
    bytes[bytes.length - 1] = NEWLINE;
    if (this.#length === 0) await this.empty();
    await this.#output.write(0, bytes);
    this.#length = bytes.length;
  }

  close(): void {
    this.#output.close();
  }

  /** Closes it, and removes it, if it is a new one. */
  async discard(): Promise<void> {
    await this.#output.discard();
  }
}
