/**
 * Defects of the holds, and what notices them.
 *
 * @module
 */

import { ADDRESS, THREAD } from "./_compile.ts";
import type { Mutant } from "./_native_programs.ts";

const FREED = /AddressSanitizer: (heap-use-after-free|attempting double-free)/;
const LEFT = /\d+ opened, \d+ closed/;

export const HOLDS_MUTANTS: Mutant[] = [
  {
    name: "a thread that ends keeps what it held",
    file: "holds.c",
    edits: [["if ((*at)->thread != thread) {", "if (true) {"]],
    caughtBy: "holds_race",
    words: /its owner never ends/,
  },
  {
    name: "a thread that has ended can still be given a hold",
    file: "holds.c",
    edits: [["if (*find_script(thread) == NULL) return MICRING_CLOSED;", ""]],
    caughtBy: "holds_race",
    words: /opened for nobody/,
  },
  {
    name: "who is refused leaves the recorder open",
    file: "holds.c",
    edits: [["if (status != MICRING_OK) recorder_close(m, false);", ""]],
    caughtBy: "holds_race",
    words: LEFT,
  },
  {
    name: "what is released does not wait for who has it pinned",
    file: "holds.c",
    edits: [["--h->pins == 0 && h->released", "--h->pins >= 0 && h->released"]],
    caughtBy: "holds_race",
    mode: ADDRESS,
    words: FREED,
  },
  {
    name: "what is unpinned is let go",
    file: "holds.c",
    edits: [["--h->pins == 0 && h->released", "--h->pins == 0"]],
    caughtBy: "holds_race",
    mode: ADDRESS,
    words: FREED,
  },
  {
    name: "what is released is not pinned meanwhile",
    file: "holds.c",
    edits: [["  h->pins++;\n  return h;\n}\n\n/* Whoever", "  return h;\n}\n\n/* Whoever"], [
      "--h->pins == 0 && h->released",
      "(h->pins == 0 || --h->pins == 0) && h->released",
    ]],
    caughtBy: "holds_race",
    mode: ADDRESS,
    words: FREED,
  },
  {
    name: "the owner's end frees what others read",
    file: "holds.c",
    edits: [[
      "bool const last = --m->holders == 0;",
      "bool const last = --m->holders == 0 || h->owner;",
    ]],
    caughtBy: "holds_race",
    mode: ADDRESS,
    words: FREED,
  },
  {
    name: "the owner's end is no end to its readers",
    file: "holds.c",
    edits: [["if (h->owner && others_hold(m)) recorder_retire(m);", ""]],
    caughtBy: "holds_race",
    words: /its owner's end: not seen/,
  },
  {
    name: "nobody is told of the owner's end",
    file: "holds.c",
    edits: [["if (h->owner) wake_readers(m);", ""]],
    caughtBy: "holds_race",
    words: /its owner's end: not told/,
  },
  {
    name: "whoever is found is an owner",
    file: "holds.c",
    edits: [["owner != NULL && owner->owner ?", "owner != NULL ?"]],
    caughtBy: "holds_race",
    words: /attached to a reader/,
  },
  {
    name: "pinning does not lock",
    file: "holds.c",
    edits: [[
      "hold *holds_pin(uint64_t number) {\n  pthread_mutex_lock(&lock);",
      "hold *holds_pin(uint64_t number) {",
    ], [
      "if (h != NULL) h->pins++;\n  pthread_mutex_unlock(&lock);",
      "if (h != NULL) h->pins++;",
    ]],
    caughtBy: "holds_race",
    mode: THREAD,
    words: /ThreadSanitizer: data race/,
  },
];
