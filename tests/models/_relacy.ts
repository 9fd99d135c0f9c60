/**
 * Relacy runs a program of a few threads in every order of their steps, each load seeing in turn
 * every value stored so far that the C11 memory model lets it see.
 *
 * @module
 */

import { haveFile } from "../_tools.ts";
import { call, edit, type Outcome } from "./_call.ts";
import { translate } from "./_translate.ts";

/** A native source with a change, and what a scenario says of it. */
export interface Subject {
  readonly name: string;
  /** Each text must be there exactly once. */
  readonly edits: [from: string, to: string][];
  readonly scenario: string;
  readonly words: RegExp;
}

/** A program of scenarios over a native source. */
export interface Model {
  readonly program: string;
  /** In the order in which C reads them; the last one of them is the one to change. */
  readonly sources: string[];
  /** Hands the source out, and to where. */
  readonly calls: string;
  readonly table: string;
}

const HEADERS = "/usr/include/relacy";
const here = new URL("./", import.meta.url);
const native = new URL("../../native/", import.meta.url);

/** Whether Relacy is there: see {@linkcode haveFile}. */
export function haveRelacy(): Promise<boolean> {
  return haveFile(`${HEADERS}/relacy.hpp`, "relacy-dev");
}

/**
 * As it comes, its full search lets a load see the last two values at the most; here, all of them:
 * it remembers more than any scenario stores.
 */
const WIDER: Record<string, [string, string][]> = {
  "thread.hpp": [[
    "c.is_random_sched() ? atomic_history_size  - 1: 1;",
    "atomic_history_size - 1;",
  ]],
  "defs.hpp": [["atomic_history_size = 3;", "atomic_history_size = 16;"]],
};

/** Copies Relacy into the folder, with the wider search. */
export async function copyRelacy(folder: URL): Promise<void> {
  for (const part of ["relacy/", "relacy/stdlib/"]) {
    const to = new URL(part, folder);
    await Deno.mkdir(to);
    const from = `${HEADERS}/${part.slice("relacy/".length)}`;
    for await (const { name, isFile } of Deno.readDir(from)) {
      if (!isFile) continue;
      const text = await Deno.readTextFile(`${from}${name}`);
      await Deno.writeTextFile(new URL(name, to), edit(name, text, WIDER[name] ?? []));
    }
  }
}

/** The source as it is and once with each change, each in a namespace of its own. */
async function spacesOf(model: Model, subjects: Subject[]): Promise<string> {
  const texts: [string, string][] = [];
  for (const file of model.sources) {
    texts.push([file, await Deno.readTextFile(new URL(file, native))]);
  }
  const spaces = [{ name: "none", edits: [] }, ...subjects].map(({ edits }, index) => {
    const parts = texts.map(([file, text], at) => {
      const last = at === texts.length - 1;
      return translate(file, last ? edit(file, text, edits) : text);
    });
    return `namespace subject_${index} {\n${parts.join("")}#include "${model.calls}"\n}\n`;
  });
  const calls = spaces.map((_, index) => `&subject_${index}::calls`);
  return `${spaces.join("")}static const ${model.table} *${model.table}_of[] = {${calls}};\n`;
}

/** Compiles a model's program in a folder that has Relacy in it; returns its path. */
export async function compileModel(
  model: Model,
  subjects: Subject[],
  folder: URL,
): Promise<string> {
  const own = new URL(`${model.program}-parts/`, folder);
  await Deno.mkdir(own);
  await Deno.writeTextFile(new URL("subjects.inc", own), await spacesOf(model, subjects));
  const program = decodeURIComponent(new URL(model.program, own).pathname);
  // C's own conversions are errors to C++ but for -fpermissive, and then warnings.
  const flags = ["-std=gnu++17", "-O1", "-fpermissive", "-w"];
  const places = [folder, own, here].map((place) => `-I${decodeURIComponent(place.pathname)}`);
  const source = decodeURIComponent(new URL(`${model.program}.cpp`, here).pathname);
  const args = [...flags, ...places, source, "-o", program];
  const { code, words } = await call("g++", args, own.pathname);
  if (code !== 0) throw new Error(`Cannot compile ${source}:\n${words}`);
  return program;
}

/** Searches a scenario over the source as it is (0), or as the subject of that number (from 1). */
export function searchModel(program: string, subject: number, scenario: string): Promise<Outcome> {
  return call(program, [String(subject), scenario], "/");
}

/** The scenarios that a model's program has. */
export async function scenariosOf(model: Model): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(`${model.program}.cpp`, here));
  return [...text.matchAll(/^ {4}\{"([^"]+)", /gm)].map((match) => match[1]);
}
