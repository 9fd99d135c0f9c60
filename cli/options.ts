/**
 * The options of a command: what there is, and what was given.
 *
 * @module
 */

import { parseArgs } from "node:util";

import { didYouMean, UsageError } from "./usage_error.ts";

/** What an option takes. */
export type OptionKind =
  | { readonly kind: "flag" }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "word"; readonly words: readonly string[] }
  | {
    readonly kind: "number";
    readonly value: string;
    readonly least: number;
    readonly most: number;
    readonly whole?: boolean;
  };

/** An option, by its name without the dashes. */
export type OptionSpec = OptionKind & {
  readonly help: string;
  /** Whether it must be given. */
  readonly required?: boolean;
};

/** The options of a command by their names. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What a word on the command line stands for, that is no option. */
export interface OperandSpec {
  readonly name: string;
  readonly help: string;
  readonly required: boolean;
}

/** What was given. */
export class Given {
  readonly #values: ReadonlyMap<string, string | number | boolean>;
  /** The word that is no option, if there is one. */
  readonly operand: string | undefined;

  constructor(values: ReadonlyMap<string, string | number | boolean>, operand?: string) {
    this.#values = values;
    this.operand = operand;
  }

  /** Whether a flag was given. */
  flag(name: string): boolean {
    return this.#values.get(name) === true;
  }

  /** A number; `undefined` if it was left out. */
  number(name: string): number | undefined {
    return this.#values.get(name) as number | undefined;
  }

  /** A text; `undefined` if it was left out. */
  text(name: string): string | undefined {
    return this.#values.get(name) as string | undefined;
  }
}

function checkValue(name: string, spec: OptionSpec, text: string): string | number {
  if (spec.kind === "word") {
    if (spec.words.includes(text)) return text;
    throw new UsageError(
      `--${name} is ${text}, and must be one of ${spec.words.join(", ")}.` +
        didYouMean(text, spec.words),
    );
  }
  if (spec.kind !== "number") {
    if (text !== "") return text;
    throw new UsageError(`--${name} is empty.`);
  }
  const value = text.trim() === "" ? NaN : Number(text);
  const { least, most, whole } = spec;
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? "a whole number" : "a number";
  throw new UsageError(`--${name} is ${text}, and must be ${kind} from ${least} to ${most}.`);
}

/**
 * Reads a command's arguments.
 *
 * @throws {UsageError} For what is not among its options, or not as they take it.
 */
export function readOptions(
  args: string[],
  specs: OptionSpecs,
  operand: OperandSpec | undefined,
): Given {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { kind }]) =>
      [name, { type: kind === "flag" ? "boolean" : "string" }] as const
    ),
  );
  const { tokens } = parseArgs({
    args,
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<string, string | number | boolean>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    if (!Object.hasOwn(specs, name) || !rawName.startsWith("--")) {
      const names = Object.keys(specs).map((other) => `--${other}`);
      throw new UsageError(`There is no option ${rawName} here.${didYouMean(rawName, names)}`);
    }
    const spec = specs[name];
    if (spec.kind === "flag") {
      if (value !== undefined) throw new UsageError(`--${name} takes no value.`);
      values.set(name, true);
    } else if (value === undefined || !inlineValue && value.startsWith("--")) {
      throw new UsageError(`--${name} takes a value: --${name}=${valueName(spec)}.`);
    } else values.set(name, checkValue(name, spec, value));
  }
  checkOperands(operands, operand);
  const missing = Object.keys(specs).find((name) => specs[name].required && !values.has(name));
  if (missing !== undefined) {
    throw new UsageError(`--${missing}=${valueName(specs[missing])} is missing.`);
  }
  return new Given(values, operands[0]);
}

function checkOperands(operands: readonly string[], operand: OperandSpec | undefined): void {
  const most = operand === undefined ? 0 : 1;
  if (operands.length > most) {
    throw new UsageError(`${operands[most]} is one word too many.`);
  }
  if (operand?.required && operands.length === 0) {
    throw new UsageError(`${operand.name} is missing: ${operand.help}.`);
  }
}

/** What stands for an option's value in a help text; nothing for a flag. */
export function valueName(spec: OptionSpec): string {
  if (spec.kind === "flag") return "";
  return spec.kind === "word" ? "WORD" : spec.value;
}
