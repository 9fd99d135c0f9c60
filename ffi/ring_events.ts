/**
 * The events of a ring, made from its logs: native code never calls this thread, so somebody looks.
 *
 * @module
 */

import { DeviceEvent, GapEvent, type RingEventMap, StateEvent } from "./events.ts";
import type { OpenedDevice } from "./devices.ts";
import type { KnownGaps } from "./gaps.ts";
import type { RingState, StateChange } from "./ring_state.ts";

const LOOK_MS = 100;

/** What a recorder tells of itself: see there. */
export interface RingLogs {
  readonly report: {
    readonly changes: number;
    change(number: number): StateChange | undefined;
    newestChange(): StateChange;
    readonly openings: number;
    readonly device: OpenedDevice | undefined;
  };
  readonly gapLog: { known(): KnownGaps };
  timeAt(frame: number): number;
}

/** Gives out the events of one type, in order, from its making on. */
interface Follower {
  next(): Event | undefined;
}

class StateFollower implements Follower {
  readonly #logs: RingLogs;
  #previous: RingState;
  #number: number;

  constructor(logs: RingLogs) {
    this.#logs = logs;
    this.#number = logs.report.changes;
    this.#previous = (logs.report.change(this.#number - 1) ?? logs.report.newestChange()).state;
  }

  /** The state that was told of last. */
  get previous(): RingState {
    return this.#previous;
  }

  next(): StateEvent | undefined {
    const { report } = this.#logs;
    while (this.#number < report.changes) {
      // What is forgotten is passed over, up to the oldest that is there.
      const change = report.change(this.#number++);
      if (change === undefined) continue;
      const event = new StateEvent({ ...change, previous: this.#previous });
      this.#previous = change.state;
      return event;
    }
    return undefined;
  }
}

class GapFollower implements Follower {
  readonly #logs: RingLogs;
  /* Gaps do not overlap, and end in the order in which they began. */
  #toldTo = 0;

  constructor(logs: RingLogs) {
    this.#logs = logs;
    for (const { endFrame } of logs.gapLog.known().gaps) {
      if (Number.isFinite(endFrame)) this.#toldTo = Math.max(this.#toldTo, endFrame);
    }
  }

  next(): GapEvent | undefined {
    const { gaps } = this.#logs.gapLog.known();
    const gap = gaps.find(({ startFrame, endFrame }) =>
      startFrame >= this.#toldTo && Number.isFinite(endFrame)
    );
    if (gap === undefined) return undefined;
    this.#toldTo = gap.endFrame;
    const startTime = this.#logs.timeAt(gap.startFrame);
    return new GapEvent({ gap, startTime, endTime: this.#logs.timeAt(gap.endFrame) });
  }
}

class DeviceFollower implements Follower {
  readonly #logs: RingLogs;
  #openings: number;
  #previous: OpenedDevice | undefined;

  constructor(logs: RingLogs) {
    this.#logs = logs;
    this.#openings = logs.report.openings;
    this.#previous = logs.report.device;
  }

  next(): DeviceEvent | undefined {
    const { openings, device } = this.#logs.report;
    if (openings === this.#openings || device === undefined) return undefined;
    this.#openings = openings;
    const event = new DeviceEvent({ device, previous: this.#previous });
    this.#previous = device;
    return event;
  }
}

const FOLLOWERS = { state: StateFollower, device: DeviceFollower, gap: GapFollower } as const;

/** Looks into a ring's logs while somebody listens, and tells its listeners what is new. */
export class RingEvents {
  readonly #target: EventTarget;
  readonly #logs: RingLogs;
  readonly #followers = new Map<string, Follower>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #ended = false;

  constructor(target: EventTarget, logs: RingLogs) {
    this.#target = target;
    this.#logs = logs;
  }

  /** From now on somebody listens to events of this type, or nobody any more. */
  follow(type: string, listened: boolean): void {
    if (this.#ended || !Object.hasOwn(FOLLOWERS, type)) return;
    if (!listened) this.#followers.delete(type);
    else if (!this.#followers.has(type)) {
      this.#followers.set(type, new FOLLOWERS[type as keyof RingEventMap](this.#logs));
    }
    this.#setTimer(this.#followers.size > 0);
  }

  /** Tells what is new. A listener may call this again, and whatever leads here. */
  tell(): void {
    for (const type of Object.keys(FOLLOWERS)) {
      for (;;) {
        const event = this.#followers.get(type)?.next();
        if (event === undefined) break;
        this.#target.dispatchEvent(event);
      }
    }
  }

  /** Tells that the ring is closed, once, and ends: the logs are not looked at any more. */
  end(): void {
    const states = this.#followers.get("state") as StateFollower | undefined;
    this.#ended = true;
    this.#followers.clear();
    this.#setTimer(false);
    if (states === undefined) return;
    const { previous } = states;
    this.#target.dispatchEvent(new StateEvent({ state: "closed", previous, time: Date.now() }));
  }

  #setTimer(on: boolean): void {
    if (on && this.#timer === undefined) {
      this.#timer = setInterval(() => this.tell(), LOOK_MS);
      // Who listens does not wait: the process may end.
      Deno.unrefTimer(this.#timer);
    } else if (!on && this.#timer !== undefined) {
      // Even a call for nothing would load the timers, at every end.
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}
