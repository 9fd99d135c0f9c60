/**
 * Defects of the ring, and what notices them.
 *
 * @module
 */

import { THREAD } from "./_compile.ts";
import type { Mutant } from "./_native_programs.ts";

const TORN = /torn sample/;
/** What is not written yet is read; which of the checks sees it first is for the threads to settle. */
const UNWRITTEN = /torn sample|not sent yet|frames came before their note/;
const RACE = /ThreadSanitizer: data race/;
/** Where the processor keeps no order of its own, the frames themselves may be wrong first. */
const UNORDERED = new RegExp(`${RACE.source}|${UNWRITTEN.source}`);

export const RING_MUTANTS: Mutant[] = [
  {
    name: "the copy is judged by what is written instead of what is claimed",
    file: "ring.c",
    edits: [["atomic_load_explicit(&r->claimed, ", "atomic_load_explicit(&r->written, "]],
    caughtBy: "ring_race",
    words: TORN,
  },
  {
    name: "the claim comes after the data",
    file: "ring.c",
    edits: [
      ["atomic_store_explicit(&r->claimed, start + count, memory_order_relaxed);", ""],
      [
        "static void publish(ring *r, uint64_t end) {",
        "static void publish(ring *r, uint64_t end) { atomic_store(&r->claimed, end);",
      ],
    ],
    caughtBy: "ring_race",
    words: TORN,
  },
  {
    name: "a block is published before its data",
    file: "ring.c",
    edits: [["  store(r, end - kept, ", "  publish(r, end); store(r, end - kept, "]],
    caughtBy: "ring_race",
    words: TORN,
  },
  {
    name: "ring_read does not look back",
    file: "ring.c",
    edits: [[
      "return start >= oldest_true(r) ? RING_TRUE : RING_OVERWRITTEN;",
      "return RING_TRUE;",
    ]],
    caughtBy: "ring_race",
    words: TORN,
  },
  {
    name: "ring_read_last does not look back",
    file: "ring.c",
    edits: [["if (start >= still) return", "if (true) return"]],
    caughtBy: "ring_race",
    words: TORN,
  },
  {
    name: "ring_read_last reads what is only claimed",
    file: "ring.c",
    edits: [["uint64_t const end = ring_written(r);", "uint64_t const end = r->claimed;"]],
    caughtBy: "ring_race",
    words: new RegExp(`${UNWRITTEN.source}|shorter than it need be`),
  },
  {
    name: "ring_read_last shortens from the wrong end",
    file: "ring.c",
    edits: [["(unsigned char *)out + (kept - start) * r->frame_bytes", "out"]],
    caughtBy: "ring_race",
    words: TORN,
  },
  {
    name: "ring_holds does not look",
    file: "ring.c",
    edits: [["{ return start >= oldest_true(r); }", "{ return start < UINT64_MAX || r == NULL; }"]],
    caughtBy: "ring_race",
    words: TORN,
  },
  {
    name: "a wipe zeroes before it forgets",
    file: "ring.c",
    edits: [[
      `  ring_forget(r);
  for (size_t i = 0; i < 2 * r->half_words; i++) store_word(r->words + i, 0);`,
      `  for (size_t i = 0; i < 2 * r->half_words; i++) store_word(r->words + i, 0);
  ring_forget(r);`,
    ]],
    caughtBy: "ring_race",
    words: TORN,
  },
  {
    name: "a skip publishes before it forgets",
    file: "ring.c",
    edits: [[
      `  atomic_store_explicit(&r->floor, ring_written(r) + count, memory_order_relaxed);
  ring_write_silence(r, count);`,
      `  ring_write_silence(r, count);
  for (volatile int moment = 0; moment < 10000; moment++) continue;
  ring_forget(r);`,
    ]],
    caughtBy: "ring_race",
    words: TORN,
  },
  {
    name: "the neighbours in a shared word are overwritten",
    file: "ring.c",
    edits: [["uint64_t value = load_word(low);", "uint64_t value = 0;"]],
    caughtBy: "ring_race",
    words: TORN,
  },
  {
    name: "a part of a word is put beside its place",
    file: "ring.c",
    edits: [["byte_shift(skip + i)", "byte_shift(i)"]],
    caughtBy: "ring_content",
    words: /the memory is wrong/,
  },
  {
    name: "publishing does not release",
    file: "ring.c",
    edits: [["end, memory_order_release);", "end, memory_order_relaxed);"]],
    caughtBy: "ring_race",
    mode: THREAD,
    words: UNORDERED,
  },
  {
    name: "ring_written does not acquire",
    file: "ring.c",
    edits: [["&r->written, memory_order_acquire)", "&r->written, memory_order_relaxed)"]],
    caughtBy: "ring_race",
    mode: THREAD,
    words: UNORDERED,
  },
  {
    name: "no mirror of single words",
    file: "ring.c",
    edits: [["  store_word(high, value);", ""]],
    caughtBy: "ring_content",
    words: /the mirror is wrong/,
  },
  {
    name: "no mirror of one word of four",
    file: "ring.c",
    edits: [["store_word(high + 2, third);", ""]],
    caughtBy: "ring_content",
    words: /the mirror is wrong/,
  },
  {
    name: "one frame more than the capacity can be read",
    file: "ring.c",
    edits: [["? claimed - r->capacity :", "? claimed - r->capacity - 1 :"]],
    caughtBy: "ring_content",
    words: /ring_oldest is wrong/,
  },
  {
    name: "one frame less than the capacity can be read",
    file: "ring.c",
    edits: [["? claimed - r->capacity :", "? claimed - r->capacity + 1 :"]],
    caughtBy: "ring_content",
    words: /ring_oldest is wrong/,
  },
  {
    name: "ring_read grants the frame before the oldest",
    file: "ring.c",
    edits: [
      ["if (start < ring_oldest(r)) return", "if (start + 1 < ring_oldest(r)) return"],
      ["return start >= oldest_true(r) ?", "return start + 1 >= oldest_true(r) ?"],
    ],
    caughtBy: "ring_content",
    words: /verdict 0, expected 2/,
  },
  {
    name: "ring_read grants the frame after the newest",
    file: "ring.c",
    edits: [["if (end > ring_written(r))", "if (end > ring_written(r) + 1)"]],
    caughtBy: "ring_content",
    words: /verdict \d, expected 1/,
  },
  {
    name: "a block is not carried on at the wrap",
    file: "ring.c",
    edits: [["    offset = 0;", ""]],
    caughtBy: "ring_content",
    words: /the memory is wrong/,
  },
  {
    name: "of a block beyond the capacity the oldest part is kept",
    file: "ring.c",
    edits: [["(const unsigned char *)frames + (count - kept) * r->frame_bytes", "frames"]],
    caughtBy: "ring_content",
    words: /the memory is wrong/,
  },
  {
    name: "silence has holes",
    file: "ring.c",
    edits: [["frame < end; frame += step", "frame < end; frame += 2 * step"]],
    caughtBy: "ring_content",
    words: /the memory is wrong/,
  },
  {
    name: "a window within a word is read from the word's beginning",
    file: "ring.c",
    edits: [[
      "memcpy(out, (const unsigned char *)&value + skip, head);",
      "memcpy(out, &value, head);",
    ]],
    caughtBy: "ring_content",
    words: /frame \d+ is wrong/,
  },
  {
    name: "forgetting forgets nothing",
    file: "ring.c",
    edits: [["&r->floor, ring_written(r), ", "&r->floor, 0, "]],
    caughtBy: "ring_content",
    words: /after ring_forget: ring_oldest is wrong/,
  },
  {
    name: "a skip forgets only what is before it",
    file: "ring.c",
    edits: [["&r->floor, ring_written(r) + count, ", "&r->floor, ring_written(r), "]],
    caughtBy: "ring_content",
    words: /after ring_skip: ring_oldest is wrong/,
  },
  {
    name: "a skip leaves what was there",
    file: "ring.c",
    edits: [[
      "memory_order_relaxed);\n  ring_write_silence(r, count);",
      "memory_order_relaxed);\n  publish(r, claim(r, count) + count);",
    ]],
    caughtBy: "ring_content",
    words: /after ring_skip: the memory is wrong/,
  },
  {
    name: "the mirror is not wiped",
    file: "ring.c",
    edits: [["i < 2 * r->half_words", "i < r->half_words"]],
    caughtBy: "ring_content",
    words: /after ring_wipe: the mirror is wrong/,
  },
  {
    name: "the capacity is not whole words",
    file: "ring.c",
    edits: [["(frames + FRAME_MULTIPLE - 1) / FRAME_MULTIPLE * FRAME_MULTIPLE", "frames"]],
    caughtBy: "ring_content",
    words: /ring_capacity_for is wrong/,
  },
  {
    name: "the pages are not touched in advance",
    file: "ring.c",
    edits: [["at += PAGE_BYTES", "at += bytes"]],
    caughtBy: "ring_faults",
    words: /page faults while writing/,
  },
];
