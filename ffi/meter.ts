/**
 * How loud it is, as a person can read it.
 *
 * @module
 */

/** What a meter shows of one channel. In dBFS, -Infinity is silence. */
export interface ChannelReading {
  /** The peak: it rises at once, and falls by `decay`. */
  readonly peakDbfs: number;
  /** The highest peak: it stays for `hold`, and falls then. */
  readonly holdDbfs: number;
  /** The root mean square of the last `window`. */
  readonly rmsDbfs: number;
  /** How many samples were at full scale, or beyond, since the last reading. */
  readonly clipped: number;
}

/** What a meter shows: of all channels the highest peak, and the RMS of them together. */
export interface MeterReading extends ChannelReading {
  /** Each channel by itself. */
  readonly channels: readonly ChannelReading[];
  /** The number behind the last frame that it has seen. */
  readonly endFrame: number;
  /** How many frames it has not seen since the last reading: the ring had them no more. */
  readonly missedFrames: number;
}

/**
 * A meter: it costs nothing until it is read, and looks then at what has come since. Its needles
 * move with the audio: it makes no difference how often it is read. `for await` has a reading every
 * so often; leaving the loop leaves the meter as it is.
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 2, source: tone() });
 * using meter = ring.meter({ every: 0.05 });
 * for await (const { peakDbfs, holdDbfs, rmsDbfs, clipped } of meter) {
 *   console.log("#".repeat(Math.max(0, 60 + rmsDbfs)), peakDbfs, holdDbfs, clipped);
 *   if (rmsDbfs > -20) break;
 * }
 * ```
 */
export interface Meter extends AsyncIterable<MeterReading>, Disposable {
  /**
   * Reads it.
   *
   * @returns What it shows after the newest frame.
   * @throws {MicRingError} `closed` when the ring is closed, or the meter was disposed of.
   *
   * @example
   * ```ts
   * import { MicRing, tone } from "@x/micring";
   *
   * await using ring = await MicRing.open({ seconds: 2, source: tone() });
   * using meter = ring.meter();
   * await new Promise((resolve) => setTimeout(resolve, 100));
   * const { peakDbfs, rmsDbfs, channels: [left] } = meter.read();
   * console.log(peakDbfs, rmsDbfs, left.peakDbfs);
   * ```
   */
  read(): MeterReading;
  /** Lets all needles fall at once: what was before does not count any more. */
  reset(): void;
  /**
   * A reading every so often, for `for await`. They end when the source has come to its end, when
   * the signal says so, and when the meter is disposed of or the ring closed. Who is late gets one
   * reading for all that has come.
   *
   * @returns The readings.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<MeterReading> & AsyncDisposable;
  /** Ends all loops that read it. Doing so again changes nothing. */
  [Symbol.dispose](): void;
}
