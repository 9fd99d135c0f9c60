import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  ADDRESS,
  compile,
  link,
  type Mode,
  type Part,
  PLAIN,
  run,
  scratchFolder,
  THREAD,
} from "./_compile.ts";
import { haveTools } from "./_tools.ts";

const native = new URL("../native/", import.meta.url);
const programs = new URL("./native/", import.meta.url);

type Name = "ring_content" | "ring_faults" | "ring_race" | "capture_gate";

/** The capture's writes go by the program, which watches that nobody else writes. */
const WATCHED = [
  "-Dring_write=watched_write",
  "-Dring_write_silence=watched_silence",
  "-Dring_forget=watched_forget",
  "-Dring_wipe=watched_wipe",
];

const PARTS: Record<Name, Part[]> = {
  ring_content: [
    { source: new URL("ring_content.c", programs) },
    { source: new URL("ring.c", native) },
  ],
  ring_faults: [
    { source: new URL("ring_faults.c", programs) },
    { source: new URL("ring.c", native) },
  ],
  ring_race: [
    { source: new URL("ring_race.c", programs) },
    { source: new URL("ring.c", native) },
  ],
  capture_gate: [
    { source: new URL("capture_gate.c", programs) },
    { source: new URL("ring.c", native) },
    { source: new URL("timeline.c", native) },
    { source: new URL("gaps.c", native) },
    { source: new URL("capture.c", native), flags: WATCHED },
  ],
};

/** In seconds; a race that has not yet seen everything it must goes on longer. */
const REAL_RUN = "1.6";
/** The longest: a mutant is caught at once, but on a busy machine what it breaks may be rare. */
const MUTANT_RUN = "10";

function fileName(url: URL): string {
  return url.pathname.split("/").at(-1)!;
}

/** Compiles what is not compiled yet: the objects of a program that are in `folder`. */
async function objectsOf(name: Name, mode: Mode, folder: URL): Promise<Map<string, URL>> {
  const objects = new Map<string, URL>();
  for (const part of PARTS[name]) {
    const file = fileName(part.source);
    const object = new URL(`${name}-${mode.name.replaceAll(" ", "-")}-${file}.o`, folder);
    objects.set(file, object);
    const there = await Deno.stat(object).then(() => true, () => false);
    if (!there) await compile(part, mode, object);
  }
  return objects;
}

async function testReal(name: Name, mode: Mode, folder: URL): Promise<void> {
  const objects = await objectsOf(name, mode, folder);
  const program = new URL(`${name}-${mode.name.replaceAll(" ", "-")}`, folder);
  await link([...objects.values()], mode, program);
  const { success, words } = await run(program, [REAL_RUN]);
  assert(success, words);
  console.log(words);
}

const REAL: [Name, Mode[]][] = [
  // It has one thread, so there is nothing for the thread sanitizer to see.
  ["ring_content", [PLAIN, ADDRESS]],
  ["ring_faults", [PLAIN]],
  ["ring_race", [PLAIN, ADDRESS, THREAD]],
  ["capture_gate", [PLAIN, ADDRESS, THREAD]],
];

for (const [name, modes] of REAL) {
  for (const mode of modes) {
    Deno.test(`${name}, ${mode.name}`, async () => {
      await using folder = await scratchFolder();
      await testReal(name, mode, folder.url);
    });
  }
}

/** A defect put into a native source, which a program must notice. */
interface Mutant {
  readonly name: string;
  readonly file: "ring.c" | "capture.c";
  /** Each text must be there exactly once, so that no mutant vanishes unseen. */
  readonly edits: [from: string, to: string][];
  readonly caughtBy: Name;
  readonly mode?: Mode;
  readonly words: RegExp;
}

const TORN = /torn sample/;
const RACE = /ThreadSanitizer: data race/;
const TWO_WRITERS = /two writers/;

