import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ABI_VERSION } from "../ffi/abi.ts";
import type { PackedLibrary } from "../ffi/packed_library.ts";
import { symbols } from "../ffi/_symbols.ts";
import { libraryUrl } from "../native/build.ts";
import {
  checkout,
  copySources,
  pack,
  type PackTarget,
  readPacked,
  run,
  targetsHere,
  toPath,
} from "./_packed.ts";
import { scratchFolder } from "./_compile.ts";
import { gunzipSync } from "node:zlib";

const HOST = Deno.build.target;
const functions = Object.keys(symbols).toSorted();

/** C files that make a library what it must not be, and what packing says of it. */
const CRIMES = {
  "needs a newer glibc than Deno": {
    code: `#include <unistd.h>
static volatile int thread;
__attribute__((constructor)) static void crime(void) { thread = gettid(); }
`,
    words: "it needs gettid GLIBC_2.30, GLIBC_2.30, newer than GLIBC_2.27: see glibc_floor.h",
  },
  "exports what the interface has not": {
    code: `__attribute__((visibility("default"))) int crime(void) { return 1; }
`,
    words: "it exports crime, which micring.h does not declare",
  },
};

/** The library out of its module, by another decoder than the module's own. */
function bytesOf(packed: PackedLibrary): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.fromBase64(packed.base64);
  return packed.encoding === "gzip" ? new Uint8Array(gunzipSync(bytes)) : bytes;
}

/** Lines of a tool's output that a pattern finds something in: what it found. */
async function linesOf(tool: string, args: string[], pattern: RegExp): Promise<string[]> {
  const { code, words } = await run(tool, args, { LC_ALL: "C" });
  assertEquals(code, 0, words);
  return words.split("\n").flatMap((line) => line.match(pattern)?.[1] ?? []);
}

function includesBytes(bytes: Uint8Array, text: string): boolean {
  return new TextDecoder("latin1").decode(bytes).includes(text);
}

async function testElf(path: string, { prefix }: PackTarget, packed: PackedLibrary): Promise<void> {
  const defined = await linesOf(`${prefix}nm`, ["-D", "--defined-only", path], / (\w+)$/);
  assertEquals(defined.toSorted(), functions);
  const dynamic = ["-dW", path];
  const soname = await linesOf(`${prefix}readelf`, dynamic, /\(SONAME\).*\[(.*)\]/);
  assertEquals(soname, [packed.fileName]);
  assert(/^libmicring-[0-9a-f]{16}\.so$/.test(packed.fileName), packed.fileName);
  const flags = await linesOf(`${prefix}readelf`, dynamic, /\(FLAGS_1\).*(NODELETE)/);
  assertEquals(flags, ["NODELETE"]);
  // Old glibc has threads and dlopen in libraries of their own.
  const needed = await linesOf(`${prefix}readelf`, dynamic, /\(NEEDED\).*\[(lib.*)\]/);
  assertEquals(needed.toSorted(), ["libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0"]);
  const forms = await linesOf(`${prefix}readelf`, ["-VW", path], /Name: (\S+)/);
  assert(forms.length > 0);
  for (const form of forms) {
    const [, minor] = form.match(/^GLIBC_2\.(\d+)(?:\.\d+)?$/) ?? [];
    assert(Number(minor) <= 27, form);
  }
  const local = await linesOf(`${prefix}readelf`, ["-SW", path], /(\.symtab|\.debug)/);
  assertEquals(local, []);
}

async function testPe(path: string, { prefix }: PackTarget, packed: PackedLibrary): Promise<void> {
  const { words } = await run(`${prefix}objdump`, ["-p", path]);
  const [, table] = words.split("[Ordinal/Name Pointer] Table");
  const exported = [...table.split("\n\n")[0].matchAll(/\] (?:.*\s)?(\w+)$/gm)];
  assertEquals(exported.map(([, name]) => name).toSorted(), functions);
  const imported = [...words.matchAll(/DLL Name: (.*)/g)].map(([, name]) => name);
  assertEquals(imported, ["KERNEL32.dll", "msvcrt.dll", "ntdll.dll"]);
  assert(/^micring-[0-9a-f]{16}\.dll$/.test(packed.fileName), packed.fileName);
  const bytes = bytesOf(packed);
  const view = new DataView(bytes.buffer);
  const header = view.getUint32(0x3c, true);
  assertEquals(view.getUint32(header, true), 0x4550);
  // When it was linked, and how many symbols it still has.
  assertEquals(view.getUint32(header + 8, true), 0);
  assertEquals(view.getUint32(header + 16, true), 0);
}

