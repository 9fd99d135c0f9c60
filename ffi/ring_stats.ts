/** How a ring goes: what `ring.stats()` returns. */
export interface RingStats {
  /** Frames recorded since the ring was opened: the number of the next one. */
  readonly writtenFrames: number;
  /** The oldest frame that can still be had. */
  readonly oldestFrame: number;
  /** Frames of silence that stand for time in which nothing was recorded: all gaps together. */
  readonly lostFrames: number;
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
