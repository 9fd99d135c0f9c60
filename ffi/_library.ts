/**
 * The native library: found, loaded while it is used, checked, and spoken to.
 *
 * @module
 */

import { ABI_VERSION, ERROR_BYTES, STATUS } from "./abi.ts";
import { MicRingError } from "./errors.ts";
import { explain, FAILURES } from "./failures.ts";
import { symbols } from "./_symbols.ts";

/** The library's functions. */
export type Library = Deno.DynamicLibrary<typeof symbols>["symbols"];

/** What a native function gives and takes back. */
export type Handle = NonNullable<Deno.PointerValue>;

const FILE_NAMES: Partial<Record<typeof Deno.build.os, string>> = {
  windows: "micring.dll",
  darwin: "libmicring.dylib",
};

let loaded: Deno.DynamicLibrary<typeof symbols> | undefined;
let holders = 0;

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

function load(): Deno.DynamicLibrary<typeof symbols> {
  requirePermission();
  const name = FILE_NAMES[Deno.build.os] ?? "libmicring.so";
  const url = new URL(`../native/build/${Deno.build.target}/${name}`, import.meta.url);
  let library: Deno.DynamicLibrary<typeof symbols>;
  try {
    library = Deno.dlopen(url, symbols);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MicRingError(
      "library-missing",
      `Cannot load the native library: ${reason}. Build it with: deno task build`,
      { cause },
    );
  }
  const version = library.symbols.micring_abi_version();
  if (version === ABI_VERSION) return library;
  library.close();
  throw new MicRingError(
    "library-mismatch",
    `Cannot use the native library: it speaks ABI ${version}, this module ABI ${ABI_VERSION}. ` +
      "Build it again with: deno task build",
  );
}

/**
 * The library, until the returned hold is disposed: the first holder loads it, the last one lets
 * it go, so that a script that has closed everything has no resource left open.
 */
export function holdLibrary(): { readonly native: Library } & Disposable {
  loaded ??= load();
  holders++;
  let held = true;
  return {
    native: loaded.symbols,
    [Symbol.dispose]() {
      if (!held) return;
      held = false;
      if (--holders > 0) return;
      loaded?.close();
      loaded = undefined;
    },
  };
}

/** A hold on the library. */
export type LibraryHold = ReturnType<typeof holdLibrary>;

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
