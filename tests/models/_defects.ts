/**
 * Defects of the ring and of the gate, one order or one step each, that the search must find.
 *
 * @module
 */

import type { Subject } from "./_relacy.ts";

const TORN = /torn: frame/;
const SKIPPED = /is read, and skipped/;
/** Of two who write, one does not see what the other has done; or both are inside at once. */
const RACE = /DATA RACE/;

/** No defect: what ring_read_last does at its last attempt is seen at the first one already. */
export const RING_IMPATIENT: Subject = {
  name: "one attempt only",
  edits: [["READ_ATTEMPTS = 8,", "READ_ATTEMPTS = 1,"]],
  scenario: "the last frames, overtaken",
  words: /: \d+ executions$/,
};

export const RING_DEFECTS: Subject[] = [
  {
    name: "claiming has no fence",
    edits: [["  atomic_thread_fence(memory_order_release);\n  return start;", "  return start;"]],
    scenario: "old frames",
    words: TORN,
  },
  {
    name: "the fence stands before the claim",
    edits: [
      ["  atomic_thread_fence(memory_order_release);\n  return start;", "  return start;"],
      [
        "  atomic_store_explicit(&r->claimed,",
        "  atomic_thread_fence(memory_order_release);\n  atomic_store_explicit(&r->claimed,",
      ],
    ],
    scenario: "a view of it all",
    words: TORN,
  },
  {
    name: "the claim comes after the data",
    edits: [
      ["  atomic_store_explicit(&r->claimed, start + count, memory_order_relaxed);", ""],
      [
        "static void publish(ring *r, uint64_t end) {",
        "static void publish(ring *r, uint64_t end) {\n" +
        "  atomic_store_explicit(&r->claimed, end, memory_order_relaxed);",
      ],
    ],
    scenario: "the last frames, all",
    words: TORN,
  },
  {
    name: "looking back has no fence",
    edits: [["  atomic_thread_fence(memory_order_acquire);\n", ""]],
    scenario: "old frames",
    words: TORN,
  },
  {
    name: "the fence stands after the looking back",
    edits: [[
      "  atomic_thread_fence(memory_order_acquire);\n  return ring_oldest(r);",
      "  uint64_t const oldest = ring_oldest(r);\n" +
      "  atomic_thread_fence(memory_order_acquire);\n  return oldest;",
    ]],
    scenario: "the last frames, overtaken",
    words: TORN,
  },
  {
    name: "a copy is judged by what is written",
    edits: [["atomic_load_explicit(&r->claimed, ", "atomic_load_explicit(&r->written, "]],
    scenario: "old frames",
    words: TORN,
  },
  {
    name: "publishing does not release",
    edits: [["end, memory_order_release);", "end, memory_order_relaxed);"]],
    scenario: "new frames",
    words: TORN,
  },
  {
    name: "a block is published before its data",
    edits: [["  store(r, end - kept, ", "  publish(r, end);\n  store(r, end - kept, "]],
    scenario: "new frames",
    words: TORN,
  },
  {
    name: "what is written is read without acquiring",
    edits: [["&r->written, memory_order_acquire)", "&r->written, memory_order_relaxed)"]],
    scenario: "new frames",
    words: TORN,
  },
  {
    name: "forgetting has no fence",
    edits: [[
      "ring_written(r), memory_order_relaxed);\n  atomic_thread_fence(memory_order_release);",
      "ring_written(r), memory_order_relaxed);",
    ]],
    scenario: "a wipe",
    words: TORN,
  },
  {
    name: "a wipe zeroes before it forgets",
    edits: [
      ["  ring_forget(r);\n", ""],
      ["store_word(r->words + i, 0);", "store_word(r->words + i, 0);\n  ring_forget(r);"],
    ],
    scenario: "a view of a wipe",
    words: TORN,
  },
  {
    name: "forgetting forgets all but the last frame",
    edits: [["&r->floor, ring_written(r), ", "&r->floor, ring_written(r) - 1, "]],
    scenario: "a wipe, told",
    words: /torn: frame|is read after it was forgotten/,
  },
  {
    name: "a skip publishes before it forgets",
    edits: [[
      "  atomic_store_explicit(&r->floor, ring_written(r) + count, memory_order_relaxed);\n" +
      "  ring_write_silence(r, count);",
      "  ring_write_silence(r, count);\n  ring_forget(r);",
    ]],
    scenario: "a skip",
    words: SKIPPED,
  },
  {
    name: "a skip forgets only what is before it",
    edits: [["&r->floor, ring_written(r) + count, ", "&r->floor, ring_written(r), "]],
    scenario: "a skip, told",
    words: SKIPPED,
  },
  {
    name: "the floor does not count",
    edits: [["return overwritten > floor ? overwritten : floor;", "return overwritten;"]],
    scenario: "forgetting, and on",
    words: /goes across a wipe/,
  },
  {
    name: "silence is published by parts",
    edits: [[
      "    store(r, frame, zeros, (size_t)(frames * r->frame_bytes));",
      "    publish(r, end);\n    store(r, frame, zeros, (size_t)(frames * r->frame_bytes));",
    ]],
    scenario: "silence",
    words: TORN,
  },
  {
    name: "of too large a block only the kept part is claimed",
    edits: [[
      "  uint64_t const end = claim(r, count) + count;\n  store(",
      "  uint64_t const end = claim(r, kept) + count;\n  store(",
    ]],
    scenario: "within too large a block",
    words: TORN,
  },
  {
    name: "the samples beside the stored ones are lost",
    edits: [["uint64_t value = load_word(low);", "uint64_t value = 0;"]],
    scenario: "parts of words",
    words: TORN,
  },
  {
    name: "ring_read does not look back",
    edits: [["return start >= oldest_true(r) ? RING_TRUE :", "return true ? RING_TRUE :"]],
    scenario: "parts of words",
    words: TORN,
  },
  {
    name: "ring_read_last does not look back",
    edits: [["if (start >= still) return", "if (true) return"]],
    scenario: "the last parts of words",
    words: TORN,
  },
  {
    name: "a window is shortened at the wrong end",
    edits: [
      ...RING_IMPATIENT.edits,
      ["(unsigned char *)out + (kept - start) * r->frame_bytes", "out"],
    ],
    scenario: "the last frames, overtaken",
    words: TORN,
  },
  {
    name: "a window is shortened to what was the oldest before",
    edits: [
      ...RING_IMPATIENT.edits,
      ["uint64_t const kept = still < end ? still : end;", "uint64_t const kept = start;"],
    ],
    scenario: "the last parts of words",
    words: TORN,
  },
  {
    name: "ring_holds does not look back",
    edits: [["{ return start >= oldest_true(r); }", "{ return start >= 0; }"]],
    scenario: "a view",
    words: TORN,
  },
  {
    name: "single words have no mirror",
    edits: [["  store_word(high, value);\n", ""]],
    scenario: "a view of it all",
    words: TORN,
  },
];

