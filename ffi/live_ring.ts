import { BlockRing } from "./block_ring.ts";
import { type Clip, clipAround, type ClipOptions, type TriggeredClip } from "./clip.ts";
import { type ClipsOptions, triggeredClips } from "./clips.ts";
import type { FormatOption } from "./conversion.ts";
import { detectedClips, type DetectOptions, type Detector } from "./detect.ts";
import type { Feed } from "./feed.ts";
import type { AudioFormat, SampleFormat } from "./formats.ts";
import type { RecordOptions } from "./record_options.ts";
import type { Recording } from "./recording.ts";
import type { Recorder } from "./_recorder.ts";
import { RingFeed } from "./ring_feed.ts";
import { type Schedule, startSchedule } from "./schedule.ts";
import type { ScheduleOptions, ScheduleTask } from "./schedule_options.ts";
import type { ScheduleTiming } from "./schedule_timing.ts";

/**
 * A ring whose audio comes when it is worth it: as clips around what happens, at times of a schedule.
 * A {@linkcode MicRing} is one; none is made by itself.
 */
export class LiveRing<F extends SampleFormat = SampleFormat> extends BlockRing<F> {
  readonly #recorder: Recorder<F>;
  readonly #feed: Feed<F>;

  /**
   * Made by `MicRing.open`.
   *
   * @param recorder What it reads.
   */
  protected constructor(recorder: Recorder<F>) {
    super(recorder);
    this.#recorder = recorder;
    this.#feed = new RingFeed(recorder);
  }

