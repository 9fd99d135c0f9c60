/**
 * Numbers, times and states in words.
 *
 * @module
 */

import type { GapCause, RingState } from "@x/micring";
import type { ClipMark, GapMark } from "./messages.ts";

/** What kind of state it is: a look of the page. */
export type StateKind = "recording" | "waiting" | "still";

const STATES: Record<RingState, readonly [StateKind, string]> = {
  starting: ["waiting", "Starting"],
  running: ["recording", "Recording"],
  stalled: ["waiting", "The microphone has stopped: reconnecting"],
  reopening: ["waiting", "Reconnecting to the microphone"],
  paused: ["still", "Paused"],
  failed: ["still", "Not recording"],
  ended: ["still", "The file has ended"],
  closed: ["still", "Closed"],
};

const CAUSES: Record<GapCause, string> = {
  pause: "paused",
  wipe: "wiped",
  overrun: "dropped: too slow",
  hole: "dropped by the sound server",
  stall: "no audio from the device",
  sleep: "asleep",
  device: "device gone",
  reroute: "another default device",
  format: "another format",
  missed: "not shown: the page was too slow",
};

/** What a ring is doing. */
export function stateWords(state: RingState, reason: string | null): [StateKind, string] {
  const [kind, words] = STATES[state];
  return [kind, reason === null ? words : `${words}: ${reason}`];
}

/** A level such as `−12.0`. */
export function decibels(dbfs: number | null): string {
  if (dbfs === null) return "−∞";
  return dbfs.toFixed(1).replace("-", "−");
}

/** A length such as `1 second` or `2.5 seconds`. */
export function secondsInWords(seconds: number): string {
  const rounded = Number(seconds.toFixed(1));
  return `${rounded} ${rounded === 1 ? "second" : "seconds"}`;
}

/** A length such as `0.52 s`. */
function shortSeconds(seconds: number): string {
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

/** The gaps that are to be seen. */
export function gapWords(gaps: readonly GapMark[], sampleRate: number): string {
  if (gaps.length === 0) return "No gaps in what is shown";
  const each = gaps.map(({ startFrame, endFrame, cause }) =>
    `${shortSeconds((endFrame - startFrame) / sampleRate)} (${CAUSES[cause]})`
  );
  return `${gaps.length === 1 ? "A gap" : `${gaps.length} gaps`} of ${each.join(", ")}`;
}

/** When a clip was recorded. */
export function clipTimes({ startTime, seconds }: ClipMark): string {
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  return new Intl.DateTimeFormat([], time).formatRange(startTime, startTime + 1000 * seconds);
}

/** What else there is to know about a clip. */
export function clipFacts({ seconds, missingSeconds, bytes }: ClipMark): string {
  const size = bytes < 1e6 ? `${Math.round(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
  const facts = [secondsInWords(seconds), size];
  if (missingSeconds > 0) facts.push(`${shortSeconds(missingSeconds)} of it missing`);
  return facts.join(" · ");
}
