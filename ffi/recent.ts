/**
 * What has come since somebody looked last.
 *
 * @module
 */

import { checkOptions, checkText } from "./check.ts";
import { MicRingError } from "./errors.ts";
import { type Feed, gapsFrom } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import { Snapshot } from "./snapshot.ts";
import { toFrames } from "./snapshot_options.ts";

/** What `ring.recent` can be told. */
export interface RecentOptions {
  /** Who reads: what was read by this name before does not come again. */
  readonly sinceLast: string;
  /** How much at the most, in seconds; as much as the ring holds if left out. */
  readonly seconds?: number;
}

/**
 * Copies the frames [from, to), of them the newest so many. What stands before these is missed, be
 * it as there were too many or as the ring has them no more.
 */
export function takeSince<F extends AudioFormat>(
  feed: Feed<F>,
  from: number,
  to: number,
  mostFrames: number,
): Snapshot<F> {
  const start = Math.max(from, to - mostFrames);
  const snapshot = feed.take(start, to);
  if (start === from) return snapshot;
  return new Snapshot({ ...snapshot, gaps: gapsFrom(feed, from, snapshot), complete: false });
}

/** Reads on in a ring by names: each has a place of its own. See `ring.recent`. */
export class Recent<F extends AudioFormat> {
  readonly #feed: Feed<F>;
  /* Up to which frame each name has read. */
  readonly #places = new Map<string, number>();

  /** @param feed The ring. */
  constructor(feed: Feed<F>) {
    this.#feed = feed;
  }

  /** Copies what has come since this name read last; at its first time, the newest there is. */
  read(options: RecentOptions): Snapshot<F> {
    const action = "read the recent";
    checkOptions(action, options, ["sinceLast", "seconds"]);
    const { sinceLast, seconds } = options;
    checkText(action, "sinceLast", sinceLast);
    const feed = this.#feed;
    // Asked after the options were read: a getter of theirs may have closed it.
    if (feed.closed) throw new MicRingError("closed", `Cannot ${action}: the ring is closed`);
    const most = seconds === undefined ? feed.windowFrames : toFrames(action, seconds, feed);
    const to = feed.writtenFrames;
    // A name that is new has missed nothing.
    const from = this.#places.get(sinceLast) ?? Math.max(to - most, Math.min(feed.heldFrom, to));
    const snapshot = takeSince(feed, from, to, most);
    this.#places.set(sinceLast, to);
    return snapshot;
  }
}