export const GATE_DEFECTS: Subject[] = [
  {
    name: "entering says so with a relaxed store",
    edits: [["inside, true, memory_order_seq_cst", "inside, true, memory_order_relaxed"]],
    scenario: "one gate",
    words: RACE,
  },
  {
    name: "entering says so with a release store",
    edits: [["inside, true, memory_order_seq_cst", "inside, true, memory_order_release"]],
    scenario: "two sessions",
    words: RACE,
  },
  {
    name: "entering looks with a relaxed load",
    edits: [["&g->open, memory_order_seq_cst", "&g->open, memory_order_relaxed"]],
    scenario: "two sessions",
    words: RACE,
  },
  {
    name: "entering looks with an acquire load",
    edits: [["&g->open, memory_order_seq_cst", "&g->open, memory_order_acquire"]],
    scenario: "a gate behind a gate",
    words: RACE,
  },
  {
    name: "entering does not look",
    edits: [[
      "if (atomic_load_explicit(&g->open, memory_order_seq_cst)) return",
      "if (true) return",
    ]],
    scenario: "two sessions",
    words: RACE,
  },
  {
    name: "entering looks before it says so",
    edits: [
      [
        "  atomic_store_explicit(&g->inside, true, memory_order_seq_cst);\n",
        "  bool const open = atomic_load_explicit(&g->open, memory_order_seq_cst);\n" +
        "  atomic_store_explicit(&g->inside, true, memory_order_seq_cst);\n",
      ],
      ["if (atomic_load_explicit(&g->open, memory_order_seq_cst)) return", "if (open) return"],
    ],
    scenario: "one gate",
    words: RACE,
  },
  {
    name: "leaving does not release",
    edits: [["&g->inside, false, memory_order_release", "&g->inside, false, memory_order_relaxed"]],
    scenario: "two sessions",
    words: RACE,
  },
  {
    name: "shutting is a relaxed store",
    edits: [["&g->open, false, memory_order_seq_cst", "&g->open, false, memory_order_relaxed"]],
    scenario: "one gate",
    words: RACE,
  },
  {
    name: "shutting is a release store",
    edits: [["&g->open, false, memory_order_seq_cst", "&g->open, false, memory_order_release"]],
    scenario: "two sessions",
    words: RACE,
  },
  {
    name: "shutting looks with a relaxed load",
    edits: [["&g->inside, memory_order_seq_cst", "&g->inside, memory_order_relaxed"]],
    scenario: "a gate behind a gate",
    words: RACE,
  },
  {
    name: "shutting looks with an acquire load",
    edits: [["&g->inside, memory_order_seq_cst", "&g->inside, memory_order_acquire"]],
    scenario: "two sessions",
    words: RACE,
  },
  {
    name: "the next gate is opened without waiting for who is inside",
    edits: [["while (atomic_load_explicit(&g->inside, memory_order_seq_cst))", "if (false)"]],
    scenario: "two sessions",
    words: RACE,
  },
  {
    name: "opening does not release",
    edits: [["&g->open, true, memory_order_seq_cst", "&g->open, true, memory_order_relaxed"]],
    scenario: "two sessions",
    words: RACE,
  },
];
