/** How a ring goes: what `ring.stats()` returns. */
export interface RingStats {
  /** Frames recorded since the ring was opened: the number of the next one. */
  readonly writtenFrames: number;
  /** The oldest frame that can still be had. */
  readonly oldestFrame: number;
  /** Frames of silence that stand for time in which nothing was recorded: all gaps together. */
  readonly lostFrames: number;
  /** How many gaps there are. */
  readonly gaps: number;
  /** How often a device that had stopped delivering was opened again. */
  readonly reopenings: number;
  /** Sessions with a device that did not let go in time, and were left to end by themselves. */
  readonly abandonedSessions: number;
  /** The longest time between two blocks of a device, in seconds; 0 for other sources. */
  readonly longestInterval: number;
  /** Samples of a device at full scale: what was too loud for it. 0 for other sources. */
  readonly clippedSamples: number;
  /** How long the device has delivered nothing but zeros, in seconds; 0 for other sources. */
  readonly silentSeconds: number;
  /** How fast the device's clock is against this machine's, in parts per million, as far as that
   * is known; 0 for other sources. */
  readonly driftPpm: number;
  /** Blocks that the source delivered. */
  readonly blocks: number;
  /** Frames in the longest of them: the newest frame of a snapshot may be so old. */
  readonly longestBlockFrames: number;
  /** Copies that the source overtook while they were made: thrown away, and mostly made anew. */
  readonly retries: number;
  /** Whether the ring is paused. */
  readonly paused: boolean;
  /** Whether the source has come to its end: a file that is not looped. */
  readonly ended: boolean;
  /** Frames that the ring has room for: its window, and what a late reader may be late. */
  readonly capacityFrames: number;
  /** Native memory that the samples take, in bytes. */
  readonly memoryBytes: number;
}
