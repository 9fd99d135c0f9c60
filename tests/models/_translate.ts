/**
 * Brings a native source, as it is, into C++, where Relacy can run it.
 *
 * @module
 */

import { edit } from "./_call.ts";

/** Where C says what C++ cannot say, or what only the true memory needs. */
const EDITS: Record<string, [string, string][]> = {
  "ring.h": [],
  "ring.c": [
    ["zeros[SILENCE_BYTES];", "zeros[SILENCE_BYTES] = {};"],
    // An atomic of Relacy's is no plain memory: its pages are touched elsewhere.
    ["(volatile unsigned char *)words", "spare_pages"],
  ],
  "gate.h": [],
};

/** What stands above and around a header's text; conditions within a text stay. */
const HEADERS = /^#include .*$/gm;
const GUARD = /^#ifndef (\w+)\n#define \1\n([\s\S]*)^#endif\n$/m;
const KNOWN = /^atomic_(load_explicit|store_explicit|thread_fence|of)$/;

/**
 * The C++ text of a native source: the same line by line, its atomics those of `c11_on_relacy.hpp`.
 *
 * @throws Error where it has something that this does not know.
 */
export function translate(file: string, text: string): string {
  const plain = edit(file, text, EDITS[file])
    .replace(GUARD, "\n\n$2")
    .replaceAll(HEADERS, "");
  const translated = plain
    .replaceAll(/_Atomic (\w+)/g, "atomic_of<$1>")
    .replaceAll(/\bcalloc\(/g, "calloc_zeroed(");
  const unknown = (translated.match(/_Atomic|__(?:atomic|sync)\w*|\batomic_\w+/g) ?? [])
    .find((word) => !KNOWN.test(word));
  if (unknown !== undefined) throw new Error(`Cannot translate ${file}: ${unknown}`);
  return `#line 1 "${file}"\n${translated}\n`;
}
