/**
 * Opens the native library where it was found, and checks that it is one.
 *
 * @module
 */

import { ABI_VERSION } from "./abi.ts";
import { MicRingError } from "./errors.ts";
import { reasonOf } from "./library_loader.ts";
import { type SeldomCall, seldomCall } from "./_seldom.ts";
import { symbols } from "./_symbols.ts";

/** The library's functions. */
export type Library = Deno.DynamicLibrary<typeof symbols>["symbols"];

type FunctionName = keyof typeof symbols;

const NAMES = Object.keys(symbols) as FunctionName[];

/** How often a function is called before it is worth to have code written that calls it. */
const SELDOM = 8;
const WHEREABOUTS = Object.fromEntries(
  NAMES.map((name) => [name, { type: "pointer" }] as const),
) as Record<FunctionName, { type: "pointer" }>;

/** Where the native library is. */
export interface LibraryPlace {
  /** What `Deno.dlopen` takes. */
  readonly path: string;
  /** The same, if the user said so. */
  readonly chosen?: string;
  /** What to do when it turns out to be the wrong one. */
  readonly advice: string;
  /** Whether the path leads to the same library for as long as the process lives. */
  readonly lasting?: boolean;
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

function dlopen<S extends Deno.ForeignLibraryInterface>(place: LibraryPlace, functions: S) {
  try {
    return Deno.dlopen(place.path, functions);
  } catch (error) {
    return explainRefusal(place, error);
  }
}

/** The native library, until it is closed. */
export class OpenedLibrary {
  readonly symbols: Library;
  readonly #place: LibraryPlace;
  readonly #opened: { close(): void }[] = [];

  /** Opens it, or says what it is instead. */
  constructor(place: LibraryPlace) {
    this.#place = place;
    try {
      this.symbols = place.lasting ? this.#lazySymbols() : this.#dlopen(symbols);
      requireAbi(this.symbols.micring_abi_version(), place);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #dlopen<S extends Deno.ForeignLibraryInterface>(functions: S) {
    const opened = dlopen(this.#place, functions);
    this.#opened.push(opened);
    return opened.symbols;
  }

  /* The code of a function's call is written when it has been called a few times. A file may be another
   * one by then, which would not know the rings of the one before. */
  #lazySymbols(): Library {
    const whereabouts = this.#dlopen(WHEREABOUTS);
    const library = {};
    for (const name of NAMES) {
      let seldom: SeldomCall | undefined;
      let calls = 0;
      const call = (...args: unknown[]) => {
        if (++calls <= SELDOM) {
          return (seldom ??= seldomCall(whereabouts[name]!, symbols[name]))(...args);
        }
        const value = this.#dlopen({ [name]: symbols[name] })[name] as SeldomCall;
        Object.defineProperty(library, name, { value });
        return value(...args);
      };
      Object.defineProperty(library, name, { value: call, configurable: true });
    }
    return library as Library;
  }

  close(): void {
    for (const opened of this.#opened.splice(0)) opened.close();
  }
}
