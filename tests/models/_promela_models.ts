/**
 * The models in Promela, and the bugs that they can be given.
 *
 * @module
 */

import type { PromelaModel } from "./_spin.ts";

const SILENCES = ["SILENCES=1", "MOST_FRAMES=5"];
const WIPES = ["WIPES=1", "MOST_FRAMES=6"];

const WRONG_SAMPLE = /assertion violated \(sample==/;
const OUT_OF_BOUNDS = /invalid array index/;
const NOT_EXACT = /assertion violated \(?disturbed/;
const TWO_WRITERS = /assertion violated \(writers==1\)/;
const UNACCOUNTED = /assertion violated \(\(written\+(refused|count)\)==\(delivered\+filled\)\)/;
const STUCK = /invalid end state/;

export const RING_INDEX: PromelaModel = {
  file: "ring_index.pml",
  right: [WIPES, [], SILENCES],
  bugs: [
    { name: "the claim comes after the data", defines: ["BUG_CLAIM_AFTER"], words: WRONG_SAMPLE },
    { name: "there is no mirror", defines: ["BUG_NO_MIRROR"], words: WRONG_SAMPLE },
    { name: "a block goes on beyond the wrap", defines: ["BUG_NO_WRAP"], words: OUT_OF_BOUNDS },
    {
      name: "after the wrap it does not go on at the beginning",
      defines: ["BUG_NO_CARRY"],
      words: WRONG_SAMPLE,
    },
    {
      name: "of too large a block the oldest part is kept",
      defines: ["BUG_KEEPS_OLDEST"],
      words: WRONG_SAMPLE,
    },
    {
      name: "silence has holes",
      defines: [...SILENCES, "BUG_SILENCE_HAS_HOLES"],
      words: WRONG_SAMPLE,
    },
    {
      name: "a wipe zeroes before it forgets",
      defines: [...WIPES, "BUG_FORGETS_LATE"],
      words: WRONG_SAMPLE,
    },
    { name: "the floor does not count", defines: [...WIPES, "BUG_NO_FLOOR"], words: NOT_EXACT },
    {
      name: "one frame more than the capacity can be read",
      defines: ["BUG_ONE_MORE"],
      words: NOT_EXACT,
    },
    {
      name: "one frame less than the capacity can be read",
      defines: ["BUG_ONE_LESS"],
      words: NOT_EXACT,
    },
    {
      name: "ring_read_last reads what is only claimed",
      defines: ["BUG_READS_CLAIMED"],
      words: /assertion violated \(end<=written\)/,
    },
    {
      name: "a window begins before the oldest frame",
      defines: [...WIPES, "BUG_NO_START_CLAMP"],
      words: NOT_EXACT,
    },
    {
      name: "ring_read_last tries for ever",
      defines: ["BUG_TRIES_ON"],
      words: /assertion violated \(attempt<=2\)/,
    },
    {
      name: "a window is shortened at the wrong end",
      defines: ["BUG_NO_MOVE"],
      words: WRONG_SAMPLE,
    },
  ],
};

export const GATE_STATES: PromelaModel = {
  file: "gate_states.pml",
  right: [[], ["PACED"]],
  bugs: [
    {
      name: "entering looks before it says so",
      defines: ["BUG_LOOKS_FIRST"],
      words: TWO_WRITERS,
    },
    { name: "entering does not look", defines: ["BUG_DOES_NOT_LOOK"], words: TWO_WRITERS },
    {
      name: "who is refused does not leave",
      defines: ["BUG_STAYS"],
      words: STUCK,
    },
    { name: "shutting does not wait", defines: ["BUG_DOES_NOT_WAIT"], words: TWO_WRITERS },
    { name: "a source leaves before it writes", defines: ["BUG_LEAVES_EARLY"], words: TWO_WRITERS },
    {
      name: "the next session is let in before the last one is shut out",
      defines: ["BUG_LEAVES_IT_OPEN"],
      words: TWO_WRITERS,
    },
    {
      name: "the supervisor fills while a session may deliver",
      defines: ["BUG_FILLS_UNHELD"],
      words: TWO_WRITERS,
    },
    { name: "what is refused is not counted", defines: ["BUG_DOES_NOT_COUNT"], words: UNACCOUNTED },
    {
      name: "what is refused is counted in two steps",
      defines: ["BUG_COUNTS_IN_TWO_STEPS"],
      words: UNACCOUNTED,
    },
    {
      name: "what was refused is taken in two steps",
      defines: ["BUG_TAKES_IN_TWO_STEPS"],
      words: UNACCOUNTED,
    },
    {
      name: "what was refused is not made up for",
      defines: ["BUG_DOES_NOT_MAKE_UP"],
      words: UNACCOUNTED,
    },
  ],
};
