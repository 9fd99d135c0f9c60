/**
 * Loads the packed library on Windows: from a file in the user's temporary directory, since Windows
 * loads nothing from memory.
 *
 * @module
 */

import { MicRingError } from "./errors.ts";
import { type CheckedLibrary, type LibraryLoader, reasonOf, wideText } from "./library_loader.ts";
import { openSeldom } from "./_seldom.ts";

/* A HANDLE goes as a number of its size: the invalid one is -1. */
const KERNEL32 = {
  // DWORD GetTempPathW(DWORD nBufferLength, LPWSTR lpBuffer)
  GetTempPathW: { parameters: ["u32", "buffer"], result: "u32" },
  // HMODULE GetModuleHandleW(LPCWSTR lpModuleName)
  GetModuleHandleW: { parameters: ["buffer"], result: "pointer" },
  // HMODULE LoadLibraryW(LPCWSTR lpLibFileName)
  LoadLibraryW: { parameters: ["buffer"], result: "pointer" },
  // BOOL CreateDirectoryW(LPCWSTR lpPathName, LPSECURITY_ATTRIBUTES lpSecurityAttributes)
  CreateDirectoryW: { parameters: ["buffer", "pointer"], result: "i32" },
  // HANDLE CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
  //   LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition,
  //   DWORD dwFlagsAndAttributes, HANDLE hTemplateFile)
  CreateFileW: {
    parameters: ["buffer", "u32", "u32", "pointer", "u32", "u32", "isize"],
    result: "isize",
  },
  // BOOL WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
  //   LPDWORD lpNumberOfBytesWritten, LPOVERLAPPED lpOverlapped)
  WriteFile: { parameters: ["isize", "buffer", "u32", "buffer", "pointer"], result: "i32" },
  // BOOL ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead,
  //   LPDWORD lpNumberOfBytesRead, LPOVERLAPPED lpOverlapped)
  ReadFile: { parameters: ["isize", "buffer", "u32", "buffer", "pointer"], result: "i32" },
  // BOOL CloseHandle(HANDLE hObject)
  CloseHandle: { parameters: ["isize"], result: "i32" },
  // BOOL MoveFileExW(LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName, DWORD dwFlags)
  MoveFileExW: { parameters: ["buffer", "buffer", "u32"], result: "i32" },
  // BOOL DeleteFileW(LPCWSTR lpFileName)
  DeleteFileW: { parameters: ["buffer"], result: "i32" },
} as const;

const GENERIC_READ = 0x8000_0000;
const GENERIC_WRITE = 0x4000_0000;
const FILE_SHARE_READ = 1;
const CREATE_NEW = 1;
const OPEN_EXISTING = 3;
const FILE_ATTRIBUTE_NORMAL = 0x80;
const INVALID_HANDLE_VALUE = -1n;
const MOVEFILE_REPLACE_EXISTING = 1;
/** MAX_PATH and the NUL. */
const TEMP_PATH_LENGTH = 261;

/** How many directories of its own a process tries. */
const OWN_DIRECTORIES = 3;

/** What is called of the system. */
export interface WindowsSystem {
  readonly kernel32: Deno.DynamicLibrary<typeof KERNEL32>["symbols"];
  /** Loads a library; what it gives lets go of it. */
  readonly dlopen: (path: string) => { close(): void };
  /** A part of a name that nobody else has. */
  readonly random: () => string;
  /** This process's number. */
  readonly pid: number;
  readonly close: () => void;
}

