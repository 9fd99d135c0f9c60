/**
 * The loader of macOS, on a macOS that is made of a map from paths to bytes.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { macLoader, type MacSystem } from "../ffi/_load_mac.ts";
import { MicRingError } from "../mod.ts";

const TEMP = "/var/folders/x1/ä/T/";
const LIBRARY = {
  fileName: "libmicring-0123456789abcdef.dylib",
  sha256: "0".repeat(64),
  bytes: Uint8Array.from({ length: 1000 }, (_, i) => 7 * i % 256),
};
const PATH = TEMP + LIBRARY.fileName;

function textOf(source: unknown): string {
  const bytes = source as Uint8Array<ArrayBuffer>;
  assertEquals(bytes.indexOf(0), bytes.length - 1);
  return new TextDecoder().decode(bytes.subarray(0, -1));
}

/** As much of macOS as the loader sees. */
class FakeMac {
  readonly files = new Map<string, Uint8Array>();
  readonly open = new Map<number, string>();
  readonly loaded = new Set<string>();
  readonly calls: string[] = [];
  temp = TEMP;
  /** So many bytes fit into the disk. */
  room = Infinity;
  writable = true;
  replaceable = true;
  closed = false;

  readonly system: MacSystem = {
    libc: {
      confstr: (name, buffer, length) => {
        assertEquals(name, 65537);
        const bytes = new TextEncoder().encode(`${this.temp}\0`);
        if (bytes.length <= length) (buffer as Uint8Array).set(bytes);
        return this.temp === "" ? 0n : BigInt(bytes.length);
      },
      mkstemp: (template) => {
        if (!this.writable) return -1;
        const bytes = template as Uint8Array<ArrayBuffer>;
        assertEquals(textOf(bytes), `${this.temp.replace(/\/?$/, "/")}micring-XXXXXX`);
        bytes.set(new TextEncoder().encode("a1B2c3"), bytes.length - 7);
        this.files.set(textOf(bytes), new Uint8Array());
        this.open.set(3, textOf(bytes));
        return 3;
      },
      write: (descriptor, buffer, length) => {
        const path = this.open.get(descriptor)!;
        const bytes = buffer as Uint8Array<ArrayBuffer>;
        assertEquals(BigInt(bytes.length), BigInt(length));
        const count = Math.min(bytes.length, 300, this.room);
        this.room -= count;
        if (count === 0) return -1n;
        this.files.set(path, Uint8Array.of(...this.files.get(path)!, ...bytes.subarray(0, count)));
        return BigInt(count);
      },
      close: (descriptor) => this.open.delete(descriptor) ? 0 : -1,
      rename: (from, to) => {
        assertEquals(this.open.size, 0);
        if (!this.replaceable) return -1;
        this.files.set(textOf(to), this.files.get(textOf(from))!);
        this.files.delete(textOf(from));
        return 0;
      },
      unlink: (path) => this.files.delete(textOf(path)) ? 0 : -1,
      dlopen: (path, mode) => {
        if (mode !== 0x11) this.calls.push(`kept ${textOf(path)}`);
        return this.loaded.has(textOf(path)) ? Deno.UnsafePointer.create(4096n) : null;
      },
    },
    dlopen: (path) => {
      assertEquals(this.files.get(path), LIBRARY.bytes);
      this.loaded.add(path);
      this.calls.push(`opened ${path}`);
      return { close: () => this.calls.push(`closed ${path}`) };
    },
    close: () => this.closed = true,
  };

  loads(path: string): void {
    {
      using loader = macLoader(this.system);
      assertEquals(loader.find(LIBRARY.fileName), undefined);
      assertEquals(loader.load(LIBRARY), path);
      assertEquals(loader.find(LIBRARY.fileName), path);
    }
    assertEquals(this.calls, [`opened ${path}`, `kept ${path}`, `closed ${path}`]);
    assertEquals([[...this.files.keys()], this.open.size, this.closed], [[path], 0, true]);
  }

  refuses(reason: string): void {
    {
      using loader = macLoader(this.system);
      const error = assertThrows(() => loader.load(LIBRARY), MicRingError);
      assertEquals(error.code, "library-missing");
      assertEquals(
        error.message,
        `Cannot load the packed native library from a file: ${reason}. Make room in your ` +
          "temporary directory ($TMPDIR), or name a file with the option libraryPath",
      );
    }
    assertEquals([this.calls, [...this.files], this.open.size, this.closed], [[], [], 0, true]);
  }
}

Deno.test("macOS: a library is written whole, then given its name, and loaded by that", () => {
  new FakeMac().loads(PATH);
});

Deno.test("macOS: a file that has the name already is replaced, whatever it holds", () => {
  const mac = new FakeMac();
  mac.files.set(PATH, LIBRARY.bytes.with(500, 1));
  mac.loads(PATH);
});

Deno.test("macOS: a directory's name without a slash at its end gets one", () => {
  const mac = new FakeMac();
  mac.temp = TEMP.slice(0, -1);
  mac.loads(PATH);
});

Deno.test("macOS: what stands in the way is said, and nothing is left behind", () => {
  const full = new FakeMac();
  full.room = 600;
  full.refuses("600 of 1000 bytes could be written");
  const denied = new FakeMac();
  denied.writable = false;
  denied.refuses(`no file can be created in ${TEMP}`);
  const kept = new FakeMac();
  kept.replaceable = false;
  kept.refuses(`${PATH} cannot be replaced`);
  for (const temp of ["", `/${"x".repeat(2000)}/`]) {
    const none = new FakeMac();
    none.temp = temp;
    none.refuses("there is no temporary directory");
    using loader = macLoader(none.system);
    assertEquals(loader.find(LIBRARY.fileName), undefined);
  }
});

Deno.test("macOS: what it does not load is said in its words", () => {
  const mac = new FakeMac();
  using loader = macLoader({
    ...mac.system,
    dlopen() {
      throw new Error("Could not open library: Could not open library: code signature invalid");
    },
  });
  const error = assertThrows(() => loader.load(LIBRARY), MicRingError);
  assertEquals(error.message.includes("from a file: code signature invalid. Make room"), true);
});
