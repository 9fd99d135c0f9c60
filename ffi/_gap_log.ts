/**
 * The gaps of a native recorder.
 *
 * @module
 */

import { GAP, GAP_CAUSES, GAPS_KEPT, nameOf } from "./abi.ts";
import { type Gap, type KnownGaps, NO_GAPS } from "./gaps.ts";
import type { Handle, Library } from "./_library.ts";

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
