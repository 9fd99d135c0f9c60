/**
 * Loads the packed library on macOS: from a file in the user's own temporary directory, since macOS
 * loads nothing from memory.
 *
 * @module
 */

import { MicRingError } from "./errors.ts";
import { type CheckedLibrary, cText, type LibraryLoader, reasonOf } from "./library_loader.ts";
import { openSeldom } from "./_seldom.ts";

/* None of them takes a variable number of arguments: on arm64 those go another way. */
const SYSTEM = {
  // size_t confstr(int name, char *buf, size_t len)
  confstr: { parameters: ["i32", "buffer", "usize"], result: "usize" },
  // int mkstemp(char *template)
  mkstemp: { parameters: ["buffer"], result: "i32" },
  // ssize_t write(int fildes, const void *buf, size_t nbyte)
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // int close(int fildes)
  close: { parameters: ["i32"], result: "i32" },
  // int rename(const char *old, const char *new)
  rename: { parameters: ["buffer", "buffer"], result: "i32" },
  // int unlink(const char *path)
  unlink: { parameters: ["buffer"], result: "i32" },
  // void *dlopen(const char *path, int mode)
  dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
} as const;

/** _CS_DARWIN_USER_TEMP_DIR: a directory that only this user can look into. */
const USER_TEMP_DIR = 65537;
const PATH_LENGTH = 1024;
const RTLD_LAZY = 1;
const RTLD_NOLOAD = 0x10;

/** What is called of the system. */
export interface MacSystem {
  readonly libc: Deno.DynamicLibrary<typeof SYSTEM>["symbols"];
  /** Loads a library; what it gives lets go of it. */
  readonly dlopen: (path: string) => { close(): void };
  readonly close: () => void;
}

function openSystem(): MacSystem {
  const libc = openSeldom("/usr/lib/libSystem.B.dylib", SYSTEM);
  return {
    libc: libc.symbols,
    dlopen: (path) => Deno.dlopen(path, {}),
    close: () => libc.close(),
  };
}

/** The user's directory; it ends with a slash. */
function tempDirectory({ libc }: MacSystem): string {
  const buffer = new Uint8Array(PATH_LENGTH);
  const length = Number(libc.confstr(USER_TEMP_DIR, buffer, BigInt(buffer.length)));
  // The NUL is counted.
  if (length < 2 || length > buffer.length) throw new Error("there is no temporary directory");
  const path = new TextDecoder().decode(buffer.subarray(0, length - 1));
  return path.endsWith("/") ? path : `${path}/`;
}

function writeAll({ libc }: MacSystem, descriptor: number, bytes: Uint8Array<ArrayBuffer>): void {
  for (let written = 0; written < bytes.length;) {
    const rest = bytes.subarray(written);
    const count = Number(libc.write(descriptor, rest, BigInt(rest.length)));
    if (count <= 0) throw new Error(`${written} of ${bytes.length} bytes could be written`);
    written += count;
  }
}

/** Writes a new file and gives it the name, so that what was there is neither trusted nor changed. */
function writeFile(
  system: MacSystem,
  directory: string,
  path: string,
  bytes: CheckedLibrary["bytes"],
) {
  const { libc } = system;
  const scratch = cText(`${directory}micring-XXXXXX`);
  const descriptor = libc.mkstemp(scratch);
  if (descriptor === -1) throw new Error(`no file can be created in ${directory}`);
  try {
    writeAll(system, descriptor, bytes);
  } catch (error) {
    libc.unlink(scratch);
    throw error;
  } finally {
    libc.close(descriptor);
  }
  if (libc.rename(scratch, cText(path)) === 0) return;
  libc.unlink(scratch);
  throw new Error(`${path} cannot be replaced`);
}

/** The loader of macOS, which gives everyone who asks by a path the library it has of that path. */
export function macLoader(system: MacSystem = openSystem()): LibraryLoader {
  return {
    find(fileName) {
      try {
        const path = tempDirectory(system) + fileName;
        const handle = system.libc.dlopen(cText(path), RTLD_LAZY | RTLD_NOLOAD);
        return handle === null ? undefined : path;
      } catch {
        // Loading says what is wrong.
        return undefined;
      }
    },
    load({ fileName, bytes }) {
      try {
        const directory = tempDirectory(system);
        const path = directory + fileName;
        writeFile(system, directory, path, bytes);
        const opened = system.dlopen(path);
        // This keeps it in memory when Deno lets it go.
        system.libc.dlopen(cText(path), RTLD_LAZY);
        opened.close();
        return path;
      } catch (cause) {
        throw new MicRingError(
          "library-missing",
          `Cannot load the packed native library from a file: ${reasonOf(cause)}. Make room in ` +
            "your temporary directory ($TMPDIR), or name a file with the option libraryPath",
          { cause },
        );
      }
    },
    [Symbol.dispose]: () => system.close(),
  };
}
