import { assertEquals, assertRejects } from "@std/assert";
import { ABI_VERSION } from "../ffi/abi.ts";
import type { PackedLibrary } from "../ffi/packed_library.ts";
import { checkAllPacked } from "../native/check_packed.ts";
import { packedModule, packLibrary } from "../native/packed_module.ts";
import { PACKED_TARGETS } from "../native/targets.ts";
import { scratchFolder } from "./_compile.ts";
import { readPacked } from "./_packed.ts";

/* What is looked at before publishing; the libraries are made up, as nothing loads them. */

const LAST = PACKED_TARGETS[4];

function library(target: string): Promise<PackedLibrary> {
  const bytes = new TextEncoder().encode(`a library for ${target}`);
  const fileName = "libmicring-0123456789abcdef.so";
  const miniaudioVersion = "0.11.25";
  return packLibrary(bytes, {
    target,
    fileName,
    encoding: "gzip",
    abiVersion: ABI_VERSION,
    miniaudioVersion,
  });
}

/** All targets' modules, the last one as given; the folder is new, as modules are cached. */
async function withModules(
  last: (packed: PackedLibrary) => PackedLibrary | undefined,
  test: (folder: URL) => Promise<void>,
): Promise<void> {
  await using folder = await scratchFolder();
  for (const target of PACKED_TARGETS) {
    const packed = await library(target);
    const written = target === LAST ? last(packed) : packed;
    if (!written) continue;
    await Deno.writeTextFile(new URL(`${target}.js`, folder.url), packedModule(written));
  }
  await test(folder.url);
}

function testRefusal(
  name: string,
  words: string,
  last: (packed: PackedLibrary) => PackedLibrary | undefined,
): void {
  Deno.test(`nothing is published where ${name}`, () =>
    withModules(last, async (folder) => {
      await assertRejects(() => checkAllPacked(folder), Error, words);
    }));
}

Deno.test("five whole modules may be published, and say what went into them", () =>
  withModules((packed) => packed, async (folder) => {
    const lines = PACKED_TARGETS.map((target) =>
      `${target}: libmicring-0123456789abcdef.so, as it must be`
    );
    assertEquals(await checkAllPacked(folder), lines);
    assertEquals(await readPacked(folder, LAST), await library(LAST));
  }));

testRefusal("a target is missing", "Cannot publish: Module not found", () => undefined);

testRefusal("a module is of another ABI", `speaks ABI ${ABI_VERSION + 1}`, (packed) => ({
  ...packed,
  abiVersion: ABI_VERSION + 1,
}));

testRefusal("a module is of another miniaudio", "it has miniaudio 0.12.0", (packed) => ({
  ...packed,
  miniaudioVersion: "0.12.0",
}));

testRefusal("a module is another target's", "it is for x86_64-unknown-linux-gnu", (packed) => ({
  ...packed,
  target: PACKED_TARGETS[0],
}));

testRefusal("a module's bytes are not what was built", "its SHA-256 is ", (packed) => ({
  ...packed,
  sha256: "0".repeat(64),
}));