async function testModule(folder: URL, target: PackTarget): Promise<void> {
  const packed = await readPacked(folder, target.name);
  const bytes = bytesOf(packed);
  assertEquals(
    new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex(),
    packed.sha256,
  );
  assertEquals(bytes.length, packed.size);
  assertEquals(packed.target, target.name);
  assertEquals(packed.abiVersion, ABI_VERSION);
  const limit = packed.encoding === "gzip" ? 320_000 : 450_000;
  assert(packed.base64.length < limit, `${packed.base64.length} bytes are too many`);
  assertEquals(includesBytes(bytes, toPath(checkout).slice(0, -1)), false);
  assertEquals(includesBytes(bytes, toPath(folder).slice(0, -1)), false);
  const library = new URL(packed.fileName, folder);
  await Deno.writeFile(library, bytes);
  if (target.name.includes("-windows")) await testPe(toPath(library), target, packed);
  else if (target.name.includes("-linux")) await testElf(toPath(library), target, packed);
}

Deno.test("packing", async (t) => {
  if (Deno.build.os !== "linux") return console.log("skipped: it takes the tools of Linux");
  await using scratch = await scratchFolder();
  const targets = await targetsHere();
  const names = targets.map(({ name }) => name);
  const first = new URL("first/", scratch.url);

  await t.step("a line for each target says what was packed, or what is missing", async () => {
    const { code, words } = await pack(checkout, first, names);
    assertEquals(code, 0, words);
    for (const { name } of targets) assertStringIncludes(words, `${name}: `);
    const { size, fileName } = await readPacked(first, HOST);
    const line = `${HOST}: ${fileName}, ${(size / 1000).toFixed(1)} KB, `;
    assertStringIncludes(words, line);
    assertStringIncludes(words, "aarch64-apple-darwin: not packed. Cannot build: no C compiler");
  });

  for (const target of targets) {
    await t.step(`${target.name}: what it says of itself is true`, () => testModule(first, target));
  }

  await t.step(
    "this machine's is the checkout's build, and says the versions it is of",
    async () => {
      const packed = await readPacked(first, HOST);
      assertEquals(bytesOf(packed), await Deno.readFile(libraryUrl));
      const library = Deno.dlopen(new URL(packed.fileName, first), symbols);
      try {
        assertEquals(library.symbols.micring_abi_version(), packed.abiVersion);
        const version = library.symbols.micring_miniaudio_version();
        const words = version === null ? "" : Deno.UnsafePointerView.getCString(version);
        assertEquals(words, packed.miniaudioVersion);
      } finally {
        library.close();
      }
    },
  );

  const copy = new URL("another/and longer/path/", scratch.url);
  const second = new URL("second/", scratch.url);
  await t.step("packed again out of another folder, each is the same to the byte", async () => {
    await copySources(copy);
    const { code, words } = await pack(copy, second, names);
    assertEquals(code, 0, words);
    assertStringIncludes(words, "Compiling ring.c");
    for (const { name } of targets) {
      const [one, other] = await Promise.all(
        [first, second].map((folder) => Deno.readTextFile(new URL(`${name}.js`, folder))),
      );
      assertEquals(one === other, true, `${name} differs`);
    }
  });

  await t.step("a changed input changes the name, by which it is told apart", async () => {
    await Deno.writeTextFile(new URL("native/tone.c", copy), "\n/* changed */\n", { append: true });
    const third = new URL("third/", scratch.url);
    const { code, words } = await pack(copy, third, [HOST]);
    assertEquals(code, 0, words);
    for (const target of targets) {
      const before = await readPacked(second, target.name);
      const after = await readPacked(third, target.name);
      assert(after.fileName !== before.fileName, after.fileName);
      // A comment is in no library; the name is in Linux's own.
      assertEquals(after.sha256 === before.sha256, target.name.includes("-windows"));
      await testModule(third, target);
    }
  });

  for (const [crime, { code: added, words: expected }] of Object.entries(CRIMES)) {
    await t.step(`a library that ${crime} is not packed`, async () => {
      const file = new URL("native/crime.c", copy);
      await Deno.writeTextFile(file, added);
      const into = new URL("crime/", scratch.url);
      const { code, words } = await pack(copy, into, [HOST]);
      assertEquals(code, 1, words);
      assertStringIncludes(words, "Cannot pack libmicring-");
      assertStringIncludes(words, expected);
      assertEquals(await Deno.stat(into).then(() => true, () => false), false);
      await Deno.remove(file);
    });
  }

  await t.step("without its compiler a target is left out, unless it was asked for", async () => {
    const bare = { PATH: "/nowhere" };
    const into = new URL("bare/", scratch.url);
    const none = await pack(checkout, into, [], bare);
    assertEquals(none.code, 1);
    assertStringIncludes(none.words, "aarch64-unknown-linux-gnu: not packed. Cannot build: no C");
    assertStringIncludes(none.words, "Cannot pack: there is no compiler for any target here");
    const asked = await pack(checkout, into, ["x86_64-pc-windows-msvc"], bare);
    assertEquals(asked.code, 1);
    assertStringIncludes(asked.words, "apt-get install gcc-mingw-w64-x86-64-posix");
    assertEquals(asked.words.includes("Cannot pack: there is no compiler"), false);
    const unknown = await pack(checkout, into, ["sparc-sun-solaris"]);
    assertEquals(unknown.code, 1);
    assertStringIncludes(unknown.words, "Cannot pack sparc-sun-solaris: the targets are x86_64-");
  });
});
