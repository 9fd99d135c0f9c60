/**
 * Opens the native library where it was found, and checks that it is one.
 *
 * @module
 */

import { ABI_VERSION } from "./abi.ts";
import { MicRingError } from "./errors.ts";
import { reasonOf } from "./library_loader.ts";
import { symbols } from "./_symbols.ts";

/** The library's functions. */
export type Library = Deno.DynamicLibrary<typeof symbols>["symbols"];

/* For each function that does not wait on another thread Deno writes machine code, a few milliseconds
 * for all of them. So those come first with which the opening of a ring is begun. */
const OPENERS = {
  micring_abi_version: symbols.micring_abi_version,
  micring_thread: symbols.micring_thread,
  micring_recorder: symbols.micring_recorder,
  micring_open_microphone: symbols.micring_open_microphone,
  micring_open_tone: symbols.micring_open_tone,
  micring_open_sequence: symbols.micring_open_sequence,
  micring_open_file: symbols.micring_open_file,
  micring_open_push: symbols.micring_open_push,
};

const OTHERS = Object.fromEntries(
  Object.entries(symbols).filter(([name]) => !(name in OPENERS)),
) as Omit<typeof symbols, keyof typeof OPENERS>;

/** Those of the library's functions that open rings. */
export type Openers = Deno.DynamicLibrary<typeof OPENERS>["symbols"];

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

function dlopen<S extends Deno.ForeignLibraryInterface>(place: LibraryPlace, functions: S) {
  try {
    return Deno.dlopen(place.path, functions);
  } catch (error) {
    return explainRefusal(place, error);
  }
}

/** The native library, until it is closed. */
export class OpenedLibrary {
  readonly #place: LibraryPlace;
  readonly #first: Deno.DynamicLibrary<typeof OPENERS>;
  #rest: Deno.DynamicLibrary<typeof OTHERS> | undefined;
  #symbols: Library | undefined;

  /** Opens it, or says what it is instead. */
  constructor(place: LibraryPlace) {
    this.#place = place;
    this.#first = dlopen(place, OPENERS);
    try {
      requireAbi(this.openers.micring_abi_version(), place);
    } catch (error) {
      this.#first.close();
      throw error;
    }
  }

  /** What can be called at once. */
  get openers(): Openers {
    return this.#first.symbols;
  }

  /** All that can be called; to ask for it the first time takes some milliseconds. */
  get symbols(): Library {
    this.#rest ??= dlopen(this.#place, OTHERS);
    return this.#symbols ??= { ...this.#first.symbols, ...this.#rest.symbols };
  }

  close(): void {
    this.#first.close();
    this.#rest?.close();
  }
}
