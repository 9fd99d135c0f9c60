/**
 * The C programs that test the native sources: what they are made of, and the defects that they must
 * notice.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { pooledMap } from "@std/async/pool";
import {
  ADDRESS,
  compile,
  link,
  type Mode,
  type Part,
  PLAIN,
  run,
  scratchFolder,
} from "./_compile.ts";

const native = new URL("../native/", import.meta.url);
const programs = new URL("./native/", import.meta.url);

/** A program, by its source's name. */
export type Name =
  | "ring_content"
  | "ring_faults"
  | "ring_race"
  | "capture_gate"
  | "gap_log"
  | "timeline_race"
  | "timeline_drive"
  | "align_drive"
  | "late_drive"
  | "device_race"
  | "device_statistics"
  | "recorder_drive"
  | "waker_race"
  | "waker_drive"
  | "holds_race";

/** The capture's writes go by the program, which watches that nobody else writes. */
const WATCHED = [
  "-Dring_write=watched_write",
  "-Dring_write_silence=watched_silence",
  "-Dring_skip=watched_skip",
  "-Dring_wipe=watched_wipe",
];

/** What is let go goes by the program, which counts it. */
const COUNTED = ["-Drecorder_close=counted_close"];

/** The waker's clock, and its sleep, are the program's. */
const DRIVEN = ["-include", decodeURIComponent(new URL("driven_waker.h", programs).pathname)];

const LIBRARIES = ["-lm"];

const TIMELINE = ["follower.c", "pieces.c", "timeline.c", "ring.c"];
const DEVICE = ["aligner.c", "trial.c", "lateness.c", "samples.c", "gaps.c", ...TIMELINE];
const RECORDER = ["recorder.c", "source.c", "report.c", "error.c", "memory.c", "capture.c"];

/** Everything that a device's callback and the capture's other calls run through. */
export const CAPTURE_SOURCES: URL[] = ["capture.c", ...DEVICE].map((file) => new URL(file, native));

function partsOf(name: Name, files: string[], ...more: Part[]): Part[] {
  const own = { source: new URL(`${name}.c`, programs) };
  return [own, ...files.map((file) => ({ source: new URL(file, native) })), ...more];
}

const PARTS: Record<Name, Part[]> = {
  ring_content: partsOf("ring_content", ["ring.c"]),
  ring_faults: partsOf("ring_faults", ["ring.c"]),
  ring_race: partsOf("ring_race", ["ring.c"]),
  capture_gate: partsOf("capture_gate", DEVICE, {
    source: new URL("capture.c", native),
    flags: WATCHED,
  }),
  gap_log: partsOf("gap_log", ["gaps.c", "ring.c"]),
  timeline_race: partsOf("timeline_race", TIMELINE),
  timeline_drive: partsOf("timeline_drive", ["capture.c", ...DEVICE]),
  align_drive: partsOf("align_drive", ["capture.c", ...DEVICE]),
  late_drive: partsOf("late_drive", ["capture.c", ...DEVICE]),
  device_race: partsOf("device_race", ["capture.c", ...DEVICE]),
  device_statistics: partsOf("device_statistics", ["capture.c", ...DEVICE]),
  recorder_drive: partsOf("recorder_drive", [...RECORDER, ...DEVICE]),
  waker_race: partsOf("waker_race", ["waker.c", ...RECORDER, ...DEVICE]),
  waker_drive: partsOf("waker_drive", [...RECORDER, ...DEVICE], {
    source: new URL("waker.c", native),
    flags: DRIVEN,
  }),
  holds_race: partsOf("holds_race", ["thread_end.c", "waker.c", "push.c", ...RECORDER, ...DEVICE], {
    source: new URL("holds.c", native),
    flags: COUNTED,
  }),
};

/** In seconds; a race that has not yet seen everything it must goes on longer. */
const REAL_RUN = "1.6";
/** The longest: a mutant is caught at once, but on a busy machine what it breaks may be rare. */
const MUTANT_RUN = "30";

/** What a program is told, where that is not how long to run. */
function argumentsOf(name: Name, mode: Mode, seconds: string): string[] {
  // An hour by the driven clock; where each step takes longer, less of it shows the same.
  if (name === "timeline_drive") return [mode === ADDRESS ? "120" : "3600"];
  // All the kinds of device, or every third of them.
  if (name === "align_drive" || name === "late_drive") return [mode === ADDRESS ? "3" : "1"];
  return [seconds];
}

function fileName(url: URL): string {
  return url.pathname.split("/").at(-1)!;
}