  /**
   * Takes the audio around an instant: of now, of the past as far as the ring goes back, or to come.
   * As many at once as you like: each waits for its own last frame, and copies then.
   *
   * @param options Which instant, how much before and after it, and what calls it off.
   * @returns The clip, once its last frame is in. What is not there of it is counted in
   * `missingFrames`.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {RangeError} For rolls that are negative, together longer than the ring or shorter than
   * a frame, and for an instant that is none.
   * @throws {MicRingError} `closed` when the ring is closed, or is closed meanwhile.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 5, source: tone() });
   * const heard = new Date(); // something happened
   * const clip = await ring.clip({ at: heard, before: 0.1, after: 0.2 });
   * console.log(clip.frames, clip.missingFrames);
   * ```
   */
  async clip<G extends AudioFormat = F>(
    options: ClipOptions & FormatOption<G> = {},
  ): Promise<Clip<G>> {
    this.#recorder.requireOpen("take a clip");
    return await clipAround(this.#feed, options);
  }

  /**
   * Records what is loud: gives out a clip of each sound, with pre-roll and post-roll. Sounds that
   * are close together are one clip.
   *
   * It listens from the call on, on its own: clips that are not asked for wait, up to `queue` of
   * them. A clip comes when no sound can be a part of it any more: after the sound `hold`, or
   * `before` and `after` together, whichever is longer.
   *
   * @param options How loud, and what becomes of it.
   * @returns The clips, for `for await`. They end when the loop is left or the signal says so, and
   * when the source has come to its end or the ring is closed, behind those that wait.
   * @throws {TypeError} For an option of the wrong type or name.
   * @throws {RangeError} For an option out of its bounds, and for a ring that is too short: it has
   * to hold a clip until it is known to be over.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, push } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 5, source: push(), sampleRate: 8000 });
   * const clips = ring.clips({ above: -35, before: 0.5, after: 0.5, highPass: 100 });
   * ring.push(new Float32Array(8000)); // a silent second
   * ring.push(Float32Array.from({ length: 800 }, (_, i) => Math.sin(i))); // a bark
   * ring.push(new Float32Array(16_000));
   * for await (const clip of clips) {
   *   console.log(clip.atFrame, clip.startFrame, clip.endFrame); // 8000 4000 12800
   *   break;
   * }
   * ```
   */
  clips<G extends AudioFormat = F>(
    options: ClipsOptions & FormatOption<G>,
  ): AsyncIterableIterator<TriggeredClip<G>> & AsyncDisposable {
    this.#recorder.requireOpen("listen for clips");
    return triggeredClips(this.#feed, options);
  }

  /**
   * Records what a detector of yours finds: gives out clips as `clips` does.
   *
   * The detector is called with one block after the other, from now on. If it cannot keep up, it is
   * called with the newest block instead, and what was passed over counts as that does.
   *
   * @param detector Says of a block whether it has what is looked for: yes or no, or a score; or a
   * promise of it. What it throws ends the clips with that error.
   * @param options How often it is called, with how much, and what becomes of it.
   * @returns The clips, for `for await`. They end as those of `clips` do.
   * @throws {TypeError} For a detector that is no function, and an option of the wrong type or name.
   * @throws {RangeError} As `clips`.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 5, source: tone() });
   * const options = { hop: 0.05, before: 0.1, atMost: 0.3 };
   * const loud = ring.detect((block) => block.level().peakDbfs > -20, options);
   * for await (const clip of loud) {
   *   console.log(clip.seconds, "s from frame", clip.startFrame);
   *   break;
   * }
   * ```
   */
  detect<G extends AudioFormat = F>(
    detector: Detector<NoInfer<G>>,
    options: DetectOptions & FormatOption<G> = {},
  ): AsyncIterableIterator<TriggeredClip<G>> & AsyncDisposable {
    this.#recorder.requireOpen("detect");
    return detectedClips(this.#feed, detector, options);
  }

  /**
   * Runs a task at its times: at intervals, or by a cron expression. Each run gets a stretch of
   * audio: what has come since the run before, or the last `seconds`.
   *
   * The times do not drift: an interval is counted from the beginning, and no run is later because
   * one before it was. They are the wall clock's. Where that is set back, an interval stays as long
   * as it is, and `cron` goes by what the clock shows; where it is set forward, that is taken for a
   * sleep of the machine. A task that throws, or rejects its promise, is told as an `error` event,
   * and runs again.
   *
   * It ends when it is stopped or aborted, when the ring is closed, or when its source has come to
   * its end: then runs that wait still run, but what came after the last one is left to `snapshot`
   * and `recent`. Until then it keeps the process alive, unless `unref` says otherwise.
   *
   * @param timing When: `{ every }` in seconds, or `{ cron, timezone }`.
   * @param task What is called, with the audio and what run it is; may be an async function.
   * @param options How much audio, what to do when it is not done in time or was slept through, and
   * what stops it.
   * @returns The schedule; may be declared with `using`.
   * @throws {TypeError} For what is no cron expression, and an option of the wrong type or name.
   * @throws {RangeError} For an interval or a part of a cron expression out of its bounds, a time
   * zone there is not, a cron expression that never comes, and more seconds than the ring holds.
   * @throws {MicRingError} `closed` when the ring is closed.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 20, source: tone() });
   * const signal = AbortSignal.timeout(200);
   * using loudness = ring.schedule({ every: 0.05 }, (snapshot) => {
   *   console.log(snapshot.seconds, "s at", snapshot.level().rmsDbfs, "dBFS");
   * }, { signal });
   *
   * const timing = { cron: "0 * * * *", timezone: "Europe/Berlin" };
   * using hourly = ring.schedule(timing, (snapshot, { due }) => {
   *   return Deno.writeFile(`${due.toISOString()}.wav`, snapshot.toWav());
   * }, { seconds: 10, signal });
   * console.log("The next hour is at", hourly.next());
   * await loudness.finished;
   * ```
   */
  schedule<G extends AudioFormat = F>(
    timing: ScheduleTiming,
    task: ScheduleTask<NoInfer<G>>,
    options: ScheduleOptions & FormatOption<G> = {},
  ): Schedule {
    return startSchedule(this.#feed, timing, task, options);
  }

  /**
   * Records to a WAV file, or to one after the other, from now on or from the past on. The file is
   * whole at every moment: killed whenever, all but the last half of a second is there. What the
   * ring has not recorded, or had overwritten before a slow disk took it, is silence of its length,
   * and stands in a JSON beside the file (`<path>.json`), which also tells when each began and
   * ended, and of which device it is. A file beyond 4 GiB is an RF64.
   *
   * Files are written by Deno, and take `--allow-write`; where there is no permission to read one, a
   * file that is moved while it is written counts as removed, and ends it. The recording keeps the process alive; it
   * ends when it is stopped, when the source has come to its end, or when the ring is closed, and
   * then lacks what was not written yet: stop it first.
   *
   * @param path The file, as a path or a `file:` URL.
   * @param options What the audio is to become there, when another file is begun, and what ends it.
   * @returns The recording, once its file is there; may be declared with `await using`.
   * @throws {TypeError} For a path that is none, and an option of the wrong type or name.
   * @throws {RangeError} For an option out of its bounds.
   * @throws {MicRingError} `closed` when the ring is closed; `file-write-failed` when the file cannot
   * be begun: there is one of that name, its folder is not there, and so on.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 5, source: tone() });
   * const folder = await Deno.makeTempDir();
   * const options = { past: 1, rotate: { seconds: 3600 }, format: "s16" } as const;
   * const recording = await ring.recordTo(`${folder}/tone.wav`, options);
   * await new Promise((resolve) => setTimeout(resolve, 100));
   * const { files, frames } = await recording.stop();
   * console.log(files, frames / ring.sampleRate, "s");
   * await Deno.remove(folder, { recursive: true });
   * ```
   */
  async recordTo(path: string | URL, options: RecordOptions = {}): Promise<Recording> {
    this.#recorder.requireOpen("record");
    const feed = this.#feed;
    const { writtenFrames } = feed;
    const { startRecording } = await import("./record_to.ts");
    this.#recorder.requireOpen("record");
    const device = () => this.#recorder.device?.name;
    return await startRecording(feed, writtenFrames, path, options, device);
  }
}
