/**
 * MicRing on the command line: `deno run --allow-ffi --allow-write jsr:@x/micring/cli --help`.
 *
 * Lists microphones, shows how loud it is, keeps the last seconds and saves them on demand, records
 * for as long as the disk lasts, saves what is loud or what is due, and finds out what does not work.
 *
 * @example
 * ```sh
 * deno run --allow-ffi --allow-write jsr:@x/micring/cli save --seconds=30
 * ```
 *
 * @module
 */

import type { Command } from "./command.ts";
import { DEVICES } from "./devices.ts";
import { DOCTOR } from "./doctor.ts";
import { commandHelp, COMMON_OPTIONS, programHelp } from "./help.ts";
import { METER } from "./meter.ts";
import { readOptions } from "./options.ts";
import { RECORD } from "./record.ts";
import { SAVE } from "./save.ts";
import { SCHEDULE } from "./schedule.ts";
import { EXIT } from "./session.ts";
import { onCommandLine } from "./sentence.ts";
import { Terminal } from "./terminal.ts";
import { didYouMean, UsageError } from "./usage_error.ts";
import { WATCH } from "./watch.ts";

const COMMANDS: readonly Command[] = [DEVICES, METER, SAVE, RECORD, WATCH, SCHEDULE, DOCTOR];

/** How a program is asked to end. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Is aborted by the first of these; the next one ends the program as always. */
function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, stop);
    controller.abort();
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, stop);
  return controller.signal;
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((other) => other.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((other) => other.name);
  throw new UsageError(
    `There is no command ${name}; there are ${names.join(", ")}.${didYouMean(name, names)}`,
  );
}

async function runCommand(command: Command, args: string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(commandHelp(command));
    return EXIT.done;
  }
  const given = readOptions(args, { ...command.options, ...COMMON_OPTIONS }, command.operand);
  const terminal = new Terminal(given.flag("json"), given.flag("quiet"));
  const signal = AbortSignal.any([untilInterrupted(), terminal.closed]);
  try {
    const code = await command.run({ given, terminal, signal });
    return terminal.lost ? EXIT.failed : code;
  } finally {
    terminal.end();
  }
}

/** What a failure is called in one line; the stack of what nobody has foreseen stays. */
function explain(error: unknown): { code: number; words: string } {
  if (error instanceof UsageError) {
    return { code: EXIT.usage, words: `${error.message} --help tells more.` };
  }
  const refused = error instanceof TypeError || error instanceof RangeError;
  // What the library refuses is what was asked for; another error of these types is a fault.
  if (refused && /^Cannot [^:]+: /.test(error.message)) {
    return { code: EXIT.usage, words: error.message };
  }
  if (error instanceof Deno.errors.NotCapable) {
    return { code: EXIT.failed, words: error.message };
  }
  if (error instanceof Error && "code" in error) {
    return { code: EXIT.failed, words: error.message };
  }
  throw error;
}

/**
 * Runs the program.
 *
 * @param args Its arguments.
 * @returns The exit code: 0 it did what it should, 1 it failed, 2 it was not understood.
 */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      console.log(programHelp(COMMANDS));
      return name === undefined ? EXIT.usage : EXIT.done;
    }
    if (name === "--version") {
      const { default: { version } } = await import("../deno.json", { with: { type: "json" } });
      console.log(`micring ${version}, Deno ${Deno.version.deno}`);
      return EXIT.done;
    }
    return await runCommand(findCommand(name), rest);
  } catch (error) {
    const { code, words } = explain(error);
    console.error(onCommandLine(words));
    return code;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
