/**
 * The native library, loaded while it is used, and spoken to.
 *
 * @module
 */

import { ERROR_BYTES, STATUS } from "./abi.ts";
import { explain, FAILURES, MicRingError } from "./errors.ts";
import {
  findBuilt,
  findLibrary,
  type Library,
  type LibraryPlace,
  OpenedLibrary,
} from "./_find_library.ts";

export type { Library };

/** What a native function gives and takes back. */
export type Handle = NonNullable<Deno.PointerValue>;

/** A hold on the library, until it is disposed. */
export interface LibraryHold extends Disposable {
  /** Its functions. */
  readonly native: Library;
  /** Where the library is, if the user said so. */
  readonly chosen: string | undefined;
}

/* Where it was found last: there it can be opened again at once, as it stays in memory. */
let place: LibraryPlace | undefined;
let library: OpenedLibrary | undefined;
let holders = 0;
let finding: { readonly chosen: string | undefined; readonly done: Promise<void> } | undefined;

/** Refuses to begin without the permission; asks for it where a person can answer. */
function requirePermission(): void {
  // Loading would be satisfied with a path, reading the ring's memory is not.
  if (Deno.permissions.requestSync({ name: "ffi" }).state === "granted") return;
  throw new MicRingError(
    "ffi-denied",
    "Cannot load the native library: the permission is missing. Run with --allow-ffi " +
      "(not --allow-ffi=path: a path does not cover reading the ring's memory)",
  );
}

/** One at a time: rings of one library mean nothing to another. */
function refuseOther(chosen: string | undefined, used: string): void {
  if (chosen === undefined || chosen === used) return;
  throw new MicRingError(
    "library-conflict",
    `Cannot load the native library ${chosen}: ${used} is in use. Close what was opened with it, ` +
      "or name the same libraryPath everywhere",
  );
}

function release(): void {
  if (--holders > 0) return;
  library?.close();
  library = undefined;
}

function hold(known: LibraryPlace): LibraryHold {
  const opened = library ??= new OpenedLibrary(known);
  holders++;
  let held = true;
  return {
    native: opened.symbols,
    chosen: known.chosen,
    [Symbol.dispose]() {
      if (held) release();
      held = false;
    },
  };
}

async function find(chosen: string | undefined): Promise<void> {
  try {
    ({ place, library } = await findLibrary(chosen));
  } finally {
    finding = undefined;
  }
}

/**
 * The library, until the returned hold is disposed: the first holder loads it, the last one lets
 * it go, so that a script that has closed everything has no resource left open.
 *
 * @param chosen The path that the user gave; if none, whichever library is in use, else the module's
 * own.
 */
export async function acquireLibrary(chosen?: string): Promise<LibraryHold> {
  requirePermission();
  while (library === undefined) {
    finding ??= { chosen, done: find(chosen) };
    const own = chosen === undefined || chosen === finding.chosen;
    // What stands in the way of another one is not this one's failure.
    await (own ? finding.done : finding.done.catch(() => {}));
  }
  refuseOther(chosen, place!.path);
  return hold(place!);
}

/**
 * The same at once, for what cannot wait: the library that is in use or was, or the one that was built
 * in the checkout. To unpack one takes time.
 */
export function holdLibrary(): LibraryHold {
  requirePermission();
  if (place === undefined) ({ place, library } = findBuilt() ?? {});
  if (place !== undefined) return hold(place);
  throw new MicRingError(
    "library-missing",
    "Cannot load the native library at once: nothing has loaded it before. Wait for " +
      "MicRing.open() or MicRing.devices() first",
  );
}

/** Turns a status other than OK into the error it stands for; `words` come from the system. */
export function unwrap(action: string, status: number, words = ""): void {
  if (status === STATUS.OK) return;
  const failure = FAILURES.get(status);
  if (failure) throw new MicRingError(failure.code, `Cannot ${action}: ${explain(status, words)}`);
  throw new RangeError(`Cannot ${action}: ${words || "the native library refused it"}`);
}

/** Text for a C string parameter. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

/** The text of a C string result. */
export function text(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}

/** The text of a C string that a call wrote into a buffer. */
export function textIn(buffer: Uint8Array): string {
  return new TextDecoder().decode(buffer.subarray(0, buffer.indexOf(0)));
}

/** Runs a call that opens something: gives it its two out-parameters, and unwraps them. */
export async function openHandle(
  action: string,
  call: (out: BigUint64Array<ArrayBuffer>, error: Uint8Array<ArrayBuffer>) => Promise<number>,
): Promise<Handle> {
  const out = new BigUint64Array(1);
  await withWords(action, (error) => call(out, error));
  return Deno.UnsafePointer.create(out[0]) as Handle;
}

/** Runs a call that explains its failure in words. */
export async function withWords(
  action: string,
  call: (error: Uint8Array<ArrayBuffer>) => Promise<number>,
): Promise<void> {
  const error = new Uint8Array(ERROR_BYTES);
  const status = await call(error);
  unwrap(action, status, textIn(error));
}
