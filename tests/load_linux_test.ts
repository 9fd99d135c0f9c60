import { assert, assertEquals, assertThrows } from "@std/assert";
import { linuxLoader, STORES, uniquePath } from "../ffi/_load_linux.ts";
import type { CheckedLibrary } from "../ffi/library_loader.ts";
import { OpenedLibrary } from "../ffi/_find_library.ts";
import { MicRingError } from "../mod.ts";
import { compile, link, PLAIN } from "./_compile.ts";
import { inFolder } from "./_in_folder.ts";

/** A library of one number. */
async function make(folder: string, number: number): Promise<CheckedLibrary> {
  const fileName = `libmicring-${crypto.randomUUID()}.so`;
  const at = (ending: string) => new URL(`file://${folder}/${fileName}${ending}`);
  await Deno.writeTextFile(at(".c"), `unsigned number(void) { return ${number}; }\n`);
  await compile({ source: at(".c"), flags: ["-fPIC"] }, PLAIN, at(".o"));
  const flags = ["-shared", "-Wl,-z,nodelete", `-Wl,-soname,${fileName}`];
  await link([at(".o")], PLAIN, at(""), flags);
  const bytes = await Deno.readFile(at(""));
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  return { fileName, bytes, sha256 };
}

function numberOf(path: string): number {
  const library = Deno.dlopen(path, { number: { parameters: [], result: "u32" } });
  try {
    return library.symbols.number();
  } finally {
    library.close();
  }
}

const descriptors = () => [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => name).sort();

/** What the process has mapped of a file of this name. */
const mapped = (name: string) =>
  Deno.readTextFileSync("/proc/self/maps").split("\n").filter((line) => line.includes(name));

/** The files that a store may have left in its folder. */
const filesOf = (name: string) =>
  name === "memory"
    ? []
    : [...Deno.readDirSync(name)].map((entry) => entry.name).filter((file) =>
      /^micring-\w{6}$/.test(file)
    ).sort();

Deno.test("memory comes first, in the old way, too, where there is no new one", () => {
  const names = STORES.map(({ name }) => name);
  assertEquals(names, ["memory", "memory", "/dev/shm", "/tmp", "/var/tmp"]);
});

for (const [index, { name }] of STORES.entries()) {
  Deno.test(`a library is loaded from store ${index}, ${name}, which keeps nothing open`, () =>
    inFolder(async (folder) => {
      const library = await make(folder, 41 + index);
      using loader = linuxLoader([STORES[index]]);
      assertEquals(loader.find(library.fileName), undefined);
      const before = descriptors();
      const files = filesOf(name);
      const path = loader.load(library);
      assertEquals(path, library.fileName);
      assertEquals(numberOf(path), 41 + index);
      assertEquals(loader.find(library.fileName), path);
      assertEquals(descriptors(), before);
      if (name === "memory") assert(mapped(`memfd:${library.fileName}`).length > 0);
      else {
        assertEquals(filesOf(name), files);
        assert(mapped(`${name}/micring-`).some((line) => line.endsWith("(deleted)")));
      }
    }));
}

Deno.test("where one store is refused, the next is tried; where all are, each is named", () =>
  inFolder(async (folder) => {
    const library = await make(folder, 7);
    const refusing = { name: "stone", create: () => -1 };
    // A descriptor that can only be read.
    const readOnly = {
      name: "glass",
      create() {
        const libc = Deno.dlopen("libc.so.6", {
          dup: { parameters: ["i32"], result: "i32" },
          pipe: { parameters: ["buffer"], result: "i32" },
          close: { parameters: ["i32"], result: "i32" },
        });
        const ends = new Int32Array(2);
        libc.symbols.pipe(new Uint8Array(ends.buffer));
        libc.symbols.close(ends[1]);
        libc.close();
        return ends[0];
      },
    };
    const before = descriptors();
    using barred = linuxLoader([refusing, readOnly]);
    const error = assertThrows(() => barred.load(library), MicRingError);
    assertEquals(error.code, "library-missing");
    assertEquals(
      error.message,
      "Cannot load the packed native library: from stone: the system refuses; from glass: 0 of " +
        `${library.bytes.length} bytes could be written. Let it be loaded from one of these, or ` +
        "name a file with the option libraryPath",
    );
    assertEquals(barred.find(library.fileName), undefined);
    using loader = linuxLoader([refusing, readOnly, STORES[0]]);
    assertEquals(numberOf(loader.load(library)), 7);
    assertEquals(descriptors(), before);
  }));

Deno.test("what the dynamic linker refuses is said in its words", () =>
  inFolder((_folder) => {
    using loader = linuxLoader();
    const library = {
      fileName: "libmicring-x.so",
      sha256: "a".repeat(64),
      bytes: new Uint8Array(99),
    };
    const error = assertThrows(() => loader.load(library), MicRingError);
    assert(error.message.includes("from memory: /proc/self/fd"), error.message);
    assert(error.message.includes("from /tmp: /proc/self/fd"), error.message);
    assert(error.message.includes("invalid ELF header"), error.message);
    return Promise.resolve();
  }));

Deno.test("a descriptor's number that is used again brings the library that is there now", () =>
  inFolder(async (folder) => {
    using loader = linuxLoader();
    const numbers = [1, 2, 3];
    const libraries = await Promise.all(numbers.map((number) => make(folder, number)));
    // Each is loaded through the same descriptor, which is closed again.
    assertEquals(libraries.map((library) => numberOf(loader.load(library))), numbers);
  }));

Deno.test("each library's path is spelt in its own way, and leads to the same descriptor", () => {
  const spell = (sha256: string) => uniquePath(5, sha256);
  const texts = ["0", "1", "f", "e"].map((digit) => spell(digit.repeat(64)));
  texts.push(spell(`1${"0".repeat(63)}`), spell(`${"0".repeat(15)}1${"0".repeat(48)}`));
  assertEquals(new Set(texts).size, texts.length);
  for (const text of texts) {
    assertEquals(new URL(text.replaceAll(/\/+/g, "/"), "file:").pathname, "/proc/self/fd/5");
  }
});

Deno.test("a library without the interface is none", () => {
  if (Deno.build.os !== "linux") return;
  const place = { path: "libm.so.6", advice: "Take another" };
  const error = assertThrows(() => new OpenedLibrary(place), MicRingError);
  assertEquals(error.code, "library-missing");
  assert(error.message.startsWith("Cannot load the native library libm.so.6: "), error.message);
  assert(error.message.includes("micring_abi_version"), error.message);
  assert(error.message.endsWith(". Take another"), error.message);
});
