/**
 * Spin goes through every state that a model of a few processes can come to.
 *
 * @module
 */

import { call } from "./_call.ts";

/** A model with one of its BUG_*, which the search must find. */
export interface Bug {
  readonly name: string;
  readonly defines: string[];
  readonly words: RegExp;
}

/** A model written in Promela, the ways to define it that are right, and those that are not. */
export interface PromelaModel {
  readonly file: string;
  readonly right: string[][];
  readonly bugs: Bug[];
}

/** What came of a search. */
export interface Search {
  readonly words: string;
  readonly states: number;
  /** What the model has and the search never came to: "process, state number". */
  readonly unreached: Set<string>;
}

const here = new URL("./", import.meta.url);
/** As deep as no search goes; where one would go deeper, it says that it is not complete. */
const MOST_DEPTH = 100_000;
/** How many slots it begins with, as a power of two; it takes more when it needs them. */
const FIRST_SLOTS = "-w20";
const INCOMPLETE = /not completed|depth too small|truncated|out of memory/i;

async function must(program: string, args: string[], folder: string): Promise<string> {
  const { code, words } = await call(program, args, folder);
  if (code === 0) return words;
  throw new Error(`Cannot test: ${program} ${args.join(" ")}\n${words}`);
}

function unreachedIn(words: string): Set<string> {
  const found = new Set<string>();
  let process = "";
  for (const line of words.split("\n")) {
    process = /^unreached in (.+)$/.exec(line)?.[1] ?? process;
    const [, state, what] = /, state (\d+), "(.*)"$/.exec(line) ?? [];
    // A process that goes on for ever never ends.
    if (state !== undefined && what !== "-end-") found.add(`${process}, state ${state}`);
  }
  return found;
}

/**
 * Searches a model all through, in a folder of its own within `folder`.
 *
 * @throws Error where something was left out.
 */
export async function searchPromela(
  file: string,
  defines: string[],
  folder: URL,
): Promise<Search> {
  const own = decodeURIComponent(folder.pathname) + `${file} ${defines.join(" ")}`;
  await Deno.mkdir(own);
  const flags = defines.map((define) => `-D${define}`);
  await must("spin", [...flags, "-a", decodeURIComponent(new URL(file, here).pathname)], own);
  // Not optimized: to compile takes longer than to run.
  await must("cc", ["-O0", "-w", "-DSAFETY", "-o", "pan", "pan.c"], own);
  const words = await must(`${own}/pan`, [`-m${MOST_DEPTH}`, FIRST_SLOTS], own);
  const states = Number(/(\d+) states, stored/.exec(words)?.[1]);
  const found = !words.includes("errors: 0");
  if (found || !(states > 0)) return { words, states, unreached: new Set() };
  if (INCOMPLETE.test(words)) throw new Error(`Cannot search all of ${file}:\n${words}`);
  return { words, states, unreached: unreachedIn(words) };
}

/** What a model quotes: the file, and words that are to be in it. */
export async function quotesOf(file: string): Promise<[file: string, words: string][]> {
  const text = await Deno.readTextFile(new URL(file, here));
  return [...text.matchAll(/\/\* (\w+\.[ch]): (.+) \*\//g)].map(([, from, words]) => [from, words]);
}

/** The BUG_* that a model has. */
export async function bugsOf(file: string): Promise<Set<string>> {
  const text = await Deno.readTextFile(new URL(file, here));
  return new Set(text.match(/\bBUG_\w+/g));
}
