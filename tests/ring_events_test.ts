import { assert, assertEquals } from "@std/assert";
import { RingEvents, type RingLogs } from "../ffi/ring_events.ts";
import type { StateChange } from "../ffi/ring_state.ts";
import { DeviceEvent, type Gap, GapEvent, type OpenedDevice, type RingState } from "../mod.ts";
import { StateEvent } from "../mod.ts";

/* What no source can be made to do at will, told by logs that a test writes. */

/** Logs that a test writes: changes by their number, as far as they are not forgotten. */
class WrittenLogs implements RingLogs {
  readonly states: (StateChange | undefined)[] = [];
  readonly openedDevices: OpenedDevice[] = [];
  gaps: Gap[] = [];

  readonly report: RingLogs["report"];
  readonly gapLog = { known: () => ({ gaps: this.gaps, knownFrom: 0 }) };

  constructor() {
    const { states, openedDevices } = this;
    this.report = {
      get changes() {
        return states.length;
      },
      change: (number) => states[number],
      newestChange: () => states.at(-1)!,
      get openings() {
        return openedDevices.length;
      },
      get device() {
        return openedDevices.at(-1);
      },
    };
    this.enter("starting", "running");
  }

  enter(...states: RingState[]): void {
    for (const state of states) {
      this.states.push({ state, reason: undefined, time: this.states.length });
    }
  }

  timeAt(frame: number): number {
    return 1000 + frame / 48;
  }
}

/** Follows all that logs tell, from now on; `tell` looks, and gives what was told so far. */
function follow(logs: RingLogs) {
  const target = new EventTarget();
  const events = new RingEvents(target, logs);
  const told: Event[] = [];
  for (const type of ["state", "gap", "device"]) {
    target.addEventListener(type, (event) => told.push(event));
    events.follow(type, true);
  }
  return {
    tell() {
      events.tell();
      return told.splice(0);
    },
    end() {
      events.end();
      return told.splice(0);
    },
  };
}

function device(name: string): OpenedDevice {
  return { id: undefined, name, backend: "pulseaudio", sampleRate: 48_000, channels: 1 };
}

function gap(startFrame: number, endFrame: number): Gap {
  return { startFrame, endFrame, cause: "device", exact: false };
}

Deno.test("another device is told with the one before, and a device that stays is not", () => {
  const logs = new WrittenLogs();
  const [one, other, third] = ["one", "other", "third"].map(device);
  logs.openedDevices.push(one);
  const following = follow(logs);
  const tell = () =>
    following.tell().map((event) => {
      assert(event instanceof DeviceEvent);
      const { device, previous } = event as DeviceEvent;
      return [previous?.name, device.name];
    });
  assertEquals(tell(), []);
  logs.openedDevices.push(other);
  assertEquals([tell(), tell()], [[["one", "other"]], []]);
  logs.openedDevices.push(one, third);
  assertEquals([tell(), tell()], [[["other", "third"]], []]);
  following.end();
});

Deno.test("a gap is told once it has ended, and never again", () => {
  const logs = new WrittenLogs();
  logs.gaps = [gap(10, 20), gap(30, Infinity)];
  const following = follow(logs);
  const tell = () =>
    following.tell().map((event) => {
      assert(event instanceof GapEvent);
      const { gap, startTime, endTime } = event as GapEvent;
      assertEquals([startTime, endTime], [gap.startFrame, gap.endFrame].map(logs.timeAt));
      return gap;
    });
  assertEquals(tell(), []);
  logs.gaps = [gap(10, 20), gap(30, 40)];
  assertEquals([tell(), tell()], [[gap(30, 40)], []]);
  // It goes on without a frame between; and then the first ones are forgotten.
  logs.gaps = [gap(30, 40), gap(40, Infinity)];
  assertEquals(tell(), []);
  logs.gaps = [gap(40, 55), gap(60, 61), gap(70, Infinity)];
  assertEquals([tell(), tell()], [[gap(40, 55), gap(60, 61)], []]);
  following.end();
});

Deno.test("of states the forgotten are passed over, wherever they are", () => {
  const logs = new WrittenLogs();
  const following = follow(logs);
  const tell = () =>
    following.tell().map((event) => {
      assert(event instanceof StateEvent);
      const { previous, state, time } = event as StateEvent;
      return [previous, state, time];
    });
  logs.enter("stalled", "reopening", "running", "paused");
  logs.states.fill(undefined, 0, 4);
  assertEquals(tell(), [["running", "running", 4], ["running", "paused", 5]]);
  logs.enter("running");
  assertEquals([tell(), tell()], [[["paused", "running", 6]], []]);
  assertEquals(following.end().map((event) => (event as StateEvent).state), ["closed"]);
  assertEquals([following.tell(), following.end()], [[], []]);
});