function openSystem(): WindowsSystem {
  const kernel32 = openSeldom("kernel32.dll", KERNEL32);
  return {
    kernel32: kernel32.symbols,
    dlopen: (path) => Deno.dlopen(path, {}),
    random: () => crypto.randomUUID(),
    pid: Deno.pid,
    close: () => kernel32.close(),
  };
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

class Loading {
  readonly #system: WindowsSystem;
  readonly #library: CheckedLibrary;

  constructor(system: WindowsSystem, library: CheckedLibrary) {
    this.#system = system;
    this.#library = library;
  }

  /** The user's own directory for such files; it ends with a backslash. */
  tempDirectory(): string {
    const units = new Uint16Array(TEMP_PATH_LENGTH);
    const length = this.#system.kernel32.GetTempPathW(units.length, new Uint8Array(units.buffer));
    if (length === 0 || length >= units.length) throw new Error("there is no temporary directory");
    return String.fromCharCode(...units.subarray(0, length));
  }

  /** Whether a file holds the library and is loaded: nobody can write to it in between. */
  loadFrom(path: string): boolean {
    const { kernel32 } = this.#system;
    const file = kernel32.CreateFileW(
      wideText(path),
      GENERIC_READ,
      FILE_SHARE_READ,
      null,
      OPEN_EXISTING,
      FILE_ATTRIBUTE_NORMAL,
      0n,
    );
    if (file === INVALID_HANDLE_VALUE) return false;
    try {
      if (!this.#holdsLibrary(file)) return false;
      const opened = this.#system.dlopen(path);
      // This keeps it in memory when Deno lets it go.
      kernel32.LoadLibraryW(wideText(path));
      opened.close();
      return true;
    } finally {
      kernel32.CloseHandle(file);
    }
  }

  #holdsLibrary(file: bigint): boolean {
    const { bytes } = this.#library;
    // One more than there should be, to see a longer file.
    const found = new Uint8Array(bytes.length + 1);
    const count = new Uint32Array(1);
    let length = 0;
    for (;;) {
      const rest = found.subarray(length);
      const { ReadFile } = this.#system.kernel32;
      if (ReadFile(file, rest, rest.length, new Uint8Array(count.buffer), null) === 0) return false;
      if (count[0] === 0) return equal(found.subarray(0, length), bytes);
      length += count[0];
    }
  }

  /** Writes the library to a file; all of it or none. */
  write(directory: string, path: string): void {
    const { kernel32, random } = this.#system;
    const scratch = `${directory}micring-${random()}.tmp`;
    try {
      this.#create(scratch);
      // One that is in use stays: whoever reads it sees whether it is the same.
      kernel32.MoveFileExW(wideText(scratch), wideText(path), MOVEFILE_REPLACE_EXISTING);
    } finally {
      kernel32.DeleteFileW(wideText(scratch));
    }
  }

  #create(path: string): void {
    const { kernel32 } = this.#system;
    const file = kernel32.CreateFileW(
      wideText(path),
      GENERIC_WRITE,
      0,
      null,
      CREATE_NEW,
      FILE_ATTRIBUTE_NORMAL,
      0n,
    );
    if (file === INVALID_HANDLE_VALUE) throw new Error(`${path} cannot be created`);
    try {
      const { bytes } = this.#library;
      const count = new Uint32Array(1);
      const { WriteFile } = kernel32;
      for (let written = 0; written < bytes.length; written += count[0]) {
        const rest = bytes.subarray(written);
        const ok = WriteFile(file, rest, rest.length, new Uint8Array(count.buffer), null) !== 0;
        if (!ok || count[0] === 0) throw new Error(`${path} cannot be written`);
      }
    } finally {
      kernel32.CloseHandle(file);
    }
  }

  /** Whether it could be loaded from a directory, as it was there or as it now is. */
  #loadIn(directory: string): boolean {
    const path = directory + this.#library.fileName;
    if (this.loadFrom(path)) return true;
    this.write(directory, path);
    return this.loadFrom(path);
  }

  run(): void {
    const temp = this.tempDirectory();
    if (this.#loadIn(temp)) return;
    // Something else has the name, and is in use. The next places are the same for all Workers.
    const { kernel32, pid } = this.#system;
    for (let number = 1; number <= OWN_DIRECTORIES; number++) {
      const own = `${temp}micring-${pid}-${number}`;
      // Another Worker may have made it.
      kernel32.CreateDirectoryW(wideText(own), null);
      if (this.#loadIn(`${own}\\`)) return;
    }
    throw new Error(`what is written to ${temp} is changed at once`);
  }
}

/**
 * The loader of Windows, which gives everyone who loads from a path the copy that it has of there, and
 * finds that by its name alone.
 */
export function windowsLoader(system: WindowsSystem = openSystem()): LibraryLoader {
  return {
    find(fileName) {
      return system.kernel32.GetModuleHandleW(wideText(fileName)) === null ? undefined : fileName;
    },
    load(library) {
      try {
        new Loading(system, library).run();
      } catch (cause) {
        throw new MicRingError(
          "library-missing",
          `Cannot load the packed native library from a file: ${reasonOf(cause)}. Make room in ` +
            "the directory %TEMP%, or name a file with the option libraryPath",
          { cause },
        );
      }
      return library.fileName;
    },
    [Symbol.dispose]: () => system.close(),
  };
}
