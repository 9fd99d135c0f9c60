import { MicRingError, type RecordOptions } from "../mod.ts";
import { levelText, secondsText } from "./clip_folder.ts";
import type { Command } from "./command.ts";
import type { Given } from "./options.ts";
import { ended, EXIT, follow, type Session } from "./session.ts";
import { sentence } from "./sentence.ts";
import { openRing, RESULT_OPTIONS, resultOf, SOURCE_OPTIONS } from "./source_options.ts";
import { askToWrite, mayWrite } from "./write_access.ts";

/** So much may wait for a slow disk. */
const RING_SECONDS = 15;
const PROGRESS_MS = 500;

function optionsOf(given: Given): RecordOptions {
  const seconds = given.number("rotate-seconds");
  const bytes = given.number("rotate-bytes");
  return {
    ...resultOf(given),
    ...seconds === undefined && bytes === undefined ? {} : { rotate: { seconds, bytes } },
    // All there is: the ring was opened a moment ago.
    past: RING_SECONDS,
    exists: given.flag("replace") ? "replace" : "refuse",
  };
}

async function run(session: Session): Promise<number> {
  const { given, terminal, signal } = session;
  const path = given.operand!;
  if (!await mayWrite(path)) await askToWrite(path.replace(/[^\\/]*$/, "") || ".");
  await using ring = await openRing(given, RING_SECONDS);
  follow(ring, { terminal });
  using meter = ring.meter();
  const recording = await ring.recordTo(path, optionsOf(given));
  terminal.note(`Recording to ${recording.path}. Ctrl-C ends it.`);
  const progress = setInterval(() => {
    const { holdDbfs } = meter.read();
    const missed = recording.missedFrames === 0 ? "" : `, ${recording.missedFrames} frames missed`;
    terminal.progress(
      `${recording.path}  ${secondsText(recording.seconds)}, ${levelText(holdDbfs)} dBFS${missed}`,
    );
  }, PROGRESS_MS);
  try {
    // A source that has come to its end ends it, too, and so does a disk that is full.
    await Promise.race([recording.finished, ended(signal, given.number("for"))]);
    const { files, frames, missedFrames } = await recording.stop();
    const seconds = frames / (given.number("sample-rate") ?? ring.sampleRate);
    terminal.result(
      `${files.join("\n")}\n${secondsText(seconds)} in all` +
        `${missedFrames === 0 ? "" : `, of which ${missedFrames} frames are missing`}`,
      { event: "recorded", files, seconds, frames, missedFrames },
    );
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof MicRingError)) throw error;
    terminal.problem(
      `${sentence(error.message)} Until then it was recorded to ${recording.files.join(", ")}.`,
    );
    return EXIT.failed;
  } finally {
    clearInterval(progress);
  }
}

/** Records to files. */
export const RECORD: Command = {
  name: "record",
  summary: "record to a file, or to one after the other, until Ctrl-C",
  operand: { name: "FILE", help: "the WAV that is written", required: true },
  options: {
    for: { kind: "number", value: "SECONDS", least: 0.1, most: 1e9, help: "end after so long" },
    "rotate-seconds": {
      kind: "number",
      value: "SECONDS",
      least: 0.1,
      most: 1e9,
      help: "begin another file after so long; names then have the time in them",
    },
    "rotate-bytes": {
      kind: "number",
      value: "BYTES",
      least: 65_536,
      most: Number.MAX_SAFE_INTEGER,
      whole: true,
      help: "begin another file when one is so large",
    },
    replace: { kind: "flag", help: "replace a file of that name" },
    ...RESULT_OPTIONS,
    ...SOURCE_OPTIONS,
  },
  examples: ["record night.wav --rotate-seconds=3600", "record memo.wav --for=60 --format=s24"],
  run,
};
