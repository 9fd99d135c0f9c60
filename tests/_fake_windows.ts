/**
 * A Windows that is made of a map from paths to bytes.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { windowsLoader, type WindowsSystem } from "../ffi/_load_windows.ts";
import { MicRingError } from "../mod.ts";

/** The directory for temporary files. */
export const TEMP = "C:\\Users\\ä\\Temp\\";
/** What is to be loaded. */
export const LIBRARY = {
  fileName: "micring-0123456789abcdef.dll",
  sha256: "0".repeat(64),
  bytes: Uint8Array.from({ length: 1000 }, (_, i) => 7 * i % 256),
};
/** Where it is, if nothing stands in the way. */
export const USUAL = TEMP + LIBRARY.fileName;

const GENERIC_READ = 0x80000000;
const GENERIC_WRITE = 0x40000000;
const FILE_SHARE_READ = 1;
const CREATE_NEW = 1;
const OPEN_EXISTING = 3;

interface Open {
  readonly path: string;
  readonly access: number;
  readonly share: number;
  at: number;
}

function textOf(source: unknown): string {
  const bytes = source as Uint8Array<ArrayBuffer>;
  const units = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  assertEquals(units.indexOf(0), units.length - 1);
  return String.fromCharCode(...units.subarray(0, -1));
}

function putNumber(target: unknown, number: number): void {
  const bytes = target as Uint8Array<ArrayBuffer>;
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, number, true);
}

/** As much of Windows as the loader sees. */
export class FakeWindows {
  readonly files = new Map<string, Uint8Array>();
  readonly open = new Map<bigint, Open>();
  /** Base names, each with the path it was loaded from first. */
  readonly modules = new Map<string, string>();
  readonly loads: string[] = [];
  readonly directories: string[] = [];
  /** Files that another process has loaded, or is writing to. */
  readonly inUse = new Set<string>();
  /** So many bytes fit into the disk. */
  room = Infinity;
  temp = TEMP;
  /** What is done before a file is moved: others are at work, too. */
  beforeMove = () => {};
  /** Bytes of a read or write; the system may take fewer than it is offered. */
  readonly #portion = 300;
  #handles = 100n;
  #names = 0;
  closed = false;

  #create(path: string, access: number, share: number, disposition: number): bigint {
    const others = [...this.open.values()].filter((file) => file.path === path);
    // Who has it open must let the others do what they want, and the other way round.
    const fits = (wanted: number, allowed: number) =>
      wanted === GENERIC_READ && allowed === FILE_SHARE_READ;
    if (others.some((file) => !fits(access, file.share) || !fits(file.access, share))) return -1n;
    if (this.files.has(path) !== (disposition === OPEN_EXISTING)) return -1n;
    if (disposition === CREATE_NEW) this.files.set(path, new Uint8Array());
    this.open.set(++this.#handles, { path, access, share, at: 0 });
    return this.#handles;
  }

