/**
 * What a whole process takes that imports the module, opens a tone, takes one snapshot and closes:
 * over one that runs an empty script. From a registry's cache, where the package is as it is
 * published, and from the checkout.
 *
 * @module
 */

import { quote } from "./_quote.ts";
import { Registry } from "./_registry.ts";
import { User } from "./_user.ts";

const ROUNDS = 20;
const GOAL_MS = 40;

const IMPORT = (mod: string) => `import { MicRing, tone } from ${JSON.stringify(mod)};\n`;
const TAKE = (mod: string) =>
  `${IMPORT(mod)}
  const ring = await MicRing.open({ seconds: 2, source: tone() });
  ring.snapshot();
  await ring.close();
`;

interface Contestant {
  readonly name: string;
  readonly script: string;
  readonly goal?: number;
}

const PACKAGE = "jsr:@x/micring";

const CONTESTANTS: readonly Contestant[] = [
  { name: "empty script", script: "" },
  { name: "import", script: `${IMPORT(PACKAGE)}void [MicRing, tone];\n` },
  { name: "import, tone, snapshot, close", script: TAKE(PACKAGE), goal: GOAL_MS },
  {
    name: "the same from the checkout",
    script: TAKE(new URL("../mod.ts", import.meta.url).href),
    goal: GOAL_MS,
  },
];

const FLAGS = ["--quiet", "--no-prompt", "--no-config", "--no-check", "--allow-ffi"];

/** How long a process takes, in milliseconds. */
async function time(user: User, ...args: string[]): Promise<number> {
  const start = performance.now();
  const { code, errors } = await user.deno("run", ...FLAGS, ...args);
  const end = performance.now();
  if (code !== 0) throw new Error(errors);
  return end - start;
}

/** Prints what starting costs. */
export async function benchStartup(): Promise<void> {
  await using registry = await Registry.start();
  await using user = await User.create(registry.env);
  const path = (index: number) => `contestant-${index}.ts`;
  for (const [i, { script }] of CONTESTANTS.entries()) await user.write(path(i), script);
  // The first two runs fill Deno's caches.
  for (const i of CONTESTANTS.keys()) {
    for (const _ of [1, 2]) await time(user, path(i));
  }
  const times: number[][] = CONTESTANTS.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const i of CONTESTANTS.keys()) times[i].push(await time(user, "--cached-only", path(i)));
  }
  const idle = times[0].toSorted((a, b) => a - b)[ROUNDS >> 1];
  console.log(`\n${"".padEnd(38)}${"milliseconds over an empty one".padStart(30)}`);
  console.log(`${"".padEnd(38)}     min  median     max`);
  CONTESTANTS.forEach(({ name, goal }, i) => {
    const over = times[i].map((took) => i === 0 ? took : took - idle);
    console.log(
      `${name.padEnd(38)}${quote(over, 1)}${goal === undefined ? "" : `   goal ${goal}`}`,
    );
  });
}

if (import.meta.main) await benchStartup();
