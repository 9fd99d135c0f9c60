/**
 * What the program says of itself.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { type OptionSpecs, valueName } from "./options.ts";

/** How the program is called. */
export const PROGRAM = "deno run --allow-ffi --allow-write jsr:@x/micring/cli";

/** The options that every command has. */
export const COMMON_OPTIONS = {
  json: { kind: "flag", help: "results as JSON, a line each, for programs" },
  quiet: { kind: "flag", help: "only results and problems" },
  help: { kind: "flag", help: "show this" },
} as const satisfies OptionSpecs;

/** Rows of two columns. */
function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}

function optionRows(options: OptionSpecs): [string, string][] {
  return Object.entries(options).map(([name, spec]) => {
    const value = valueName(spec);
    const words = spec.kind === "word" ? ` (${spec.words.join(", ")})` : "";
    return [`--${name}${value === "" ? "" : `=${value}`}`, `${spec.help}${words}`];
  });
}

/** The help of the program. */
export function programHelp(commands: readonly Command[]): string {
  return `MicRing keeps the last seconds of the microphone.

Usage: ${PROGRAM} COMMAND [OPTIONS]

Commands:
${columns(commands.map(({ name, summary }) => [name, summary]))}

COMMAND --help tells the rest, --version which version this is. Results go to standard output, all else to standard error.
Ctrl-C ends every command, and saves what it has; a second one ends it at once.

Exit codes: 0 it did what it should, also when it was ended by Ctrl-C; 1 it failed, or some of it
did (no microphone, a full disk); 2 it was not understood.`;
}

/** The help of a command. */
export function commandHelp({ name, summary, operand, options, examples }: Command): string {
  const word = operand === undefined
    ? ""
    : operand.required
    ? ` ${operand.name}`
    : ` [${operand.name}]`;
  const about = operand === undefined ? [] : [[operand.name, operand.help] as const];
  return `${name}: ${summary}

Usage: ${PROGRAM} ${name}${word} [OPTIONS]

${columns([...about, ...optionRows(options), ...optionRows(COMMON_OPTIONS)])}

Examples:
${examples.map((example) => `  ${PROGRAM} ${example}`).join("\n")}`;
}
