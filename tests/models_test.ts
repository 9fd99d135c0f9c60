import { assert, assertEquals, assertMatch } from "@std/assert";
import { inParallel } from "./models/_call.ts";
import { GATE_DEFECTS, RING_DEFECTS, RING_IMPATIENT } from "./models/_defects.ts";
import {
  compileModel,
  copyRelacy,
  haveRelacy,
  type Model,
  scenariosOf,
  searchModel,
  type Subject,
} from "./models/_relacy.ts";
import { GATE_STATES, RING_INDEX } from "./models/_promela_models.ts";
import { bugsOf, type PromelaModel, quotesOf, type Search, searchPromela } from "./models/_spin.ts";
import { scratchFolder } from "./_compile.ts";
import { haveTools, testWith } from "./_tools.ts";

const native = new URL("../native/", import.meta.url);

const RING: Model = {
  program: "ring_protocol",
  sources: ["ring.h", "ring.c"],
  calls: "ring_calls.hpp",
  table: "ring_calls",
};

const GATE: Model = {
  program: "gate_handshake",
  sources: ["gate.h"],
  calls: "gate_calls.hpp",
  table: "gate_calls",
};

const RIGHT = /^[^:]+: \d+ executions$/;

/** Searches every scenario over the source as it is, and for each other subject its own. */
async function searchAll(model: Model, program: string, subjects: Subject[]): Promise<void> {
  const own = await scenariosOf(model);
  const all = [
    ...own.map((scenario) => ({ name: "as it is", scenario, words: RIGHT, number: 0 })),
    ...subjects.map((subject, index) => ({ ...subject, number: index + 1 })),
  ];
  await inParallel(all.map(({ name, scenario, words: expected, number }) => async () => {
    const { code, words } = await searchModel(program, number, scenario);
    console.log(`${model.program}, ${name}: ${words.split("\n").slice(0, 2).join(" ")}`);
    assertMatch(words, expected, name);
    assertEquals(code, RIGHT.test(words) ? 0 : 1, words);
  }));
}

Deno.test("the ring's protocol and the gate's handshake, in every execution", async () => {
  if (!await haveTools(["g++"], "g++") || !await haveRelacy()) return;
  await using folder = await scratchFolder();
  await copyRelacy(folder.url);
  const models: [Model, Subject[]][] = [
    [RING, [RING_IMPATIENT, ...RING_DEFECTS]],
    [GATE, GATE_DEFECTS],
  ];
  const programs = await inParallel(
    models.map(([model, subjects]) => () => compileModel(model, subjects, folder.url)),
  );
  for (const [index, [model, subjects]] of models.entries()) {
    await searchAll(model, programs[index], subjects);
  }
});

/** Nothing in a model may be out of reach in all the ways to define it. */
function checkReached(file: string, searches: Search[]): void {
  const [first, ...others] = searches.map(({ unreached }) => unreached);
  const never = others.reduce((left, set) => left.intersection(set), first);
  assertEquals([...never], [], `${file} has what no search comes to`);
}

async function searchRight({ file, right }: PromelaModel, folder: URL): Promise<void> {
  const searches = await inParallel(right.map((defines) => async () => {
    const search = await searchPromela(file, defines, folder);
    console.log(`${[file, ...defines].join(" ")}: ${search.states} states`);
    assertMatch(search.words, /errors: 0/);
    return search;
  }));
  checkReached(file, searches);
}

async function searchBugs({ file, bugs }: PromelaModel, folder: URL): Promise<void> {
  const tried = new Set(bugs.flatMap(({ defines }) => defines.filter((d) => d.startsWith("BUG_"))));
  assertEquals(tried, await bugsOf(file), `${file} has other bugs than are tried`);
  await inParallel(bugs.map(({ name, defines, words: expected }) => async () => {
    const { words, states } = await searchPromela(file, defines, folder);
    const found = words.split("\n").find((line) => /^pan:\d+:/.test(line)) ?? "not found";
    console.log(`${file}, ${name}: after ${states} states: ${found.slice(0, 60)}`);
    assertMatch(found, expected, name);
  }));
}

for (const model of [RING_INDEX, GATE_STATES]) {
  Deno.test(`${model.file} says what the sources say`, async () => {
    for (const [file, words] of await quotesOf(model.file)) {
      const text = await Deno.readTextFile(new URL(file, native));
      assert(text.replaceAll(/\s+/g, " ").includes(words), `${file} has no ${words}`);
    }
  });

  testWith(["spin", "cc", "gcc"], "spin gcc libc6-dev", `${model.file}, every state`, async () => {
    await using folder = await scratchFolder();
    await searchRight(model, folder.url);
    await searchBugs(model, folder.url);
  });
}
