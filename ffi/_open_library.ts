/**
 * Opens the native library where it was found, and checks that it is one.
 *
 * @module
 */

import { ABI_VERSION } from "./abi.ts";
import { MicRingError } from "./errors.ts";
import { reasonOf } from "./library_loader.ts";
import { seldomCall } from "./_seldom.ts";
import { symbols } from "./_symbols.ts";

/** The library's functions. */
export type Library = Deno.DynamicLibrary<typeof symbols>["symbols"];

type FunctionName = keyof typeof symbols;

const NAMES = Object.keys(symbols) as FunctionName[];

/** What is called for every block, snapshot or peek: worth the code that calls it at once. */
const OFTEN = [
  "micring_push",
  "micring_written",
  "micring_oldest",
  "micring_snapshot",
  "micring_snapshot_at",
  "micring_holds",
  "micring_gap_changes",
] as const satisfies FunctionName[];

/* Missing ones are looked for afterwards: Deno itself would leave the library open. */
const WANTED = {
  ...Object.fromEntries(NAMES.map((name) => [name, { type: "pointer", optional: true } as const])),
  ...Object.fromEntries(OFTEN.map((name) => [name, { ...symbols[name], optional: true }])),
};

/** Where the native library is. */
export interface LibraryPlace {
  /** What `Deno.dlopen` takes. */
  readonly path: string;
  /** The same, if the user said so. */
  readonly chosen?: string;
  /** What to do when it turns out to be the wrong one. */
  readonly advice: string;
}

const PROBE = { micring_abi_version: symbols.micring_abi_version };

function requireAbi(version: number, { path, advice }: LibraryPlace): void {
  if (version === ABI_VERSION) return;
  throw new MicRingError(
    "library-mismatch",
    `Cannot use the native library ${path}: it speaks ABI ${version}, this module ABI ` +
      `${ABI_VERSION}. ${advice}`,
  );
}

/** Why it could not be opened: one of another ABI may lack a function. */
function explainRefusal(place: LibraryPlace, error: unknown): never {
  let probe: Deno.DynamicLibrary<typeof PROBE> | undefined;
  try {
    probe = Deno.dlopen(place.path, PROBE);
    requireAbi(probe.symbols.micring_abi_version(), place);
  } catch (cause) {
    if (cause instanceof MicRingError) throw cause;
    error = cause;
  } finally {
    probe?.close();
  }
  throw new MicRingError(
    "library-missing",
    `Cannot load the native library ${place.path}: ${reasonOf(error)}. ${place.advice}`,
    { cause: error },
  );
}

/** What it has, by name: functions, and where functions are. */
function open(path: string): Deno.DynamicLibrary<typeof WANTED> {
  const opened = Deno.dlopen(path, WANTED);
  const missing = NAMES.find((name) => opened.symbols[name] === null);
  if (missing === undefined) return opened;
  opened.close();
  throw new Error(`it has no function ${missing}`);
}

/** The native library, until it is closed. */
export class OpenedLibrary {
  readonly symbols: Library;
  readonly #opened: { close(): void };

  /** Opens it, or says what it is instead. */
  constructor(place: LibraryPlace) {
    const opened = this.#open(place);
    this.#opened = opened;
    const entries = Object.entries(opened.symbols).map(([name, value]) => {
      if (typeof value === "function") return [name, value];
      return [name, seldomCall(value as Deno.PointerObject, symbols[name as FunctionName])];
    });
    this.symbols = Object.fromEntries(entries);
    try {
      requireAbi(this.symbols.micring_abi_version(), place);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #open(place: LibraryPlace) {
    try {
      return open(place.path);
    } catch (error) {
      return explainRefusal(place, error);
    }
  }

  close(): void {
    this.#opened.close();
  }
}
