/**
 * The checks at the door. Each takes the action that is refused ("open", "snapshot"), so that the
 * message can begin with it.
 *
 * @module
 */

/** A value as it should stand in a message: short, and never an error of its own. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null) {
    return `an object of type ${value.constructor?.name ?? "null"}`;
  }
  if (typeof value === "function") return "a function";
  return String(value);
}

/** Refuses what is no plain set of options, and names it does not know: a typing error, mostly. */
export function checkOptions(action: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`Cannot ${action}: the options are ${show(value)}, not an object`);
  }
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    throw new TypeError(
      `Cannot ${action}: there is no option ${show(name)}; there are ${known.join(", ")}`,
    );
  }
}

/** The bounds of a number, both included. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
}

/** Refuses what is no number, or one outside its bounds. */
export function checkNumber(
  action: string,
  name: string,
  value: unknown,
  bounds: Bounds,
): asserts value is number {
  if (typeof value !== "number") {
    throw new TypeError(`Cannot ${action}: ${name} is ${show(value)}, not a number`);
  }
  const { least, most, whole = false } = bounds;
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return;
  const kind = whole ? "a whole number" : "a number";
  throw new RangeError(
    `Cannot ${action}: ${name} is ${value}, and must be ${kind} from ${least} to ${most}`,
  );
}

/** Refuses a length of time that is not a positive, finite number of seconds. */
export function checkSeconds(
  action: string,
  name: string,
  value: unknown,
): asserts value is number {
  if (typeof value !== "number") {
    throw new TypeError(`Cannot ${action}: ${name} is ${show(value)}, not a number of seconds`);
  }
  if (value > 0 && Number.isFinite(value)) return;
  throw new RangeError(
    `Cannot ${action}: ${name} is ${value}, and must be more than 0 and finite`,
  );
}

/** Refuses what is none of the given words. */
export function checkWord<W extends string>(
  action: string,
  name: string,
  value: unknown,
  words: readonly W[],
): asserts value is W {
  if (words.includes(value as W)) return;
  const list = words.map(show).join(", ");
  throw new TypeError(`Cannot ${action}: ${name} is ${show(value)}, and must be one of ${list}`);
}

/** Refuses what is no text, or text that a C string cannot hold. */
export function checkText(action: string, name: string, value: unknown): asserts value is string {
  if (typeof value !== "string") {
    throw new TypeError(`Cannot ${action}: ${name} is ${show(value)}, not a string`);
  }
  if (value === "" || value.includes("\0")) {
    const state = value === "" ? "empty" : "text with a NUL character in it";
    throw new TypeError(`Cannot ${action}: ${name} is ${state}`);
  }
}

/** Refuses what is neither true nor false. */
export function checkBoolean(
  action: string,
  name: string,
  value: unknown,
): asserts value is boolean {
  if (typeof value === "boolean") return;
  throw new TypeError(`Cannot ${action}: ${name} is ${show(value)}, and must be true or false`);
}

/** Refuses what is no signal; throws the reason of one that is aborted already. */
export function checkSignal(
  action: string,
  signal: unknown,
): asserts signal is AbortSignal | undefined {
  if (signal === undefined) return;
  if (!(signal instanceof AbortSignal)) {
    throw new TypeError(`Cannot ${action}: signal is ${show(signal)}, not an AbortSignal`);
  }
  signal.throwIfAborted();
}

/** Refuses what is no function. */
export function checkFunction(action: string, name: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new TypeError(`Cannot ${action}: ${name} is ${show(value)}, not a function`);
}
