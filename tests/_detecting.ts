/**
 * What the tests of detectors have in common.
 *
 * @module
 */

import type { DetectOptions } from "../ffi/detect.ts";
import type { FakeFeed } from "./_fake_feed.ts";

/** At 1000 Hz: a call every 100 frames; 150 before, 50 after, 100 to hold, 1000 at the most. */
export const OPTIONS: DetectOptions = { before: 0.15, after: 0.05, hold: 0.1, atMost: 1 };

/** So many frames come in, in portions of fifty. */
export function live(feed: FakeFeed, frames: number): void {
  for (let at = 0; at < frames; at += 50) feed.writeRamp(Math.min(50, frames - at));
}

/** Lets promises go on. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}
