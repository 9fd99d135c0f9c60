import { ClipFolder, secondsText } from "./clip_folder.ts";
import type { Command } from "./command.ts";
import { ended, EXIT, follow, type Session } from "./session.ts";
import { openRing, RESULT_OPTIONS, SOURCE_OPTIONS } from "./source_options.ts";

/** Calls a function for each line that is entered, until there are no more. */
async function eachLine(signal: AbortSignal, call: () => void): Promise<void> {
  const reader = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
  signal.addEventListener("abort", () => reader.cancel().catch(() => {}));
  for (;;) {
    const { done, value } = await reader.read();
    if (done || signal.aborted) return;
    for (const character of value) if (character === "\n") call();
  }
}

/** Whether a signal can ask for a clip on this system. SIGUSR1 would open the debugger of Deno. */
const HAS_SIGNAL = Deno.build.os !== "windows";

async function run(session: Session): Promise<number> {
  const { given, terminal, signal } = session;
  const seconds = given.number("seconds") ?? 30;
  const folder = await ClipFolder.open(session, "saved");
  await using ring = await openRing(given, seconds);
  follow(ring, { terminal });
  terminal.note(
    `Keeping the last ${secondsText(seconds)}. Enter saves them` +
      `${HAS_SIGNAL ? `, and so does kill -USR2 ${Deno.pid}` : ""}; Ctrl-C ${
        given.flag("discard") ? "ends" : "saves them and ends"
      }.`,
  );
  // One after the other, each of the moment in which it was asked for.
  let writing = Promise.resolve();
  const save = () => {
    const snapshot = ring.snapshot();
    writing = writing.then(() => folder.save(snapshot));
  };
  if (HAS_SIGNAL) Deno.addSignalListener("SIGUSR2", save);
  eachLine(signal, save).catch(() => {});
  await ended(signal, given.number("for"));
  if (HAS_SIGNAL) Deno.removeSignalListener("SIGUSR2", save);
  if (!given.flag("discard")) save();
  await writing;
  return folder.failures === 0 ? EXIT.done : EXIT.failed;
}

/** Keeps the last seconds, and saves them when it is told to. */
export const SAVE: Command = {
  name: "save",
  summary: "keep the last seconds, and save them when Enter or a signal comes",
  operand: { name: "FOLDER", help: "where to; this folder if left out", required: false },
  options: {
    seconds: {
      kind: "number",
      value: "N",
      least: 0.1,
      most: 86_400,
      help: "how much is kept; 30 if left out",
    },
    for: {
      kind: "number",
      value: "SECONDS",
      least: 0.1,
      most: 1e6,
      help: "end after so long, as by Ctrl-C",
    },
    discard: { kind: "flag", help: "end without saving once more" },
    ...RESULT_OPTIONS,
    ...SOURCE_OPTIONS,
  },
  examples: ["save --seconds=60 clips", "save --sample-rate=16000 --channels=1"],
  run,
};
