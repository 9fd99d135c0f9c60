import { assertEquals } from "@std/assert";
import { type Ending, type EndingPlan, ENDINGS } from "./_ending_child.ts";
import { denoDir } from "./_deno_dir.ts";
import { CaptureProcess } from "./_capture_child.ts";
import { PulseServer, pulseTest } from "./_pulse.ts";
import { seeded } from "./_seeded.ts";
import { until } from "./_wait.ts";

/* However a process ends, with rings open that nobody closed, and that wake it a hundred times a
 * second each: it ends as it would without them. */

const CHILD = new URL("_ending_child.ts", import.meta.url);
const TIMES = 200;
/** Of the endings that a process lives through. */
const TIMES_PER_PROCESS = 10;
const AT_ONCE = 2;
const MOST_DELAY_MS = 30;
/** Only a process that hangs takes so long, and is then seen as one that was killed. */
const HANG_MS = 60_000;

interface Outcome {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly output: string;
}

/** What it is without MicRing; the errors' words are compared with a process that has no ring. */
const EXPECTED: Record<Ending, Omit<Outcome, "output">> = {
  "natural end": { code: 0, signal: null },
  "uncaught error": { code: 1, signal: null },
  "rejected promise": { code: 1, signal: null },
  "Deno.exit": { code: 7, signal: null },
  "SIGINT": { code: 130, signal: "SIGINT" },
  "SIGTERM": { code: 143, signal: "SIGTERM" },
  "listener throws": { code: 1, signal: null },
  "worker terminated": { code: 0, signal: null },
  "closed by its listener": { code: 0, signal: null },
  "closed with a block under way": { code: 0, signal: null },
};

/** The output as it should be without rings: who throws is called from elsewhere then. */
function comparable(ending: Ending, output: string): string {
  return ending === "listener throws" ? output.split("\n")[0] : output;
}

async function run(env: Readonly<Record<string, string>>, plan: EndingPlan): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-lock", "--no-prompt", "--allow-ffi", "--allow-read"]
      .concat("--allow-run", CHILD.href, JSON.stringify(plan)),
    env: { ...env, DENO_DIR: denoDir(), NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const hang = setTimeout(() => child.kill("SIGKILL"), HANG_MS);
  const { code, signal, stdout, stderr } = await child.output();
  clearTimeout(hang);
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout) + decoder.decode(stderr);
  return { code, signal, output: comparable(plan.ending, output) };
}

/** How often each outcome came. */
async function count(
  env: Readonly<Record<string, string>>,
  plans: EndingPlan[],
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const left = plans.values();
  const runner = async () => {
    for (const plan of left) {
      const outcome = JSON.stringify(await run(env, plan));
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  return counts;
}

function plansFor(ending: Ending): EndingPlan[] {
  const random = seeded(ENDINGS.indexOf(ending) + 1);
  const perProcess = /worker|closed/.test(ending) ? TIMES_PER_PROCESS : 1;
  return Array.from({ length: TIMES / perProcess }, () => ({
    ending,
    rings: true,
    delays: Array.from({ length: perProcess }, () => random() * MOST_DELAY_MS),
  }));
}

for (const ending of ENDINGS) {
  pulseTest(`${ending}, ${TIMES} times with rings open: as without them`, async () => {
    await using server = await PulseServer.start();
    await server.addSource({ name: "mono", format: "f32", sampleRate: 48_000, channels: 1 });

    const plans = plansFor(ending);
    const control = await run(server.env, { ...plans[0], rings: false });
    const { code, signal } = control;
    assertEquals({ code, signal }, EXPECTED[ending]);
    assertEquals(
      await count(server.env, plans),
      new Map([[JSON.stringify(control), plans.length]]),
    );

    // The server has been left by all of them, and serves the next one.
    await until("no stream is left", async () => (await server.recordings()).length === 0);
    await using child = new CaptureProcess(server.env);
    const { ring } = await child.call("open", { seconds: 1 });
    const runs = await child.call("runs", ring, "f32");
    assertEquals(runs.map(({ kind }) => kind), ["counter"]);
  });
}
