/**
 * A process with a ring and a schedule on it, that is to end by itself: both ends of it.
 *
 * @module
 */

import { MicRing, type ScheduleOptions, tone } from "../mod.ts";

/** How the process goes about its schedule, of which the first run is due at once, or in an hour. */
export const CHILD_PLANS = {
  /** It is told beforehand that the process may end. */
  "unref": { every: 3600, options: { unref: true } },
  /** It is told later. */
  "unref later": { every: 3600, options: {} },
  /** It keeps the process alive, until its third run stops it. */
  "three runs": { every: 0.05, options: {} },
  /** The ring is closed under it. */
  "ring closed": { every: 3600, options: {} },
  /** Its task fails each time, and nobody listens. */
  "failing": { every: 0.02, options: {} },
} satisfies Record<string, { every: number; options: ScheduleOptions }>;
export type ChildPlan = keyof typeof CHILD_PLANS;

/** What became of the process. */
export interface ChildOutcome {
  readonly code: number;
  readonly output: string;
}

/** Only a process that is kept alive takes so long, and is then seen as one that was killed. */
const HANG_MS = 30_000;

/** Runs such a process until it ends. */
export async function runScheduleChild(plan: ChildPlan): Promise<ChildOutcome> {
  const config = decodeURIComponent(new URL("../deno.json", import.meta.url).pathname);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--config",
      config,
      "--allow-ffi",
      import.meta.url,
      plan,
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const hang = setTimeout(() => child.kill("SIGKILL"), HANG_MS);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(hang);
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

if (import.meta.main) {
  const plan = Deno.args[0] as ChildPlan;
  const { every, options } = CHILD_PLANS[plan];
  const ring = await MicRing.open({ seconds: 2, source: tone() });
  const schedule = ring.schedule({ every }, (_, run) => {
    console.log("run", run.number);
    if (run.number === 3) schedule.stop();
    if (plan === "failing") throw new Error("no");
  }, options);
  schedule.addEventListener("end", () => console.log("end"));
  if (plan === "unref later") schedule.unref();
  if (plan === "ring closed") setTimeout(() => ring.close(), 50);
}
