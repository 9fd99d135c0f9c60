/**
 * How a ring is recorded to files.
 *
 * @module
 */

import { checkStart } from "./blocks.ts";
import { checkNumber, checkOptions, checkSignal, checkText, checkWord, show } from "./check.ts";
import { CONVERT_OPTIONS, type FormatOption, type ResultOptions } from "./conversion.ts";
import { convertedFeed } from "./converter.ts";
import type { Feed } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import { pathOf } from "./library_path.ts";
import type { ExistingFile } from "./record_output.ts";
import { frameBytes, HEADER_BYTES } from "./wav_file.ts";

/** When a recording goes on in another file: at whatever comes first. */
export interface RotateOptions {
  /** A file has at most so many seconds, at least 0.1. */
  readonly seconds?: number;
  /** A file has at most so many bytes, at least 65,536. */
  readonly bytes?: number;
}

/** What `ring.recordTo` can be told. */
export interface RecordOptions extends ResultOptions, FormatOption<AudioFormat> {
  /**
   * Goes on in another file now and then, without losing a frame. The file's names then have the
   * time of their first frame in them: `bird.wav` becomes `bird-2026-11-23T06-00-00.000Z.wav`, in
   * UTC. Where two would be the same, as of a source that is faster than time, the later one's is a
   * millisecond more.
   */
  readonly rotate?: RotateOptions;
  /**
   * The first frame, counted in the file's sample rate: one of the future, or of the past, where it
   * begins with the oldest that the ring still has. If left out, the next one to be written.
   */
  readonly from?: number;
  /** Instead of `from`: begin with the last so many seconds, or with what there is of them. */
  readonly past?: number;
  /** What is done where there is a file of that name; `refuse` if left out. */
  readonly exists?: ExistingFile;
  /**
   * Ends the recording when it is aborted, like `stop`.
   * One that is aborted already is an error.
   */
  readonly signal?: AbortSignal;
}

/** The options, checked. */
export interface RecordPlan {
  readonly feed: Feed;
  readonly path: string;
  readonly from: number;
  /** The most frames of a file; none if there is only one. */
  readonly fileFrames: number | undefined;
  readonly exists: ExistingFile;
  readonly signal: AbortSignal | undefined;
}

const NAMES = ["rotate", "from", "past", "exists", "signal", ...CONVERT_OPTIONS];
const SECONDS = { least: 0.1, most: 1e9 };
const BYTES = { least: 65_536, most: Number.MAX_SAFE_INTEGER, whole: true };

/** A path, of what a user calls a file. */
export function filePath(action: string, path: unknown): string {
  const text = path instanceof URL && path.protocol === "file:" ? pathOf(action, path) : path;
  if (typeof text !== "string") {
    throw new TypeError(`Cannot ${action}: the path is ${show(path)}, not a path or a file: URL`);
  }
  checkText(action, "the path", text);
  return text;
}

function framesOfFile(action: string, rotate: RotateOptions, feed: Feed): number {
  checkOptions(action, rotate, ["seconds", "bytes"]);
  const { seconds, bytes } = rotate;
  if (seconds === undefined && bytes === undefined) {
    throw new TypeError(`Cannot ${action}: rotate says neither seconds nor bytes`);
  }
  if (seconds !== undefined) checkNumber(action, "rotate.seconds", seconds, SECONDS);
  if (bytes !== undefined) checkNumber(action, "rotate.bytes", bytes, BYTES);
  return Math.min(
    Math.round((seconds ?? Infinity) * feed.sampleRate),
    // One byte less: a file's length is even.
    Math.floor(((bytes ?? Infinity) - HEADER_BYTES - 1) / frameBytes(feed)),
  );
}

/**
 * Checks the options, and settles where the recording begins.
 *
 * @param now The frame of the ring that was to be written next when it was asked for.
 */
export function planRecording(
  action: string,
  ring: Feed,
  now: number,
  path: unknown,
  options: RecordOptions,
): RecordPlan {
  checkOptions(action, options, NAMES);
  const feed = convertedFeed(action, options, ring);
  const { rotate, from, past, exists = "refuse", signal } = options;
  checkStart(action, { from, past }, ring);
  checkWord(action, "exists", exists, ["refuse", "replace"]);
  checkSignal(action, signal);
  const fileFrames = rotate === undefined ? undefined : framesOfFile(action, rotate, feed);
  const ago = (past ?? 0) + (ring.writtenFrames - now) / ring.sampleRate;
  const first = from ?? feed.writtenFrames - Math.round(ago * feed.sampleRate);
  return {
    feed,
    path: filePath(action, path),
    from: Math.max(first, feed.heldFrom),
    fileFrames,
    exists,
    signal,
  };
}
