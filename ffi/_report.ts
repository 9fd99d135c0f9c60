/**
 * What a native recorder tells of itself beside its frames.
 *
 * @module
 */

import {
  CHANGE,
  ERROR_BYTES,
  GAP,
  GAP_CAUSES,
  GAPS_KEPT,
  nameOf,
  OPENED,
  STATES,
  STATUS,
} from "./abi.ts";
import { backendOf, type OpenedDevice } from "./devices.ts";
import { type Gap, type KnownGaps, NO_GAPS } from "./gaps.ts";
import { type Handle, type Library, textIn } from "./_library.ts";
import { reasonOf, type StateChange } from "./ring_state.ts";

/** The states that a recorder went through, and the device that it has open. */
export class Report {
  readonly #native: Library;
  readonly #handle: Handle;
  /* As of so many changes and openings: hardly ever is there a new one. */
  #newest: StateChange | undefined;
  #newestNumber = -1;
  #device: OpenedDevice | undefined;
  #deviceOpenings = 0;

  constructor(native: Library, handle: Handle) {
    this.#native = native;
    this.#handle = handle;
  }

  /** How often the state has changed since the opening; never 0. */
  get changes(): number {
    return this.#native.micring_change_count(this.#handle);
  }

  /** A change by its number, counted from 0; `undefined` when it is forgotten. */
  change(number: number): StateChange | undefined {
    const fields = new Float64Array(CHANGE.FIELDS);
    const words = new Uint8Array(ERROR_BYTES);
    const status = this.#native.micring_change(this.#handle, number, fields, words);
    if (status !== STATUS.OK) return undefined;
    return {
      state: nameOf(STATES, fields[CHANGE.STATE]),
      reason: reasonOf(fields[CHANGE.REASON], textIn(words)),
      time: fields[CHANGE.TIME_MS],
    };
  }

  /** The newest change: the state that the recorder is in. */
  newestChange(): StateChange {
    for (;;) {
      const number = this.changes - 1;
      if (number !== this.#newestNumber) this.#newest = this.change(number);
      this.#newestNumber = number;
      // Forgotten already, when this thread stood still between the two calls: there are newer ones.
      if (this.#newest !== undefined) return this.#newest;
      this.#newestNumber = -1;
    }
  }

  /** How often another device, or the same in another form, was opened. */
  get openings(): number {
    return this.#native.micring_opened_count(this.#handle);
  }

  /** The device that was opened last; `undefined` where the source is none. */
  get device(): OpenedDevice | undefined {
    const openings = this.openings;
    if (openings === this.#deviceOpenings) return this.#device;
    // One that is opened meanwhile may be read already: it will be read again for that.
    this.#deviceOpenings = openings;
    return this.#device = this.#readDevice();
  }

  #readDevice(): OpenedDevice {
    const fields = new Float64Array(OPENED.FIELDS);
    const name = new Uint8Array(ERROR_BYTES);
    const id = new Uint8Array(ERROR_BYTES);
    this.#native.micring_opened(this.#handle, fields, name, id);
    return Object.freeze({
      id: textIn(id) || undefined,
      name: textIn(name),
      backend: backendOf(fields[OPENED.BACKEND]),
      sampleRate: fields[OPENED.SAMPLE_RATE],
      channels: fields[OPENED.CHANNELS],
    });
  }
}

function readGap(fields: Float64Array, at: number): Gap {
  const startFrame = fields[at + GAP.START_FRAME];
  return {
    startFrame,
    endFrame: startFrame + fields[at + GAP.FRAMES],
    cause: nameOf(GAP_CAUSES, fields[at + GAP.CAUSE]),
    exact: fields[at + GAP.COUNTED] === 1,
  };
}

/** The gaps that a recorder remembers. */
export class GapLog {
  readonly #native: Library;
  readonly #handle: Handle;
  /* As of so many changes of the log: hardly ever is there a new one. */
  #known = NO_GAPS;
  #knownChanges = 0;

  constructor(native: Library, handle: Handle) {
    this.#native = native;
    this.#handle = handle;
  }

  /** The gaps as of now; one that has not ended is endless. */
  known(): KnownGaps {
    const changes = this.#native.micring_gap_changes(this.#handle);
    if (changes === this.#knownChanges) return this.#known;
    // What changed while it was read may be missing: it will be read again for that.
    this.#knownChanges = changes;
    return this.#known = this.#read();
  }

  #read(): KnownGaps {
    const fields = new Float64Array(GAPS_KEPT * GAP.FIELDS);
    const knownFrom = new Float64Array(1);
    const count = this.#native.micring_gaps(this.#handle, fields, knownFrom);
    const gaps = Array.from({ length: count }, (_, i) => readGap(fields, i * GAP.FIELDS));
    return { gaps, knownFrom: knownFrom[0] };
  }
}
