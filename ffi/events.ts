/**
 * What happens to a ring, told to whoever listens.
 *
 * @module
 */

import type { OpenedDevice } from "./devices.ts";
import type { Gap } from "./gaps.ts";
import type { RingReason, RingState } from "./ring_state.ts";

/** What a {@linkcode StateEvent} is made of. */
export interface StateEventParts {
  /** The state that the ring went into. */
  readonly state: RingState;
  /** The state that it was in before. */
  readonly previous: RingState;
  /** Why, where that needs a reason. */
  readonly reason?: RingReason | undefined;
  /** When, in milliseconds since the Unix epoch. */
  readonly time: number;
}

/**
 * A ring went into another state, or has another reason to be in the same one: a microphone that
 * is `running`, but delivers nothing but zeros.
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 2, source: tone() });
 * ring.addEventListener("state", ({ state, reason }) => {
 *   console.log("The ring is", state, reason?.message ?? "");
 * });
 * ```
 */
export class StateEvent extends Event {
  /** The state that the ring went into. */
  readonly state: RingState;
  /** The state that it was in before. */
  readonly previous: RingState;
  /** Why, where that needs a reason. */
  readonly reason: RingReason | undefined;
  /** When it went into it, in milliseconds since the Unix epoch, like `Date.now()`. */
  readonly time: number;

  /**
   * Makes an event of the type `state`; a ring does, programs need not.
   *
   * @param parts What it is made of.
   */
  constructor(parts: StateEventParts) {
    super("state");
    this.state = parts.state;
    this.previous = parts.previous;
    this.reason = parts.reason;
    this.time = parts.time;
  }
}

/** What a {@linkcode GapEvent} is made of. */
export interface GapEventParts {
  /** The gap. */
  readonly gap: Gap;
  /** When its first frame began, in milliseconds since the Unix epoch. */
  readonly startTime: number;
  /** When its last frame ended, in milliseconds since the Unix epoch. */
  readonly endTime: number;
}

/**
 * A gap has ended: a stretch in which nothing was recorded, and behind which the ring goes on.
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 2, source: tone() });
 * ring.addEventListener("gap", ({ gap, startTime, endTime }) => {
 *   console.log("Nothing for", endTime - startTime, "ms because of a", gap.cause);
 * });
 * ```
 */
export class GapEvent extends Event {
  /** The gap: its frames, and why there are none. */
  readonly gap: Gap;
  /** When its first frame began, in milliseconds since the Unix epoch, like `Date.now()`. */
  readonly startTime: number;
  /** When its last frame ended, on the same clock. */
  readonly endTime: number;

  /**
   * Makes an event of the type `gap`; a ring does, programs need not.
   *
   * @param parts What it is made of.
   */
  constructor(parts: GapEventParts) {
    super("gap");
    this.gap = parts.gap;
    this.startTime = parts.startTime;
    this.endTime = parts.endTime;
  }
}

/** What a {@linkcode DeviceEvent} is made of. */
export interface DeviceEventParts {
  /** The device that is recorded now. */
  readonly device: OpenedDevice;
  /** The one that was recorded before. */
  readonly previous?: OpenedDevice | undefined;
}

/**
 * A ring records another device than before, or the same one in another form.
 *
 * @example
 * ```ts
 * import { MicRing } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 2, backend: "null" });
 * ring.addEventListener("device", ({ device, previous }) => {
 *   console.log("Recording", device.name, "instead of", previous?.name);
 * });
 * ```
 */
export class DeviceEvent extends Event {
  /** The device that is recorded now. */
  readonly device: OpenedDevice;
  /** The one that was recorded before. */
  readonly previous: OpenedDevice | undefined;

  /**
   * Makes an event of the type `device`; a ring does, programs need not.
   *
   * @param parts What it is made of.
   */
  constructor(parts: DeviceEventParts) {
    super("device");
    this.device = parts.device;
    this.previous = parts.previous;
  }
}

/** The events of a ring, by their types. */
export interface RingEventMap {
  /** It went into another state. */
  readonly state: StateEvent;
  /** A gap has ended. */
  readonly gap: GapEvent;
  /** Another device is recorded. */
  readonly device: DeviceEvent;
}

/** What is called with an event: a function, or an object with `handleEvent`. */
export type RingListener<E extends Event> =
  | ((event: E) => void)
  | { handleEvent(event: E): void };
