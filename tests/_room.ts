/**
 * A room that is loud or quiet as the test has it, and what is to be heard there.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { ClipsOptions } from "../ffi/clips.ts";
import { allocate, type SampleFormat, type Samples } from "../ffi/formats.ts";
import type { TriggeredClip } from "../ffi/clip.ts";
import { FakeFeed } from "./_fake_feed.ts";
import { difference } from "./_signal.ts";

/** -6 dBFS, and less than that. */
export const LOUD = 0.5;
export const QUIET = 0.001;
/** At 1000 Hz: hops of 20 frames; 100 before, 60 after, 40 to hold, 1000 at the most. */
export const OPTIONS: ClipsOptions = {
  above: -20,
  before: 0.1,
  after: 0.06,
  hold: 0.04,
  atMost: 1,
  hop: 0.02,
};

/** A feed that is written in portions, and what was written: no sample is like its neighbours. */
export class Room<F extends SampleFormat = "f32"> {
  readonly feed: FakeFeed<F>;
  readonly all: number[] = [];

  constructor(format = "f32" as F, channels = 1, windowFrames = 4000) {
    this.feed = new FakeFeed({ format, channels, windowFrames });
  }

  /** So many frames, at a time; one level a channel. */
  write(frames: number, ...levels: number[]): void {
    const { format, channels } = this.feed;
    const samples = allocate(format, frames * channels);
    for (let i = 0; i < samples.length; i++) {
      const level = levels[i % channels % levels.length] * (1 - this.all.length % 89 / 1000);
      samples[i] = format === "s16" ? Math.round(32768 * level) : level;
      this.all.push(samples[i]);
    }
    this.feed.write(samples as Samples<F>);
  }

  /** The same in portions of 100 frames: each is listened to. */
  live(frames: number, ...levels: number[]): void {
    for (let at = 0; at < frames; at += 100) this.write(Math.min(100, frames - at), ...levels);
  }

  /** A clip is what was written there, and knows where. */
  check(clip: TriggeredClip<F>, from: number, to: number): void {
    assertEquals([clip.startFrame, clip.endFrame], [from, to]);
    const { channels } = this.feed;
    const expected = this.all.slice(from * channels, to * channels);
    assertEquals(difference(clip.samples, expected), undefined);
    assertEquals(clip.startTime, from);
  }
}

export async function rest<T>(clips: AsyncIterable<T>): Promise<T[]> {
  return await Array.fromAsync(clips);
}

export async function next<F extends SampleFormat>(
  clips: AsyncIterator<TriggeredClip<F>, unknown>,
): Promise<TriggeredClip<F>> {
  const { done, value } = await clips.next();
  assertEquals(done, false);
  return value as TriggeredClip<F>;
}
