import { assert, assertEquals } from "@std/assert";
import { CAPTURE_MUTANTS } from "./_capture_mutants.ts";
import { ADDRESS, compile, type Mode, PLAIN, scratchFolder, THREAD } from "./_compile.ts";
import { DEVICE_MUTANTS } from "./_device_mutants.ts";
import { CAPTURE_SOURCES, type Name, testMutants, testReal } from "./_native_programs.ts";
import { HOLDS_MUTANTS } from "./_holds_mutants.ts";
import { RING_MUTANTS } from "./_ring_mutants.ts";
import { TIMELINE_MUTANTS } from "./_timeline_mutants.ts";
import { haveTools } from "./_tools.ts";
import { WAKER_MUTANTS } from "./_waker_mutants.ts";

const native = new URL("../native/", import.meta.url);
const programs = new URL("./native/", import.meta.url);

const REAL: [Name, Mode[]][] = [
  // Those that have one thread have nothing for the thread sanitizer to see.
  ["ring_content", [PLAIN, ADDRESS]],
  ["ring_faults", [PLAIN]],
  ["ring_race", [PLAIN, ADDRESS, THREAD]],
  ["capture_gate", [PLAIN, ADDRESS, THREAD]],
  ["gap_log", [PLAIN, ADDRESS]],
  ["timeline_race", [PLAIN, THREAD]],
  ["timeline_drive", [PLAIN, ADDRESS]],
  ["align_drive", [PLAIN, ADDRESS]],
  ["late_drive", [PLAIN, ADDRESS]],
  ["device_race", [PLAIN, THREAD]],
  ["device_statistics", [PLAIN, ADDRESS]],
  ["recorder_drive", [PLAIN, ADDRESS]],
  ["waker_race", [PLAIN, THREAD]],
  ["waker_drive", [PLAIN, ADDRESS]],
  ["holds_race", [PLAIN, ADDRESS, THREAD]],
];

const MUTANTS = [
  RING_MUTANTS,
  CAPTURE_MUTANTS,
  TIMELINE_MUTANTS,
  DEVICE_MUTANTS,
  WAKER_MUTANTS,
  HOLDS_MUTANTS,
].flat();

// One test, so that what is compiled once serves all of it.
Deno.test("the native sources do what they should, and no mutant of them does", async (t) => {
  await using folder = await scratchFolder();
  for (const [name, modes] of REAL) {
    for (const mode of modes) {
      await t.step(`${name}, ${mode.name}`, () => testReal(name, mode, folder.url));
    }
  }
  for (const [name] of REAL) {
    await t.step(`${name} notices every mutant`, () => testMutants(name, MUTANTS, folder.url));
  }
});

/** What may run in an audio callback, and one that may not. */
const CALLBACK_CALLS = ["capture_deliver", "capture_write", "capture_append", "capture_outage"];
const ALLOCATING_CALL = "capture_create";

/** Compiled so that the linker can leave out what a call does not need. */
async function compileApart(compiler: string, source: URL, object: URL): Promise<void> {
  const apart = ["-ffunction-sections", "-fdata-sections"];
  if (compiler === "cc") return await compile({ source, flags: apart }, PLAIN, object);
  const { success, stderr } = await new Deno.Command(compiler, {
    args: [
      "-std=c11",
      "-D_GNU_SOURCE",
      "-O2",
      ...apart,
      "-c",
      source.pathname,
      "-o",
      object.pathname,
    ],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

/** Links a call and all it needs, without any library; returns what was missing. */
async function linkAlone(call: string, objects: URL[], folder: URL): Promise<string> {
  const program = new URL(call, folder);
  const files = [...objects.map((object) => object.pathname), "-o", program.pathname];
  const { success, stderr } = await new Deno.Command("ld", {
    args: ["--gc-sections", `--entry=${call}`, `--undefined=${call}`, ...files],
  }).output();
  if (!success) return new TextDecoder().decode(stderr);
  const { stdout } = await new Deno.Command("nm", { args: ["-u", program.pathname] }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("what runs in a device's callback needs nothing from outside", async () => {
  if (!await haveTools(["ld", "nm", "clang"], "binutils clang")) return;
  for (const compiler of ["cc", "clang"]) {
    await using folder = await scratchFolder();
    const objects = CAPTURE_SOURCES.map((_, i) => new URL(`${i}.o`, folder.url));
    for (const [i, source] of CAPTURE_SOURCES.entries()) {
      await compileApart(compiler, source, objects[i]);
    }
    for (const call of CALLBACK_CALLS) {
      assertEquals(await linkAlone(call, objects, folder.url), "", `${call} by ${compiler}`);
    }
    assert((await linkAlone(ALLOCATING_CALL, objects, folder.url)).includes("calloc"));
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
