/**
 * What a whole process takes that imports the module, opens a tone, takes one snapshot and closes:
 * over one that runs an empty script. From a package as it is published, and from the checkout.
 *
 * @module
 */

import { packedModule } from "../native/packed_module.ts";
import { PACKED_TARGETS } from "../native/targets.ts";
import { LoadRoom, packedHere } from "./_load_room.ts";
import { quote } from "./_quote.ts";

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

/** How long a process takes, in milliseconds. */
async function time(path: string): Promise<number> {
  const flags = ["--quiet", "--no-prompt", "--no-config", "--no-check", "--cached-only"];
  const start = performance.now();
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, "--allow-ffi", path],
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdout: "null",
  }).output();
  const end = performance.now();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return end - start;
}

/** A package for all systems: Deno reads the modules of all of them. */
async function createPackage(): Promise<LoadRoom> {
  const packed = await packedHere();
  const room = await LoadRoom.create(packed);
  for (const target of PACKED_TARGETS) {
    const path = `${room.path}/native/packed/${target}.ts`;
    await Deno.writeTextFile(path, packedModule({ ...packed, target }));
  }
  return room;
}

/** Prints what starting costs. */
export async function benchStartup(): Promise<void> {
  await using room = await createPackage();
  const checkout = new URL("../mod.ts", import.meta.url).href;
  const contestants: Contestant[] = [
    { name: "empty script", script: "" },
    { name: "import", script: IMPORT("./mod.ts") },
    { name: "import, tone, snapshot, close", script: TAKE("./mod.ts"), goal: GOAL_MS },
    { name: "the same from the checkout", script: TAKE(checkout), goal: GOAL_MS },
  ];
  const path = (index: number) => `${room.path}/contestant-${index}.ts`;
  for (const [i, { script }] of contestants.entries()) await Deno.writeTextFile(path(i), script);
  const times: number[][] = contestants.map(() => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const i of contestants.keys()) {
      const took = await time(path(i));
      // The first round fills Deno's caches.
      if (round >= 0) times[i].push(took);
    }
  }
  const idle = times[0].toSorted((a, b) => a - b)[ROUNDS >> 1];
  console.log(`\n${"".padEnd(38)}${"milliseconds over an empty one".padStart(30)}`);
  console.log(`${"".padEnd(38)}     min  median     max`);
  contestants.forEach(({ name, goal }, i) => {
    const over = times[i].map((took) => i === 0 ? took : took - idle);
    console.log(
      `${name.padEnd(38)}${quote(over, 1)}${goal === undefined ? "" : `   goal ${goal}`}`,
    );
  });
}

if (import.meta.main) await benchStartup();
