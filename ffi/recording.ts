import { MicRingError } from "./errors.ts";
import type { Feed } from "./feed.ts";
import { type AudioFormat, elementsOf } from "./formats.ts";
import { missedFrames } from "./gaps.ts";
import type { RecordPlan } from "./record_options.ts";
import { RecordedFile } from "./recorded_file.ts";
import { timeIn } from "./conversion.ts";
import type { Snapshot } from "./snapshot.ts";
import { explainWrite } from "./record_output.ts";

/** How much is written at a time, in seconds: so much a file lacks if the process is killed. */
const STEP_SECONDS = 0.1;
/** What has waited longer is written in pieces of so many seconds. */
const MOST_SECONDS = 2;

const ACTION = "record";

/** A recording that is over. */
export interface FinishedRecording {
  /** The files' paths, in order. */
  readonly files: readonly string[];
  /** How many frames are in them, silence in place of what is lost among them. */
  readonly frames: number;
  /** How many of these were overwritten in the ring before they could be written. */
  readonly missedFrames: number;
}

/** The name of a file that begins at a time. */
export function rotatedPath(path: string, startTime: number): string {
  const time = new Date(startTime).toISOString().replaceAll(":", "-");
  const dot = path.search(/\.[^./\\]*$/);
  return dot === -1 ? `${path}-${time}` : `${path.slice(0, dot)}-${time}${path.slice(dot)}`;
}

/**
 * A ring that is being recorded to files: see `ring.recordTo`.
 *
 * The file is a whole one at every moment: killed in whatever moment, all but the last half of a
 * second is there.
 */
export class Recording implements AsyncDisposable {
  readonly #plan: RecordPlan;
  readonly #feed: Feed;
  readonly #device: () => string | undefined;
  readonly #files = new Set<string>();
  readonly #finished = Promise.withResolvers<FinishedRecording>();
  #path: string;
  #file: RecordedFile | undefined;
  /* The frame that is written next. */
  #position: number;
  /* When the last frame ended that was written. */
  #endTime: number | undefined;
  #missedFrames = 0;
  #stopAt = Infinity;
  #wake: (() => void) | undefined;
  #watched = false;

  private constructor(plan: RecordPlan, device: () => string | undefined) {
    this.#plan = plan;
    this.#feed = plan.feed;
    this.#device = device;
    this.#path = plan.path;
    this.#position = plan.from;
    // Whether somebody will hear of a failure is known when there is one.
    this.#finished.promise.catch(() => {});
  }

