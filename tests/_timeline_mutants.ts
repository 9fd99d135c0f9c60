/**
 * Defects of a device's timeline, and what notices them.
 *
 * @module
 */

import type { Mutant } from "./_native_programs.ts";

const MISDATED = /is dated .* wrong/;
const DISORDER = /before an older one|is not the one at a time/;

export const TIMELINE_MUTANTS: Mutant[] = [
  {
    name: "a block that comes early does not pull the line",
    file: "follower.c",
    edits: [["late_ns < 0 || !f->begun", "!f->begun"]],
    caughtBy: "timeline_drive",
    words: MISDATED,
  },
  {
    name: "the line ignores drift",
    file: "follower.c",
    edits: [["  f->now.slope = before.slope + (drawn - before.slope) * worth;", ""]],
    caughtBy: "timeline_drive",
    words: /a drift of/,
  },
  {
    name: "the line is drawn through the latest blocks",
    file: "follower.c",
    edits: [["return p.ns < from.ns", "return p.ns > from.ns"]],
    caughtBy: "timeline_drive",
    words: MISDATED,
  },
  {
    name: "the line is drawn by the first edge of the hull",
    file: "follower.c",
    edits: [["  while (end + 1 < size && hull[end].frames <= middle) end++;\n", ""]],
    caughtBy: "timeline_drive",
    words: /is dated .* wrong|a drift of/,
  },
  {
    name: "of a bucket the last block counts, not the least late",
    file: "follower.c",
    edits: [["if (pulls || late_ns < f->least_late_ns)", "if (true)"]],
    caughtBy: "timeline_drive",
    words: /is dated .* wrong|a drift of/,
  },
  {
    name: "a drawn line is put nowhere",
    file: "follower.c",
    edits: [["line_bounded(lowest(f, frame, f->now.slope)) - 1;", "0;"]],
    caughtBy: "timeline_drive",
    words: MISDATED,
  },
  {
    name: "what came by a longer way is not forgotten",
    file: "follower.c",
    edits: [["    if (is_step(f, -late_ns, now_ns)) forget_points(f);\n", ""]],
    caughtBy: "timeline_drive",
    words: MISDATED,
  },
  {
    name: "another clock is taken for the same",
    file: "follower.c",
    edits: [["  if (new_clock) {", "  if (false) {"]],
    caughtBy: "timeline_drive",
    words: /another clock has the same drift/,
  },
  {
    name: "the same clock is taken for another",
    file: "follower.c",
    edits: [["  if (new_clock) {", "  if (true) {"]],
    caughtBy: "timeline_drive",
    words: /the same clock has another drift/,
  },
  {
    name: "no doubt is ever said",
    file: "follower.c",
    edits: [["f->spread_ns = (int64_t)mean_height(f);", "f->spread_ns = 0;"]],
    caughtBy: "timeline_drive",
    words: /a spread of/,
  },
  {
    name: "drift has the wrong sign",
    file: "timeline.c",
    edits: [["(t->ns_per_frame / ns_per_frame - 1)", "(1 - t->ns_per_frame / ns_per_frame)"]],
    caughtBy: "timeline_drive",
    words: /a drift of/,
  },
  {
    name: "the last block does not count where it alone should",
    file: "timeline.c",
    edits: [["  if (t->kind == TIMELINE_ARRIVAL) {", "  if (false) {"]],
    caughtBy: "timeline_drive",
    words: MISDATED,
  },
  {
    name: "readers do not learn that the line was pulled",
    file: "timeline.c",
    edits: [["  if (moved_ns > small_ns || moved_ns < -small_ns) show(t);", ""]],
    caughtBy: "timeline_drive",
    words: MISDATED,
  },
  {
    name: "a gap keeps its length when the line behind it is pulled",
    file: "timeline.c",
    edits: [[
      "    end->gap.ns_per_frame = (double)(end->least_ns - end->gap.time_ns) / (double)gap_frames;",
      "    if (end->gap.ns_per_frame == 0) end->gap.ns_per_frame = t->ns_per_frame;",
    ]],
    caughtBy: "timeline_drive",
    words: MISDATED,
  },
  {
    name: "the line goes back in time behind a gap",
    file: "timeline.c",
    edits: [["    end->least_ns = later(end->gap.time_ns, end->last.time_ns);", ""]],
    caughtBy: "timeline_drive",
    words: /is dated .* wrong|before an older one/,
  },
  {
    name: "where time stood still is forgotten",
    file: "timeline.c",
    edits: [["  if (piece.time_ns < end->least_ns) {", "  if (false) {"]],
    caughtBy: "timeline_drive",
    words: /dates older frames anew|before an older one|is not the one at a time/,
  },
  {
    name: "a long window is not remembered",
    file: "timeline.c",
    edits: [["pieces_create(buckets + GAP_PIECES,", "pieces_create(GAP_PIECES,"]],
    caughtBy: "timeline_drive",
    words: MISDATED,
  },
  {
    name: "what is settled is not kept",
    file: "pieces.c",
    edits: [["{ ring_write(p->settled, &piece, 1); }", "{ (void)p, (void)piece; }"]],
    caughtBy: "timeline_drive",
    words: MISDATED,
  },
  {
    name: "frames are looked for as if they were times",
    file: "pieces.c",
    edits: [["wanted->by_time ? piece.time_ns <= wanted->time_ns :", "false ? true :"]],
    caughtBy: "timeline_drive",
    words: DISORDER,
  },
  {
    name: "a frame at a time is off by rounding",
    file: "line.h",
    into: "pieces.c",
    edits: [["  if (line_time_at(l, near + 1) <= time_ns) return near + 1;", "  return near + 2;"]],
    caughtBy: "timeline_drive",
    words: DISORDER,
  },
  {
    name: "readers see a later end before what is before it is settled",
    file: "timeline.c",
    edits: [[
      "  pieces_end *end = &t->end;\n  if (end->gap.frame < end->last.frame)",
      "  pieces_end *end = &t->end;\n" +
      "  pieces_show(t->pieces, &(pieces_end){next, next, next.time_ns});\n" +
      "  if (end->gap.frame < end->last.frame)",
    ]],
    caughtBy: "timeline_race",
    words: /is dated .* wrong|is said to be at the time/,
  },
  {
    name: "readers see an end that is half written",
    file: "pieces.c",
    edits: [
      ["  ring *ends;\n};", "  ring *ends;\n  pieces_end plain;\n};"],
      ["{ ring_write(p->ends, end, 1); }", "{ p->plain = *end; ring_write(p->ends, end, 1); }"],
      ["if (span.end > span.start) return end;", "if (span.end > span.start) return p->plain;"],
    ],
    caughtBy: "timeline_race",
    words: /is dated .* wrong|is said to be at the time/,
  },
];