  readonly system: WindowsSystem = {
    kernel32: {
      GetTempPathW: (length, buffer) => {
        const path = `${this.temp}\0`;
        if (path.length > length) return path.length;
        const bytes = buffer as Uint8Array<ArrayBuffer>;
        const units = new Uint16Array(bytes.buffer, bytes.byteOffset);
        [...path].forEach((_, i) => units[i] = path.charCodeAt(i));
        return this.temp.length;
      },
      GetModuleHandleW: (name) => {
        return this.modules.has(textOf(name)) ? Deno.UnsafePointer.create(4096n) : null;
      },
      LoadLibraryW: (name) => {
        this.loads.push(`kept ${textOf(name)}`);
        return Deno.UnsafePointer.create(4096n);
      },
      CreateDirectoryW: (path, security) => {
        assertEquals(security, null);
        this.directories.push(textOf(path));
        return 1;
      },
      CreateFileW: (path, access, share, security, disposition, flags, template) => {
        assertEquals([security, flags, template], [null, 0x80, 0n]);
        return this.#create(textOf(path), access, share, disposition);
      },
      WriteFile: (handle, buffer, length, written, overlapped) => {
        assertEquals(overlapped, null);
        const file = this.open.get(BigInt(handle))!;
        const bytes = buffer as Uint8Array<ArrayBuffer>;
        assertEquals([file.access, bytes.length], [GENERIC_WRITE, length]);
        const before = this.files.get(file.path)!;
        const count = Math.min(length, this.#portion, this.room);
        this.room -= count;
        putNumber(written, count);
        if (count === 0) return 0;
        this.files.set(file.path, Uint8Array.of(...before, ...bytes.subarray(0, count)));
        return 1;
      },
      ReadFile: (handle, buffer, length, read, overlapped) => {
        assertEquals(overlapped, null);
        const file = this.open.get(BigInt(handle))!;
        const bytes = buffer as Uint8Array<ArrayBuffer>;
        assertEquals([file.access, bytes.length], [GENERIC_READ, length]);
        const rest = this.files.get(file.path)!.subarray(file.at);
        const count = Math.min(length, this.#portion, rest.length);
        bytes.set(rest.subarray(0, count));
        file.at += count;
        putNumber(read, count);
        return 1;
      },
      CloseHandle: (handle) => Number(this.open.delete(BigInt(handle))),
      MoveFileExW: (from, to, flags) => {
        this.beforeMove();
        const [source, target] = [textOf(from), textOf(to)];
        const open = [...this.open.values()].some(({ path }) => path === source);
        assertEquals([flags, open], [1, false]);
        if (this.inUse.has(target)) return 0;
        this.files.set(target, this.files.get(source)!);
        this.files.delete(source);
        return 1;
      },
      DeleteFileW: (path) => Number(this.files.delete(textOf(path))),
    },
    dlopen: (path) => {
      // It is open, for nobody to change, and what it should be.
      const readers = [...this.open.values()].map((
        { path, access, share },
      ) => [path, access, share]);
      assertEquals(readers, [[path, GENERIC_READ, FILE_SHARE_READ]]);
      assertEquals(this.files.get(path), LIBRARY.bytes);
      const base = path.slice(path.lastIndexOf("\\") + 1);
      if (!this.modules.has(base)) this.modules.set(base, path);
      this.loads.push(`opened ${path}`);
      return { close: () => this.loads.push(`closed ${path}`) };
    },
    random: () => `random-${++this.#names}`,
    pid: 4711,
    close: () => this.closed = true,
  };

  /** Loads the library from where it is to be, and nothing else is left behind. */
  loadFrom(path: string): void {
    {
      using loader = windowsLoader(this.system);
      assertEquals(loader.find(LIBRARY.fileName), undefined);
      assertEquals(loader.load(LIBRARY), LIBRARY.fileName);
      assertEquals(loader.find(LIBRARY.fileName), LIBRARY.fileName);
    }
    assertEquals(this.loads, [`opened ${path}`, `kept ${path}`, `closed ${path}`]);
    assertEquals([this.open.size, this.closed], [0, true]);
    assertEquals([...this.files.keys()].filter((name) => name.endsWith(".tmp")), []);
  }

  /** Refuses for this reason, and leaves nothing behind. */
  refuses(reason: string): void {
    {
      using loader = windowsLoader(this.system);
      const error = assertThrows(() => loader.load(LIBRARY), MicRingError);
      assertEquals(error.code, "library-missing");
      assertEquals(
        error.message,
        `Cannot load the packed native library from a file: ${reason}. Make room in the ` +
          "directory %TEMP%, or name a file with the option libraryPath",
      );
    }
    assertEquals([this.loads, this.open.size, this.closed], [[], 0, true]);
    assertEquals([...this.files.keys()].filter((name) => name.endsWith(".tmp")), []);
  }
}
