/**
 * What a recording's file cannot say itself: a JSON beside it.
 *
 * @module
 */

import type { AudioShape } from "./conversion.ts";
import type { Gap } from "./gaps.ts";

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
  /** By how much these times may be wrong, in seconds. */
  readonly timeUncertainty: number;
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

/** Where the sidecar of a file is. */
export function sidecarPath(path: string): string {
  return `${path}.json`;
}

/**
 * The file beside a WAV. It is written in one piece over what was there, and never becomes shorter:
 * who reads it in between finds all of the one or of the other.
 */
export class SidecarFile {
  readonly #file: Deno.FsFile;
  #length = 0;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Begins it, beside a WAV that is this process's own. */
  static async create(path: string): Promise<SidecarFile> {
    const options = { write: true, create: true, truncate: true };
    return new SidecarFile(await Deno.open(sidecarPath(path), options));
  }

  /** Writes what it says from now on. */
  async write(sidecar: Sidecar): Promise<void> {
    const text = JSON.stringify(sidecar, null, 2);
    const bytes = new TextEncoder().encode(`${text.padEnd(this.#length)}\n`);
    await this.#file.seek(0, Deno.SeekMode.Start);
    for (let written = 0; written < bytes.length;) {
      written += await this.#file.write(bytes.subarray(written));
    }
    this.#length = bytes.length - 1;
  }

  close(): void {
    this.#file.close();
  }
}
