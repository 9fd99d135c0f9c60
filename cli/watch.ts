import { MicRing } from "../mod.ts";
import { ClipFolder } from "./clip_folder.ts";
import type { Command } from "./command.ts";
import { ended, EXIT, follow, type Session } from "./session.ts";
import { UsageError } from "./usage_error.ts";
import { openRing, RESULT_OPTIONS, SOURCE_OPTIONS } from "./source_options.ts";

/** How much longer than a clip the ring is, for a disk that is slow. */
const SPARE_SECONDS = 15;

async function run(session: Session): Promise<number> {
  const { given, terminal, signal } = session;
  const before = given.number("before") ?? 1;
  const after = given.number("after") ?? 1;
  const hold = given.number("hold") ?? 0.25;
  const atMost = given.number("at-most") ?? Math.max(60, before + 1);
  if (atMost < before + 1) {
    throw new UsageError(
      `--at-most=${atMost} is too short: with ${before} s before a sound it is at least ${
        before + 1
      }.`,
    );
  }
  const folder = await ClipFolder.open(session, "heard");
  const seconds = atMost + 2 * Math.max(before, hold) + after + SPARE_SECONDS;
  await using ring = await openRing(given, seconds);
  follow(ring, { terminal });
  // Read through a second hold: when the first is closed, what is being heard comes as its last clip.
  await using reader = await MicRing.attach(ring.share());
  const clips = reader.clips({
    above: given.number("above") ?? -35,
    before,
    after,
    hold,
    atMost,
    highPass: given.number("high-pass"),
    lowPass: given.number("low-pass"),
  });
  ended(signal, given.number("for")).then(() => ring.close());
  for await (const clip of clips) {
    const { atTime, continued, droppedClips, skippedFrames } = clip;
    if (droppedClips > 0) {
      folder.failures += droppedClips;
      terminal.problem(`${droppedClips} clips came too fast, and are lost.`);
    }
    const at = new Date(atTime).toISOString();
    await folder.save(clip, { at, continued, droppedClips, skippedFrames });
  }
  terminal.note(folder.summary);
  return folder.failures === 0 ? EXIT.done : EXIT.failed;
}

/** Records what is loud. */
export const WATCH: Command = {
  name: "watch",
  summary: "record what is loud: a clip of each sound, with what was before it",
  operand: { name: "FOLDER", help: "where to; this folder if left out", required: false },
  options: {
    above: {
      kind: "number",
      value: "DBFS",
      least: -200,
      most: 0,
      help: "how loud; -35 if left out (meter tells how loud it is)",
    },
    before: {
      kind: "number",
      value: "SECONDS",
      least: 0,
      most: 600,
      help: "how much before the sound; 1 if left out",
    },
    after: {
      kind: "number",
      value: "SECONDS",
      least: 0,
      most: 600,
      help: "how much after it; 1 if left out",
    },
    hold: {
      kind: "number",
      value: "SECONDS",
      least: 0,
      most: 600,
      help: "for how long it must be quiet until it is over; 0.25 if left out",
    },
    "at-most": {
      kind: "number",
      value: "SECONDS",
      least: 1,
      most: 3600,
      help: "how long a clip may be until the next begins; 60 if left out",
    },
    "high-pass": {
      kind: "number",
      value: "HERTZ",
      least: 1,
      most: 20_000,
      help: "listen only to what is higher: 100 keeps wind and traffic out",
    },
    "low-pass": {
      kind: "number",
      value: "HERTZ",
      least: 1,
      most: 20_000,
      help: "listen only to what is lower",
    },
    for: { kind: "number", value: "SECONDS", least: 0.1, most: 1e9, help: "end after so long" },
    ...RESULT_OPTIONS,
    ...SOURCE_OPTIONS,
  },
  examples: ["watch --above=-30 --before=2 barks", "watch --high-pass=2000 --json birds"],
  run,
};
