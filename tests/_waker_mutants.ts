/**
 * Defects of the waker, and what notices them.
 *
 * @module
 */

import { THREAD } from "./_compile.ts";
import type { Mutant } from "./_native_programs.ts";

const EARLY = /woke too early/;
const OFTEN = /looks too often/;
const LATE = /woke \d+ us late/;
const RACE = /ThreadSanitizer: data race/;

export const WAKER_MUTANTS: Mutant[] = [
  {
    name: "arming tells nobody",
    file: "waker.c",
    edits: [["w->frame = frame;\n  monitor_notify(&w->monitor);", "w->frame = frame;"]],
    caughtBy: "waker_race",
    words: /armed for an earlier frame: not noticed/,
  },
  {
    name: "disarming tells nobody",
    file: "waker.c",
    edits: [["w->armed = false;\n  monitor_notify(&w->monitor);", "w->armed = false;"]],
    caughtBy: "waker_race",
    words: /disarmed: not noticed/,
  },
  {
    name: "disarming only wakes whoever waits",
    file: "waker.c",
    edits: [["w->armed = false;\n  monitor_notify(&w->monitor);", "monitor_notify(&w->monitor);"]],
    caughtBy: "waker_drive",
    words: /disarmed: it woke/,
  },
  {
    name: "it stays armed when it has woken",
    file: "waker.c",
    edits: [[
      "return false;\n  w->armed = false;\n  return true;",
      "return false;\n  return true;",
    ]],
    caughtBy: "waker_drive",
    // The first wake after an order may be one without an order.
    words: /woke twice|woke without being armed/,
  },
  {
    name: "the first frame that was asked for is kept",
    file: "waker.c",
    edits: [[
      "w->armed = true;\n  w->frame = frame;",
      "if (!w->armed) w->frame = frame;\n  w->armed = true;",
    ]],
    caughtBy: "waker_drive",
    words: /armed for an earlier frame: it did not wake/,
  },
  {
    name: "a frame is there with the one before it",
    file: "waker.c",
    edits: [["ring_written(m->ring) >= w->frame ||", "ring_written(m->ring) + 1 >= w->frame ||"]],
    caughtBy: "waker_drive",
    words: EARLY,
  },
  {
    name: "a frame is there with the block before it",
    file: "waker.c",
    edits: [["ring_written(m->ring) >= w->frame ||", "ring_written(m->ring) + 96 >= w->frame ||"]],
    caughtBy: "waker_drive",
    words: EARLY,
  },
  {
    name: "a frame is there with the one behind it",
    file: "waker.c",
    edits: [["ring_written(m->ring) >= w->frame ||", "ring_written(m->ring) > w->frame ||"]],
    caughtBy: "waker_drive",
    words: LATE,
  },
  {
    name: "the time that is guessed is believed",
    file: "waker.c",
    edits: [[
      "    rest(w, left_ns);",
      "    rest(w, left_ns);\n    if ((taken = w->armed)) w->armed = false;",
    ], [
      "while (w->armed && !(taken = take(w)))",
      "while (w->armed && !taken && !(taken = take(w)))",
    ]],
    caughtBy: "waker_drive",
    words: /woke too early|: it woke/,
  },
  {
    name: "the source's end is not seen",
    file: "waker.c",
    edits: [[" || source_ended(m->source);", ";"]],
    caughtBy: "waker_drive",
    words: /did not notice the end of the source/,
  },
  {
    name: "it sleeps on beyond its limit",
    file: "waker.c",
    edits: [["clamp(rest_ns(w), 1, most_ns)", "rest_ns(w)"]],
    caughtBy: "waker_drive",
    words: /gave up after/,
  },
  {
    name: "it comes back after each look",
    file: "waker.c",
    edits: [[
      "rest(w, left_ns);",
      "rest(w, left_ns);\n    if (!take(w)) break; else { taken = true; break; }",
    ]],
    caughtBy: "waker_drive",
    words: /gave up after/,
  },
  {
    name: "the looks do not become rarer",
    file: "waker.c",
    edits: [["(now_ns - due) / LOOKS_IN_OVERDUE", "0"]],
    caughtBy: "waker_drive",
    words: OFTEN,
  },
  {
    name: "it looks before the block is due",
    file: "waker.c",
    edits: [[
      "blocks * block * ns_per_frame, 1e18) + margin_ns;",
      "blocks * block * ns_per_frame, 1e18) - 5 * margin_ns;",
    ]],
    caughtBy: "waker_drive",
    words: OFTEN,
  },
  {
    name: "it looks once a block",
    file: "waker.c",
    edits: [["fmin(blocks * block * ns_per_frame, 1e18)", "(int64_t)(block * ns_per_frame)"]],
    caughtBy: "waker_drive",
    words: OFTEN,
  },
  {
    name: "a part of a block counts as a whole one more",
    file: "waker.c",
    edits: [["ceil(missing / block - tolerance)", "floor(missing / block) - 1"]],
    caughtBy: "waker_drive",
    words: OFTEN,
  },
  {
    name: "arming does not lock",
    file: "waker.c",
    edits: [[
      "uint64_t frame) {\n  monitor_lock(&w->monitor);",
      "uint64_t frame) {",
    ], [
      "w->frame = frame;\n  monitor_notify(&w->monitor);\n  monitor_unlock(&w->monitor);",
      "w->frame = frame;\n  monitor_notify(&w->monitor);",
    ]],
    caughtBy: "waker_race",
    mode: THREAD,
    words: RACE,
  },
  {
    name: "the look does not lock",
    file: "waker.c",
    edits: [[
      "  while (w->armed && ",
      "  monitor_unlock(&w->monitor);\n  while (w->armed && ",
    ], [
      "    rest(w, left_ns);\n  }\n  monitor_unlock(&w->monitor);",
      "    monitor_lock(&w->monitor);\n    rest(w, left_ns);\n    monitor_unlock(&w->monitor);\n  }",
    ]],
    caughtBy: "waker_race",
    mode: THREAD,
    words: RACE,
  },
  {
    name: "behind a stall, blocks are long",
    file: "waker.c",
    edits: [["least == 0 || frames < least", "frames > least"]],
    caughtBy: "waker_drive",
    words: LATE,
  },
  {
    name: "blocks of one moment are many",
    file: "track.h",
    into: "capture.c",
    edits: [["    statistic_set(&arrived[0], 0);\n", ""], [
      "statistic_add(&arrived[0], frames)",
      "statistic_set(&arrived[0], frames)",
    ]],
    caughtBy: "waker_drive",
    words: LATE,
  },
  {
    name: "looks become too rare",
    file: "waker.c",
    edits: [["(now_ns - due) / LOOKS_IN_OVERDUE", "most_overdue_rest_ns"]],
    caughtBy: "waker_drive",
    words: LATE,
  },
];