function objectName(part: Part, mode: Mode): string {
  const kind = part.flags === undefined ? "" : "watched-";
  return `${kind}${mode.name.replaceAll(" ", "-")}-${fileName(part.source)}.o`;
}

/** How many compilers run at a time. */
const AT_ONCE = 2;

/** Compiles what is not compiled yet: the objects of a program that are in `folder`. */
async function objectsOf(name: Name, mode: Mode, folder: URL): Promise<Map<string, URL>> {
  const objects = pooledMap(AT_ONCE, PARTS[name], async (part: Part): Promise<[string, URL]> => {
    const object = new URL(objectName(part, mode), folder);
    const there = await Deno.stat(object).then(() => true, () => false);
    if (!there) await compile(part, mode, object);
    return [fileName(part.source), object];
  });
  return new Map(await Array.fromAsync(objects));
}

/** Runs a program on the sources as they are. */
export async function testReal(name: Name, mode: Mode, folder: URL): Promise<void> {
  const objects = await objectsOf(name, mode, folder);
  const program = new URL(`${name}-${mode.name.replaceAll(" ", "-")}`, folder);
  await link([...objects.values()], mode, program, LIBRARIES);
  const { success, words } = await run(program, argumentsOf(name, mode, REAL_RUN));
  assert(success, words);
  console.log(words);
}

/** A defect put into a native source, which a program must notice. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Each text must be there exactly once, so that no mutant vanishes unseen. */
  readonly edits: [from: string, to: string][];
  /** Of a header: the source that is compiled with it. */
  readonly into?: string;
  readonly caughtBy: Name;
  readonly mode?: Mode;
  readonly words: RegExp;
}

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

/** What is compiled in a mutant's place of a part: it, or the part with the header that it is. */
function mutantPart(part: Part, mutant: Mutant, written: URL): Part {
  if (mutant.into === undefined) return { ...part, source: written };
  // Included first, it leaves nothing for its original to say.
  return {
    ...part,
    flags: [...part.flags ?? [], "-include", decodeURIComponent(written.pathname)],
  };
}

/** Compiles a program out of sources with a defect. */
async function compileMutant(mutant: Mutant, shared: URL, own: URL): Promise<URL> {
  const { file, into = file, caughtBy, mode = PLAIN } = mutant;
  const folder = new URL(`${crypto.randomUUID()}/`, own);
  await Deno.mkdir(folder);
  const written = await writeMutant(mutant, folder);
  const objects = await objectsOf(caughtBy, mode, shared);
  const object = new URL("mutant.o", folder);
  const part = PARTS[caughtBy].find((part) => fileName(part.source) === into);
  assert(part, `mutant "${mutant.name}": ${caughtBy} has no ${into}`);
  // A mutant may leave something unused; that is not what it is to be caught by.
  await compile(mutantPart(part!, mutant, written), mode, object, ["-w"]);
  const program = new URL("mutant", folder);
  await link([...objects.set(into, object).values()], mode, program, LIBRARIES);
  return program;
}

/** Runs a program with a defect: it must say so, in the right words. */
async function runMutant(mutant: Mutant, program: URL): Promise<void> {
  const { caughtBy, mode = PLAIN, words: expected } = mutant;
  const { success, words } = await run(program, argumentsOf(caughtBy, mode, MUTANT_RUN));
  assert(!success, `mutant "${mutant.name}" is not noticed: ${words}`);
  assertMatch(words, expected, `mutant "${mutant.name}"`);
}

/** Threads that race need the processors for themselves. */
const RACING: Name[] = [
  "ring_race",
  "capture_gate",
  "timeline_race",
  "device_race",
  "waker_race",
  "holds_race",
];

/** Tests the mutants that one program must notice, one after the other where threads race. */
export async function testMutants(name: Name, mutants: Mutant[], folder: URL): Promise<void> {
  const own = mutants.filter((mutant) => mutant.caughtBy === name);
  assert(own.length > 0, `no mutant tries ${name}`);
  // Compiled before there are two at a time, or both would compile the same.
  for (const { mode = PLAIN } of own) await objectsOf(name, mode, folder);
  console.log(`${own.length} mutants`);
  await using scratch = await scratchFolder();
  const compiling = pooledMap(AT_ONCE, own, (mutant: Mutant) => {
    return compileMutant(mutant, folder, scratch.url);
  });
  const programs: URL[] = await Array.fromAsync(compiling);
  const lanes = RACING.includes(name) ? 1 : AT_ONCE;
  const runs = pooledMap(lanes, own.keys(), (i: number) => runMutant(own[i], programs[i]));
  await Array.fromAsync(runs);
}