const MUTANTS: Mutant[] = [
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
    words: /torn sample|shorter than it need be/,
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
    name: "the neighbours in a shared word are overwritten",
    file: "ring.c",
    edits: [["uint64_t value = load_word(low);", "uint64_t value = 0;"]],
    caughtBy: "ring_race",
    words: TORN,
  },
  {
    name: "publishing does not release",
    file: "ring.c",
    edits: [["end, memory_order_release);", "end, memory_order_relaxed);"]],
    caughtBy: "ring_race",
    mode: THREAD,
    words: RACE,
  },
  {
    name: "ring_written does not acquire",
    file: "ring.c",
    edits: [["&r->written, memory_order_acquire)", "&r->written, memory_order_relaxed)"]],
    caughtBy: "ring_race",
    mode: THREAD,
    words: RACE,
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
  {
    name: "shutting does not wait",
    file: "capture.c",
    edits: [["while (atomic_load_explicit(&c->inside, memory_order_seq_cst))", "if (false)"]],
    caughtBy: "capture_gate",
    words: TWO_WRITERS,
  },
  {
    name: "entering does not look at the gate",
    file: "capture.c",
    edits: [["if (!atomic_load_explicit(&c->open, memory_order_seq_cst))", "if (false)"]],
    caughtBy: "capture_gate",
    words: TWO_WRITERS,
  },
  {
    name: "entering is not sequentially consistent",
    file: "capture.c",
    edits: [["&c->inside, true, memory_order_seq_cst", "&c->inside, true, memory_order_release"]],
    caughtBy: "capture_gate",
    words: TWO_WRITERS,
  },
  {
    name: "entering looks at the gate before it says so",
    file: "capture.c",
    edits: [
      [
        "  atomic_store_explicit(&c->inside, true, memory_order_seq_cst);",
        "  bool const open = c->open; atomic_store(&c->inside, true);",
      ],
      ["if (!atomic_load_explicit(&c->open, memory_order_seq_cst))", "if (!open)"],
    ],
    caughtBy: "capture_gate",
    words: TWO_WRITERS,
  },
  {
    name: "leaving does not release",
    file: "capture.c",
    edits: [["&c->inside, false, memory_order_release", "&c->inside, false, memory_order_relaxed"]],
    caughtBy: "capture_gate",
    mode: THREAD,
    words: RACE,
  },
  {
    name: "opening does not release",
    file: "capture.c",
    edits: [["&c->open, true, memory_order_seq_cst", "&c->open, true, memory_order_relaxed"]],
    caughtBy: "capture_gate",
    mode: THREAD,
    words: RACE,
  },
  {
    name: "what the gate refuses is not counted",
    file: "capture.c",
    edits: [["atomic_fetch_add_explicit(&c->refused, count, memory_order_relaxed);", ""]],
    caughtBy: "capture_gate",
    words: /would become frame|position \d+, expected/,
  },
  {
    name: "what the gate refused is not made up for",
    file: "capture.c",
    edits: [["  lose(c, take_refused(c), MICRING_GAP_WIPE, true);", ""]],
    caughtBy: "capture_gate",
    words: /would become frame|position \d+, expected/,
  },
  {
    name: "what is lost is not entered in the log",
    file: "capture.c",
    edits: [["  gaps_add(c->gaps, (gap){capture_position(c), count, cause, counted});", ""]],
    caughtBy: "capture_gate",
    words: /without an entry|is in the log as/,
  },
  {
    name: "what is lost is entered in the log after it can be read",
    file: "capture.c",
    edits: [
      ["  gaps_add(c->gaps, (gap){capture_position(c), count, cause, counted});", ""],
      [
        "  add(&c->lost, count);",
        "  gaps_add(c->gaps, (gap){capture_position(c) - count, count, cause, counted});" +
        " add(&c->lost, count);",
      ],
    ],
    caughtBy: "capture_gate",
    words: /without an entry|is in the log as/,
  },
  {
    name: "what the gate refused has another cause",
    file: "capture.c",
    edits: [[
      "take_refused(c), MICRING_GAP_WIPE, true",
      "take_refused(c), MICRING_GAP_PAUSE, true",
    ]],
    caughtBy: "capture_gate",
    words: /wrong cause/,
  },
  {
    name: "what is lost is not counted",
    file: "capture.c",
    edits: [["  add(&c->lost, count);", ""]],
    caughtBy: "capture_gate",
    words: /lost, of/,
  },
  {
    name: "a fill counts the refused frames twice",
    file: "capture.c",
    edits: [["  take_refused(c);\n  lose_until", "  lose_until"]],
    caughtBy: "capture_gate",
    words: /would become frame|position \d+, expected/,
  },
  {
    name: "the first block after a fill does not resynchronise",
    file: "capture.c",
    edits: [["c->resynchronise = resynchronise;", "c->resynchronise = resynchronise && false;"]],
    caughtBy: "capture_gate",
    words: /would become frame|position \d+, expected/,
  },
  {
    name: "a wipe drops what came meanwhile",
    file: "capture.c",
    edits: [["  if (meanwhile == 0) return;", "  if (meanwhile != 0) return;"]],
    caughtBy: "capture_gate",
    words: /would become frame|position \d+, expected/,
  },
  {
    name: "a wipe leaves its own silence readable",
    file: "capture.c",
    edits: [["  ring_forget(c->ring);", ""]],
    caughtBy: "capture_gate",
    words: /after a wipe there is something to read|is read after a wipe/,
  },
];

async function writeMutant({ name, file, edits }: Mutant, folder: URL): Promise<URL> {
  let text = await Deno.readTextFile(new URL(file, native));
  for (const [from, to] of edits) {
    const occurrences = text.split(from).length - 1;
    assertEquals(occurrences, 1, `mutant "${name}": ${JSON.stringify(from)} in ${file}`);
    text = text.replace(from, () => to);
  }
  const source = new URL(file, folder);
  await Deno.writeTextFile(source, text);
  return source;
}

async function testMutant(mutant: Mutant, folder: URL): Promise<void> {
  const { file, caughtBy, mode = PLAIN, words: expected } = mutant;
  const source = await writeMutant(mutant, folder);
  const objects = await objectsOf(caughtBy, mode, folder);
  const object = new URL("mutant.o", folder);
  const part = PARTS[caughtBy].find((part) => fileName(part.source) === file);
  // A mutant may leave something unused; that is not what it is to be caught by.
  await compile({ ...part, source }, mode, object, ["-w"]);
  const program = new URL("mutant", folder);
  await link([...objects.set(file, object).values()], mode, program);
  const { success, words } = await run(program, [MUTANT_RUN]);
  assert(!success, `not noticed: ${words}`);
  assertMatch(words, expected);
}

Deno.test("every mutant of the native sources is caught", async (t) => {
  await using folder = await scratchFolder();
  for (const mutant of MUTANTS) {
    await t.step(`${mutant.caughtBy}: ${mutant.name}`, () => testMutant(mutant, folder.url));
  }
});

async function sourcesIn(folder: URL): Promise<string[]> {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".c") || name === "miniaudio.c") continue;
    files.push(decodeURIComponent(new URL(name, folder).pathname));
  }
  return files;
}

Deno.test("every native source compiles under clang without a warning", async () => {
  if (!await haveTools(["clang"], "clang")) return;
  const flags = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"];
  const files = [...await sourcesIn(native), ...await sourcesIn(programs)];
  const { success, stderr } = await new Deno.Command("clang", {
    args: [...flags, "-I.", ...files],
    cwd: native,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
});
