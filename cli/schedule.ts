import { MicRing, type ScheduleTiming, type Snapshot } from "../mod.ts";
import { ClipFolder } from "./clip_folder.ts";
import type { Command } from "./command.ts";
import type { Given } from "./options.ts";
import { ended, EXIT, follow, type Session } from "./session.ts";
import { openRing, RESULT_OPTIONS, SOURCE_OPTIONS } from "./source_options.ts";
import { UsageError } from "./usage_error.ts";

/** How much longer than a clip the ring is. */
const SPARE_SECONDS = 15;
/** What is not told to be shorter may take so much. */
const MOST_SECONDS = 3600;

function timingOf(given: Given): ScheduleTiming {
  const every = given.number("every");
  const cron = given.text("cron");
  if ((every === undefined) === (cron === undefined)) {
    throw new UsageError("Give either --every=SECONDS or --cron=EXPRESSION.");
  }
  const timezone = given.text("timezone");
  if (cron !== undefined) return timezone === undefined ? { cron } : { cron, timezone };
  if (timezone !== undefined) throw new UsageError("--timezone is for --cron.");
  return { every: every! };
}

function secondsOf(given: Given): number {
  const seconds = given.number("seconds");
  if (seconds !== undefined) return seconds;
  const every = given.number("every");
  if (every === undefined) throw new UsageError("--cron takes --seconds=N, too.");
  if (every <= MOST_SECONDS) return every;
  throw new UsageError(`With --every=${every} give --seconds=N, too: how much of it is kept.`);
}

async function run(session: Session): Promise<number> {
  const { given, terminal, signal } = session;
  const timing = timingOf(given);
  const seconds = secondsOf(given);
  const folder = await ClipFolder.open(session, "clip");
  await using ring = await openRing(given, seconds + SPARE_SECONDS);
  follow(ring, { terminal });
  // Read through a second hold: when the first is closed, what was due is still saved.
  await using reader = await MicRing.attach(ring.share());
  let savedTo = reader.stats().oldestFrame;
  const save = async (snapshot: Snapshot) => {
    savedTo = snapshot.endFrame;
    await folder.save(snapshot);
  };
  const wanted = given.number("seconds");
  const options = { overlap: "queue", ...wanted === undefined ? {} : { seconds: wanted } } as const;
  const schedule = reader.schedule(timing, save, options);
  schedule.addEventListener("error", ({ error }) => {
    folder.failures++;
    terminal.problem(`${error instanceof Error ? error.message : error}`);
  });
  const next = schedule.next();
  if (next !== undefined) terminal.note(`The first clip comes at ${next.toISOString()}.`);
  ended(signal, given.number("for")).then(() => ring.close());
  await schedule.finished;
  // What came since the last one is not to be lost; the last seconds were not promised.
  const { oldestFrame, writtenFrames } = reader.stats();
  if (wanted === undefined && writtenFrames > savedTo) {
    await save(reader.snapshot({ from: Math.max(savedTo, oldestFrame) }));
  }
  const { dropped } = schedule.stats();
  if (wanted !== undefined && dropped > 0) {
    folder.failures += dropped;
    terminal.problem(`${dropped} clips were due while too many waited for the disk, and are lost.`);
  }
  terminal.note(folder.summary);
  return folder.failures === 0 ? EXIT.done : EXIT.failed;
}

/** Saves clips at its times. */
export const SCHEDULE: Command = {
  name: "schedule",
  summary: "save clips at intervals, or by a cron expression",
  operand: { name: "FOLDER", help: "where to; this folder if left out", required: false },
  options: {
    every: {
      kind: "number",
      value: "SECONDS",
      least: 0.1,
      most: 1e7,
      help: "how often; all that came since is saved, unless --seconds says less",
    },
    cron: { kind: "text", value: "EXPRESSION", help: 'when, as "0 6 * * *"' },
    timezone: { kind: "text", value: "ZONE", help: "of --cron, as Europe/Berlin; the system's" },
    seconds: {
      kind: "number",
      value: "N",
      least: 0.1,
      most: 86_400,
      help: "save the last so many seconds each time",
    },
    for: { kind: "number", value: "SECONDS", least: 0.1, most: 1e9, help: "end after so long" },
    ...RESULT_OPTIONS,
    ...SOURCE_OPTIONS,
  },
  examples: ['schedule --cron="0 6 * * *" --seconds=600 dawn', "schedule --every=600 --seconds=30"],
  run,
};