  /**
   * Begins one; `ring.recordTo` does.
   *
   * @param plan What is recorded, and where to.
   * @param device Names the device that is recorded at a moment.
   * @returns The recording, once its first file is there.
   */
  static async start(plan: RecordPlan, device: () => string | undefined): Promise<Recording> {
    const recording = new Recording(plan, device);
    const { feed, signal } = plan;
    signal?.addEventListener("abort", recording.#end);
    try {
      await recording.#openFile(plan.from, feed.timeAt(plan.from));
    } catch (error) {
      signal?.removeEventListener("abort", recording.#end);
      throw error;
    }
    recording.#run().then(recording.#succeed, recording.#fail);
    return recording;
  }

  /** The path of the file that is written at this moment, or was last. */
  get path(): string {
    return this.#path;
  }

  /** The paths of all files so far, in order. */
  get files(): readonly string[] {
    return [...this.#files];
  }

  /** How many frames were written so far. */
  get frames(): number {
    return this.#position - this.#plan.from;
  }

  /** How long that is, in seconds. */
  get seconds(): number {
    return this.frames / this.#feed.sampleRate;
  }

  /** How many of its frames were overwritten in the ring before they could be written. */
  get missedFrames(): number {
    return this.#missedFrames;
  }

  /**
   * Resolves when the last file is closed: it was stopped, the source has come to its end, or the
   * ring was closed. Rejects with a `MicRingError`, `file-write-failed`, when no more can be written,
   * and when the file was removed (or moved, where the permission to read it is not there to tell
   * that); who has not asked for it by then finds that as an uncaught error.
   */
  get finished(): Promise<FinishedRecording> {
    this.#watched = true;
    return this.#finished.promise;
  }

  /**
   * Ends it with the newest frame there is; again changes nothing.
   *
   * @returns What was recorded, when the last file is closed.
   */
  stop(): Promise<FinishedRecording> {
    this.#end();
    return this.finished;
  }

  /** Ends it at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  readonly #end = () => {
    const feed = this.#feed;
    this.#stopAt = Math.min(this.#stopAt, feed.closed ? this.#position : feed.writtenFrames);
    this.#wake?.();
  };

  readonly #succeed = () => {
    this.#plan.signal?.removeEventListener("abort", this.#end);
    const { files, frames, missedFrames } = this;
    this.#finished.resolve({ files, frames, missedFrames });
  };

  readonly #fail = async (cause: unknown) => {
    this.#plan.signal?.removeEventListener("abort", this.#end);
    await this.#file?.abandon();
    const error = cause instanceof MicRingError
      ? cause
      : explainWrite(`${ACTION} to ${this.path}`, cause);
    this.#finished.reject(error);
    if (!this.#watched) reportError(error);
  };

  /** Resolves when there is something to be written, or nothing will be any more. */
  #due(): Promise<void> {
    const frames = Math.max(1, Math.round(STEP_SECONDS * this.#feed.sampleRate));
    const step = Math.min(frames, Math.ceil(this.#feed.windowFrames / 4));
    return new Promise((resolve) => {
      const cancel = this.#feed.when(this.#position + step, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  async #run(): Promise<void> {
    const feed = this.#feed;
    for (;;) {
      if (this.#position >= this.#stopAt) break;
      if (this.#stopAt === Infinity) await this.#due();
      if (feed.closed) break;
      // Asked first: what was written by the end is there then.
      const { ended } = feed;
      const most = this.#position + Math.ceil(MOST_SECONDS * feed.sampleRate);
      const end = Math.min(feed.writtenFrames, this.#stopAt, most);
      if (end > this.#position) await this.#write(feed.take(this.#position, end), end);
      else if (ended) break;
    }
    await this.#closeFile(this.#endTime);
  }

  /** Writes what was taken for the frames up to `end`; what it lacks at its beginning is silence. */
  async #write(taken: Snapshot<AudioFormat>, end: number): Promise<void> {
    const from = this.#position;
    this.#missedFrames += missedFrames(taken.gaps);
    const { channels, format } = taken;
    const width = channels * elementsOf(format);
    for (let at = from; at < end;) {
      if (this.#file === undefined || this.#file.frames === this.#plan.fileFrames) {
        const time = timeIn(taken, at);
        await this.#closeFile(time);
        await this.#openFile(at, time);
      }
      const file = this.#file!;
      const room = (this.#plan.fileFrames ?? Infinity) - file.frames;
      const to = Math.min(end, at < taken.startFrame ? taken.startFrame : end, at + room);
      const first = (at - taken.startFrame) * width;
      if (at < taken.startFrame) await file.appendSilence(to - at);
      else await file.append(taken.samples.subarray(first, first + (to - at) * width), to - at);
      await file.note(taken, at, to);
      this.#position = at = to;
    }
    this.#endTime = taken.endTime;
  }

  async #openFile(startFrame: number, startTime: number): Promise<void> {
    const { feed, exists, fileFrames } = this.#plan;
    const path = fileFrames === undefined ? this.#plan.path : this.#newPath(startTime);
    const device = this.#device();
    const parts = { feed, path, startFrame, startTime, exists, device };
    try {
      this.#file = await RecordedFile.create(parts);
    } catch (error) {
      throw explainWrite(`${ACTION} to ${path}`, error);
    }
    this.#path = path;
    this.#files.add(path);
  }

  /** One that none of its files has: those of a fast source may begin in the same millisecond. */
  #newPath(startTime: number): string {
    for (let time = startTime;; time++) {
      const path = rotatedPath(this.#plan.path, time);
      if (!this.#files.has(path)) return path;
    }
  }

  async #closeFile(endTime: number | undefined): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close(endTime);
  }
}
