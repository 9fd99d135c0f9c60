/**
 * Loads the packed library on Linux: from memory, so that no file is written.
 *
 * @module
 */

import { MicRingError } from "./errors.ts";
import { type CheckedLibrary, cText, type LibraryLoader, reasonOf } from "./library_loader.ts";
import { openSeldom } from "./_seldom.ts";

const DLOPEN = { parameters: ["buffer", "i32"], result: "pointer" } as const;

const LIBC = {
  // In an older glibc it is beside the C library.
  dlopen: { ...DLOPEN, optional: true },
  memfd_create: { parameters: ["buffer", "u32"], result: "i32", optional: true },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

const FILES = {
  mkstemp: { parameters: ["buffer"], result: "i32" },
  unlink: { parameters: ["buffer"], result: "i32" },
} as const;

const RTLD_LAZY = 1;
const RTLD_NOLOAD = 4;

const MFD_CLOEXEC = 1;
/** Systems that let nobody run what is in memory want this promise; older ones do not know it. */
const MFD_NOEXEC_SEAL = 8;

/** Where files can be, in the order in which they are tried where memory is refused. */
const DIRECTORIES = ["/dev/shm", "/tmp", "/var/tmp"];

type Libc = Deno.DynamicLibrary<typeof LIBC>["symbols"];

/** A place to write the library to: a descriptor, or -1 where the system refuses. */
export interface Store {
  readonly name: string;
  readonly create: (libc: Libc, fileName: string) => number;
}

function memory(flags: number): Store {
  return {
    name: "memory",
    create: (libc, fileName) => libc.memfd_create?.(cText(fileName), MFD_CLOEXEC | flags) ?? -1,
  };
}

/** A file without a name, so that nothing of it stays, whatever becomes of this process. */
function fileIn(directory: string): Store {
  return {
    name: directory,
    create() {
      const files = openSeldom("libc.so.6", FILES);
      try {
        const path = cText(`${directory}/micring-XXXXXX`);
        const descriptor = files.symbols.mkstemp(path);
        if (descriptor !== -1) files.symbols.unlink(path);
        return descriptor;
      } finally {
        files.close();
      }
    },
  };
}

/** Memory in two ways, then files. */
export const STORES = [memory(MFD_NOEXEC_SEAL), memory(0), ...DIRECTORIES.map(fileIn)];

function writeAll(libc: Libc, descriptor: number, bytes: Uint8Array<ArrayBuffer>): void {
  for (let written = 0; written < bytes.length;) {
    const rest = bytes.subarray(written);
    const count = Number(libc.write(descriptor, rest, BigInt(rest.length)));
    if (count <= 0) throw new Error(`${written} of ${bytes.length} bytes could be written`);
    written += count;
  }
}

/**
 * The path of a descriptor, in a spelling that only this library has. glibc tells libraries apart
 * by their paths, and would give for the next descriptor of this number the one that it knows.
 */
export function uniquePath(descriptor: number, sha256: string): string {
  const bits = BigInt(`0x${sha256.slice(0, 16)}`).toString(2).padStart(64, "0");
  const spelling = [...bits].map((bit) => bit === "1" ? "/." : "/").join("");
  return `/proc/self/fd${spelling}/${descriptor}`;
}

/** Loads it from a store. */
function loadFrom(store: Store, libc: Libc, library: CheckedLibrary): { close(): void } {
  const descriptor = store.create(libc, library.fileName);
  if (descriptor === -1) throw new Error("the system refuses");
  try {
    writeAll(libc, descriptor, library.bytes);
    return Deno.dlopen(uniquePath(descriptor, library.sha256), {});
  } finally {
    libc.close(descriptor);
  }
}

/** Whether it is in this process: the dynamic linker's own way to be asked. */
function isLoaded(libc: Libc, fileName: string): boolean {
  using closing = new DisposableStack();
  const dlopen = libc.dlopen ??
    closing.adopt(openSeldom("libdl.so.2", { dlopen: DLOPEN }), (libdl) => libdl.close()).symbols
      .dlopen;
  return dlopen(cText(fileName), RTLD_LAZY | RTLD_NOLOAD) !== null;
}

/** Tries one store after the other. */
function loadAnywhere(libc: Libc, library: CheckedLibrary, stores: readonly Store[]): void {
  const refusals = new Set<string>();
  for (const store of stores) {
    try {
      // It stays: it is linked so that it is never unloaded.
      return loadFrom(store, libc, library).close();
    } catch (error) {
      refusals.add(`from ${store.name}: ${reasonOf(error)}`);
    }
  }
  throw new MicRingError(
    "library-missing",
    `Cannot load the packed native library: ${
      [...refusals].join("; ")
    }. Let it be loaded from one ` +
      "of these, or name a file with the option libraryPath",
  );
}

/**
 * The loader of Linux. Two Workers may load at the same moment, and then have a copy each: so both
 * open it by its SONAME, for which glibc gives everyone the copy that was there first.
 *
 * @param stores Where the bytes may be, in the order in which it is tried.
 */
export function linuxLoader(stores: readonly Store[] = STORES): LibraryLoader {
  const libc = openSeldom("libc.so.6", LIBC);
  return {
    find: (fileName) => isLoaded(libc.symbols, fileName) ? fileName : undefined,
    load(library) {
      loadAnywhere(libc.symbols, library, stores);
      return library.fileName;
    },
    [Symbol.dispose]: () => libc.close(),
  };
}
