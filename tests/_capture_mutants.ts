/**
 * Defects of the gate, the capture and the gap log, and what notices them.
 *
 * @module
 */

import { THREAD } from "./_compile.ts";
import type { Mutant } from "./_native_programs.ts";

function either(...words: RegExp[]): RegExp {
  return new RegExp(words.map(({ source }) => source).join("|"));
}

// Which of a program's checks sees a defect first is for the threads to settle: each that is right.
const RACE = /ThreadSanitizer: data race/;
/** The source may also be halted in mid-step, where the control finds its sums half done. */
const TWO_WRITERS = either(
  /two writers/,
  /\d+ written, of \d+ appended/,
  /\d+ lost, of \d+ silent/,
  /gaps are miscounted/,
);
/** A frame has another number than it should: the source finds it, or the control behind it. */
const MISPLACED = either(
  /would become frame/,
  /position \d+, expected/,
  /filled up to \d+, expected/,
  /\d+ sent, and \d+ written/,
);
/** Where the processor keeps no order of its own, who trusts the gate may see it first. */
const UNORDERED = either(RACE, TWO_WRITERS, MISPLACED);
const WITHOUT_ENTRY = either(/without an entry/, /is in the log as/);

export const CAPTURE_MUTANTS: Mutant[] = [
  {
    name: "shutting does not wait",
    file: "gate.h",
    into: "capture.c",
    edits: [["while (atomic_load_explicit(&g->inside, memory_order_seq_cst))", "if (false)"]],
    caughtBy: "capture_gate",
    words: TWO_WRITERS,
  },
  {
    name: "entering does not look at the gate",
    file: "gate.h",
    into: "capture.c",
    edits: [["if (atomic_load_explicit(&g->open, memory_order_seq_cst))", "if (true)"]],
    caughtBy: "capture_gate",
    words: TWO_WRITERS,
  },
  {
    name: "entering is not sequentially consistent",
    file: "gate.h",
    into: "capture.c",
    edits: [["&g->inside, true, memory_order_seq_cst", "&g->inside, true, memory_order_release"]],
    caughtBy: "capture_gate",
    words: TWO_WRITERS,
  },
  {
    name: "entering looks at the gate before it says so",
    file: "gate.h",
    into: "capture.c",
    edits: [
      [
        "  atomic_store_explicit(&g->inside, true, memory_order_seq_cst);",
        "  bool const open = g->open; atomic_store(&g->inside, true);",
      ],
      ["if (atomic_load_explicit(&g->open, memory_order_seq_cst))", "if (open)"],
    ],
    caughtBy: "capture_gate",
    words: TWO_WRITERS,
  },
  {
    name: "leaving does not release",
    file: "gate.h",
    into: "capture.c",
    edits: [["&g->inside, false, memory_order_release", "&g->inside, false, memory_order_relaxed"]],
    caughtBy: "capture_gate",
    mode: THREAD,
    words: UNORDERED,
  },
  {
    name: "opening does not release",
    file: "gate.h",
    into: "capture.c",
    edits: [["&g->open, true, memory_order_seq_cst", "&g->open, true, memory_order_relaxed"]],
    caughtBy: "capture_gate",
    mode: THREAD,
    words: UNORDERED,
  },
  {
    name: "what the gate refuses is not counted",
    file: "capture.c",
    edits: [["atomic_fetch_add_explicit(&c->refused, count, memory_order_relaxed);", ""]],
    caughtBy: "capture_gate",
    words: MISPLACED,
  },
  {
    name: "what the gate refused is not made up for",
    file: "capture.c",
    edits: [["  make_up_for_refused(c);\n", ""]],
    caughtBy: "capture_gate",
    words: MISPLACED,
  },
  {
    name: "what is lost is not entered in the log",
    file: "track.h",
    into: "capture.c",
    edits: [["  gaps_add(t->gaps, (gap){track_position(t), count, cause, counted});", ""]],
    caughtBy: "capture_gate",
    words: WITHOUT_ENTRY,
  },
  {
    name: "what is lost is entered in the log after it can be read",
    file: "track.h",
    into: "capture.c",
    edits: [
      ["  gaps_add(t->gaps, (gap){track_position(t), count, cause, counted});", ""],
      [
        "  track_fill(t, count);",
        "  track_fill(t, count);" +
        " gaps_add(t->gaps, (gap){track_position(t) - count, count, cause, counted});",
      ],
    ],
    caughtBy: "capture_gate",
    words: WITHOUT_ENTRY,
  },
  {
    name: "what the gate refused has another cause",
    file: "capture.c",
    edits: [[
      "&c->track, count, MICRING_GAP_WIPE, true",
      "&c->track, count, MICRING_GAP_PAUSE, true",
    ]],
    caughtBy: "capture_gate",
    words: /wrong cause/,
  },
  {
    name: "what is lost is not counted",
    file: "track.h",
    into: "capture.c",
    edits: [["  statistic_add(&t->statistics.lost, count);", ""]],
    caughtBy: "capture_gate",
    words: /lost, of/,
  },
  {
    name: "gaps are not counted",
    file: "track.h",
    into: "capture.c",
    edits: [["  statistic_add(&t->statistics.gaps, 1);", ""]],
    caughtBy: "capture_gate",
    words: /gaps are miscounted/,
  },
  {
    name: "a fill counts the refused frames twice",
    file: "capture.c",
    edits: [["  take_refused(c);\n  uint64_t const due", "  uint64_t const due"]],
    caughtBy: "capture_gate",
    words: MISPLACED,
  },
  {
    name: "a fill ends too early",
    file: "capture.c",
    edits: [["due - position, MICRING_GAP_PAUSE", "due - position - 1, MICRING_GAP_PAUSE"]],
    caughtBy: "capture_gate",
    words: /filled up to/,
  },
  {
    name: "a wipe drops what came meanwhile",
    file: "capture.c",
    edits: [["  if (meanwhile == 0) return;", "  if (meanwhile != 0) return;"]],
    caughtBy: "capture_gate",
    words: MISPLACED,
  },
  {
    name: "a wipe leaves its own silence readable",
    file: "capture.c",
    edits: [[
      "  ring_skip(c->track.ring, meanwhile);",
      "  ring_write_silence(c->track.ring, meanwhile);",
    ]],
    caughtBy: "capture_gate",
    words: WITHOUT_ENTRY,
  },
  {
    name: "what a wipe skips can be read",
    file: "ring.c",
    edits: [["&r->floor, ring_written(r) + count, ", "&r->floor, ring_written(r), "]],
    caughtBy: "capture_gate",
    words: /after a wipe there is something to read|is read after a wipe/,
  },
  {
    name: "a gap that lasted is told twice",
    file: "gaps.c",
    edits: [["at > 0 && entries[at - 1].start == entries[i].start;", "false;"]],
    caughtBy: "gap_log",
    words: /are told, expected/,
  },
  {
    name: "of two entries the first counts",
    file: "gaps.c",
    edits: [["entries[again ? at - 1 : merged++] =", "if (!again) entries[merged++] ="]],
    caughtBy: "gap_log",
    words: /is told as/,
  },
  {
    name: "a gap without a frame is told",
    file: "gaps.c",
    edits: [["if (entries[i].frames != 0)", "if (true)"]],
    caughtBy: "gap_log",
    words: /are told, expected/,
  },
  {
    name: "the oldest gaps are told instead of the newest",
    file: "gaps.c",
    edits: [["out[i - skipped] = entries[i];", "out[i - skipped] = entries[i - skipped];"]],
    caughtBy: "gap_log",
    words: /is told as/,
  },
  {
    name: "what does not fit is not said to be forgotten",
    file: "gaps.c",
    edits: [["if (skipped > 0) *known_from = entries[skipped].start;", ""]],
    caughtBy: "gap_log",
    words: /is forgotten/,
  },
  {
    name: "what is overwritten is not said to be forgotten",
    file: "gaps.c",
    edits: [["span.start > 0 && merged > 0 ? entries[0].start : 0", "0"]],
    caughtBy: "gap_log",
    words: /is forgotten/,
  },
  {
    name: "the log has no room for second entries",
    file: "gaps.c",
    edits: [["ENTRIES_KEPT = 2 * MICRING_GAPS_KEPT", "ENTRIES_KEPT = MICRING_GAPS_KEPT"]],
    caughtBy: "gap_log",
    words: /are told, expected/,
  },
];
