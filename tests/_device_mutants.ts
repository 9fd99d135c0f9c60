/**
 * Defects in how a device's frames are put in their place, and what notices them.
 *
 * @module
 */

import { THREAD } from "./_compile.ts";
import type { Mutant } from "./_native_programs.ts";

const MISPLACED = /from its place/;
const FALSE_GAP = /a false gap/;

export const DEVICE_MUTANTS: Mutant[] = [
  {
    name: "what a device's callback leaves behind is not released",
    file: "gate.h",
    into: "capture.c",
    edits: [["&g->inside, false, memory_order_release", "&g->inside, false, memory_order_relaxed"]],
    caughtBy: "device_race",
    mode: THREAD,
    words: /ThreadSanitizer: data race/,
  },
  {
    name: "no block is ever suspicious",
    file: "aligner.c",
    edits: [["  if (late_ns > limit_ns(a, end_ns - due_ns(a, start))) return false;", ""]],
    caughtBy: "align_drive",
    words: MISPLACED,
  },
  {
    name: "what waits when it is shut is never put anywhere",
    file: "aligner.c",
    edits: [["void aligner_settle(aligner *a) {", "void aligner_settle(aligner *a) {\n  return;"]],
    caughtBy: "align_drive",
    words: /delivered frames are not in the ring|what came before is not there/,
  },
  {
    name: "a pause leaves behind what waits",
    file: "recorder.c",
    edits: [["  capture_settle(m->capture);\n  report_state", "  report_state"]],
    caughtBy: "recorder_drive",
    words: /in a pause, of \d+ frames \d+ are there/,
  },
  {
    name: "an end leaves behind what waits",
    file: "recorder.c",
    edits: [["    capture_settle(m->capture);\n  }", "  }"]],
    caughtBy: "recorder_drive",
    words: /after the end, of \d+ frames \d+ are there/,
  },
  {
    name: "the gap is before what came at once, not behind it",
    file: "aligner.c",
    edits: [["trial_burst(t, limit_ns(a, 0)) : 0;", "0 : 0;"]],
    caughtBy: "align_drive",
    words: MISPLACED,
  },
  {
    name: "how much is missing is asked of what came before the gap",
    file: "aligner.c",
    edits: [["before != 0 && t->after_burst.late_ns != INT64_MAX;", "false;"]],
    caughtBy: "align_drive",
    words: /a false gap|from its place|a gap of/,
  },
  {
    name: "nobody waits for those that may catch up",
    file: "aligner.c",
    edits: [
      ["patience_ns = 100000000;", "patience_ns = 0;"],
      ["patience_while_young_ns = 1000000000;", "patience_while_young_ns = 0;"],
    ],
    caughtBy: "late_drive",
    words: FALSE_GAP,
  },
  {
    name: "one block behind is enough to judge",
    file: "trial.c",
    edits: [
      ["since_ns >= t->longest_ns * 3 / 2", "true"],
      ["LEAST_BLOCKS = 2", "LEAST_BLOCKS = 1"],
    ],
    caughtBy: "late_drive",
    words: /a false gap|from its place/,
  },
  {
    name: "what is reported is not heard",
    file: "aligner.c",
    edits: [["  if (loss != CAPTURE_NO_LOSS) report(a, (micring_gap_cause)loss);", ""]],
    caughtBy: "align_drive",
    words: /cause \d, expected|gaps, expected/,
  },
  {
    name: "a sleep is taken for an overrun",
    file: "aligner.c",
    edits: [["a->slept && a->doubt != EXPECTED ? MICRING_GAP_SLEEP : a->cause", "a->cause"]],
    caughtBy: "align_drive",
    words: /cause 2, expected 5/,
  },
  {
    name: "what is inside the silence already is kept",
    file: "aligner.c",
    edits: [[
      "append_staged(a, before + drop, t->staged);",
      "append_staged(a, before, t->staged);",
    ]],
    caughtBy: "align_drive",
    words: /from its place|a gap of/,
  },
  {
    name: "a gap that has ended stays open",
    file: "aligner.c",
    edits: [[
      "  gaps_add(t->gaps, (gap){a->open_start, position(a) - a->open_start, cause, false});",
      "",
    ]],
    caughtBy: "align_drive",
    words: /is inside a gap, but not silent/,
  },
  {
    name: "an outage is not filled in",
    file: "aligner.c",
    edits: [["  if (due > start) track_fill(t, due - start);", ""]],
    caughtBy: "align_drive",
    words: /an outage is not filled in/,
  },
  {
    name: "an outage has no entry while it lasts",
    file: "aligner.c",
    edits: [["    gaps_add(t->gaps, (gap){a->open_start, GAP_OPEN, cause, false});\n", ""]],
    caughtBy: "align_drive",
    words: /no gap says why/,
  },
  {
    name: "what waits survives a wipe",
    file: "aligner.c",
    edits: [[
      "  uint64_t const count = a->trial.staged;\n  a->trial = (trial){0};",
      "  uint64_t const count = 0;",
    ]],
    caughtBy: "align_drive",
    words: /is not the next|is silent, and no gap|gap/,
  },
  {
    name: "what waited is not made up for after a wipe",
    file: "capture.c",
    edits: [["waiting + take_refused(c)", "take_refused(c)"]],
    caughtBy: "align_drive",
    words: /a gap of|too many|from its place/,
  },
  {
    name: "who catches up slowly is taken for lost",
    file: "aligner.c",
    edits: [[
      "  if (full && a->doubt == SUSPECTED) flush(a);\n  else if (full) settle(a);",
      "  if (full) settle(a);",
    ]],
    caughtBy: "late_drive",
    words: /a false gap|from its place|is not the next/,
  },
  {
    name: "what is longer than all that can wait is staged",
    file: "aligner.c",
    edits: [["count < most ? count : most;", "count;"]],
    caughtBy: "late_drive",
    words: /from its place|are not in the ring|is not the next|never was/,
  },
  {
    name: "the parts of a long block are dated by its end",
    file: "aligner.c",
    edits: [["now_ns - duration_ns(a, count), slept", "now_ns, slept"]],
    caughtBy: "late_drive",
    words: /frames too many|a gap of|a false gap|from its place/,
  },
  {
    name: "ordinary lateness is taken for lost time",
    file: "aligner.c",
    edits: [["best.late_ns - lateness_of_few(&a->lateness)", "best.late_ns"]],
    caughtBy: "late_drive",
    words: /frames too many/,
  },
  {
    name: "everything that waits came at once",
    file: "trial.c",
    edits: [["t->bursting = again || (t->bursting && at_once);", "t->bursting = true;"]],
    caughtBy: "align_drive",
    words: MISPLACED,
  },
  {
    name: "the shreds at the end of a queue are kept",
    file: "aligner.c",
    edits: [["shreds_most_ns = 25000000;", "shreds_most_ns = 0;"]],
    caughtBy: "align_drive",
    words: /from its place/,
  },
  {
    name: "the gap is too short by the shreds",
    file: "aligner.c",
    edits: [["lateness_of_few(&a->lateness) + shreds_ns", "lateness_of_few(&a->lateness)"]],
    caughtBy: "align_drive",
    words: /from its place|a gap of/,
  },
  {
    name: "what came at once ends where there was a break",
    file: "trial.c",
    edits: [[
      "t->bursting = again || (t->bursting && at_once);",
      "t->bursting = t->bursting && at_once;",
    ]],
    caughtBy: "align_drive",
    words: MISPLACED,
  },
  {
    name: "nothing is learned about how late blocks are",
    file: "lateness.c",
    edits: [[
      "  return block_ns > limit_ns ? block_ns : limit_ns;",
      "  return least_limit_ns / 4;",
    ]],
    caughtBy: "timeline_drive",
    words: /false gaps|is dated/,
  },
  {
    name: "a step that lasts is not noticed",
    file: "lateness.c",
    edits: [["  if (is_step(l)) return", "  if (false) return"]],
    caughtBy: "late_drive",
    words: /gaps, expected/,
  },
  {
    name: "chance is taken for a step that lasts",
    file: "lateness.c",
    edits: [["(double)l->least_ns > most_ns;", "(double)l->least_ns > 2 * l->usual_least_ns;"]],
    caughtBy: "timeline_drive",
    words: /false gaps|is dated/,
  },
  {
    name: "a lowest sample is not at full scale",
    file: "samples.c",
    edits: [[" | (sample == INT16_MIN)", ""]],
    caughtBy: "device_statistics",
    words: /samples at full scale, expected/,
  },
  {
    name: "only what is above full scale is at full scale",
    file: "samples.c",
    edits: [["(sample >= 1) |", "(sample > 1) |"]],
    caughtBy: "device_statistics",
    words: /samples at full scale, expected/,
  },
  {
    name: "the last samples of a block are not looked at",
    file: "samples.c",
    edits: [["  for (; count > 0; count--) clipped += is_clipped_f32(*samples++);\n", ""]],
    caughtBy: "device_statistics",
    words: /samples at full scale, expected/,
  },
  {
    name: "silence is counted in samples",
    file: "capture.c",
    edits: [["silent / c->channels", "silent"]],
    caughtBy: "device_statistics",
    words: /silent frames, expected/,
  },
  {
    name: "sound does not end silence",
    file: "capture.c",
    edits: [["  if (silent == samples) statistic_add", "  if (true) statistic_add"]],
    caughtBy: "device_statistics",
    words: /silent frames, expected/,
  },
  {
    name: "a pause is taken for an interval",
    file: "capture.c",
    edits: [["  c->delivered_ns = 0;\n  aligner_expect", "  aligner_expect"]],
    caughtBy: "device_statistics",
    words: /the longest interval/,
  },
  {
    name: "an outage is taken for an interval",
    file: "capture.c",
    edits: [["  c->delivered_ns = 0;\n  aligner_outage", "  aligner_outage"]],
    caughtBy: "device_statistics",
    words: /the longest interval/,
  },
];
