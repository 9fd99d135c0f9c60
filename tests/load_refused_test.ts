import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ABI_VERSION } from "../ffi/abi.ts";
import { findPacked } from "../ffi/_find_library.ts";
import { PACKED_TARGETS, type PackedEncoding, type PackedLibrary } from "../ffi/packed_library.ts";
import { MicRingError } from "../mod.ts";
import { packedModule, packLibrary } from "../native/packed_module.ts";

import * as building from "../native/targets.ts";
import { compile, link, PLAIN } from "./_compile.ts";
import { bytesOf, encode, ENCODINGS, LoadRoom, packedHere } from "./_load_room.ts";
import { inFolder } from "./_in_folder.ts";

const TAKE = `
  import { MicRing, MicRingError, sequence } from "./mod.ts";

  for (const _ of [1, 2]) {
    try {
      await using ring = await MicRing.open({ seconds: 1, source: sequence() });
      const { samples, startFrame } = ring.snapshot();
      console.log(samples.every((sample, i) => sample === startFrame + i));
    } catch (error) {
      console.log(error instanceof MicRingError ? error.code : error.name, error.message);
    }
  }
`;

/** What opening says, which is the same whenever it is tried. */
async function take(room: LoadRoom, flags = ["--allow-ffi"]): Promise<string> {
  const { out, err } = await room.run(TAKE, flags);
  assertEquals(err, "");
  const [first, second, end] = out.split("\n");
  assertEquals([second, end], [first, ""]);
  return first;
}

async function takePacked(packed: PackedLibrary): Promise<string> {
  await using room = await LoadRoom.create(packed);
  return await take(room);
}

const source = (abiVersion: number) => `
#include <stdint.h>
#include <unistd.h>
__attribute__((constructor)) static void loaded(void) { (void)!write(1, "loaded\\n", 7); }
uint32_t micring_abi_version(void) { return ${abiVersion}; }
`;

/** A library that prints when it is loaded, and speaks another ABI: its path. */
async function makeStranger(folder: string, abiVersion = ABI_VERSION + 1): Promise<string> {
  const at = (name: string) => new URL(`file://${folder}/${name}`);
  await Deno.writeTextFile(at("stranger.c"), source(abiVersion));
  await compile({ source: at("stranger.c"), flags: ["-fPIC"] }, PLAIN, at("stranger.o"));
  const name = "libmicring-0000000000000000.so";
  await link([at("stranger.o")], PLAIN, at(name), [
    "-shared",
    "-Wl,-z,nodelete",
    `-Wl,-soname,${name}`,
  ]);
  return `${folder}/${name}`;
}

async function packStranger(
  folder: string,
  abiVersion: number,
  encoding: PackedEncoding,
): Promise<PackedLibrary> {
  const path = await makeStranger(folder);
  const fileName = path.slice(path.lastIndexOf("/") + 1);
  const about = {
    target: Deno.build.target,
    fileName,
    abiVersion,
    miniaudioVersion: "0.11.25",
    encoding,
  } as const;
  return await packLibrary(await Deno.readFile(path), about);
}

for (const flags of [[], ["--allow-ffi=/usr/lib"], ["--deny-ffi"]]) {
  Deno.test(`the packed library with ${flags.join() || "no permission"} says what to type`, async () => {
    await using room = await LoadRoom.create(await packedHere());
    assertEquals(
      await take(room, flags),
      "ffi-denied Cannot load the native library: the permission is missing. Run with " +
        "--allow-ffi (not --allow-ffi=path: a path does not cover reading the ring's memory)",
    );
  });
}

const PACKED = "Cannot load the packed native library: ";
const RELOAD = ". Fetch the module again: deno run --reload";

for (const encoding of ENCODINGS) {
  Deno.test(`a packed library with one bit changed is refused (packed as ${encoding})`, async () => {
    const packed = await packedHere(encoding);
    const bytes = await bytesOf(packed);
    bytes[bytes.length >> 1] ^= 1;
    const said = await takePacked({ ...packed, base64: await encode(bytes, packed) });
    const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    assertEquals(
      said,
      `library-corrupt ${PACKED}its SHA-256 is ${sha256}, and should be ${packed.sha256}${RELOAD}`,
    );
  });

  Deno.test(`a packed library that is shorter or longer than it should be is refused (packed as ${encoding})`, async () => {
    const packed = await packedHere(encoding);
    const bytes = await bytesOf(packed);
    const { size } = packed;
    const short = { ...packed, base64: await encode(bytes.slice(0, size - 1), packed) };
    assertEquals(
      await takePacked(short),
      `library-corrupt ${PACKED}it has ${size - 1} bytes of ${size}${RELOAD}`,
    );
    const long = { ...packed, base64: await encode(new Uint8Array([...bytes, 0]), packed) };
    assertEquals(
      await takePacked(long),
      `library-corrupt ${PACKED}it has more than ${size} bytes${RELOAD}`,
    );
  });

  Deno.test(`a packed library whose text is cut off, or is none, is refused (packed as ${encoding})`, async () => {
    const packed = await packedHere(encoding);
    const half = packed.base64.slice(0, packed.base64.length >> 3 << 2);
    const undecodable = (said: string) => {
      assert(said.startsWith(`library-corrupt ${PACKED}its bytes cannot be decoded (`), said);
      assert(said.endsWith(`)${RELOAD}`), said);
    };
    const ofHalf = await takePacked({ ...packed, base64: half });
    if (encoding === "gzip") undecodable(ofHalf);
    else assertMatch(ofHalf, /^library-corrupt .*: it has \d+ bytes of \d+/);
    undecodable(await takePacked({ ...packed, base64: `!${packed.base64.slice(1)}` }));
    await using room = await LoadRoom.create();
    const source = packedModule(packed);
    await room.pack(source.slice(0, source.length >> 1));
    const cut = await take(room);
    assert(cut.startsWith(`library-corrupt ${PACKED}its module cannot be read (`), cut);
    for (const incomplete of ["{}", '{ target: "x" }', "undefined", '"?"']) {
      await room.pack(`export const packed = ${incomplete};`);
      assertEquals(
        await take(room),
        `library-corrupt ${PACKED}its module is incomplete${RELOAD}`,
        incomplete,
      );
    }
    await room.pack(packedModule({ ...packed, fileName: `../${packed.fileName}` }));
    assertEquals(await take(room), `library-corrupt ${PACKED}its module is incomplete${RELOAD}`);
  });
}

Deno.test("a packed library of another ABI or target is refused", async () => {
  const packed = await packedHere();
  const abiVersion = ABI_VERSION + 1;
  assertEquals(
    await takePacked({ ...packed, abiVersion }),
    `library-mismatch ${PACKED}it speaks ABI ${abiVersion}, this module ABI ${ABI_VERSION}${RELOAD}`,
  );
  assertEquals(
    await takePacked({ ...packed, target: "aarch64-apple-ios" }),
    `library-mismatch ${PACKED}it is for aarch64-apple-ios, and this is ${Deno.build.target}${RELOAD}`,
  );
});

for (const encoding of ENCODINGS) {
  Deno.test(`nothing of a refused library is ever run (packed as ${encoding})`, () =>
    inFolder(async (folder) => {
      // Whether this can be seen: one that only claims the ABI is right is loaded, and says so.
      const liar = await packStranger(folder, ABI_VERSION, encoding);
      assertEquals(await runStranger(liar), [
        "loaded",
        `library-mismatch Cannot use the native library ${liar.fileName}: it speaks ABI ` +
        `${
          ABI_VERSION + 1
        }, this module ABI ${ABI_VERSION}. Fetch the module again: deno run --reload`,
      ]);
      const right = await packedHere(encoding);
      const bytes = await bytesOf(liar);
      const cut = await encode(bytes.slice(0, -1), liar);
      const refused: [string, PackedLibrary][] = [
        ["library-mismatch", { ...liar, abiVersion: ABI_VERSION + 1 }],
        ["library-corrupt", { ...liar, sha256: right.sha256 }],
        ["library-corrupt", { ...liar, size: liar.size + 1 }],
        ["library-corrupt", { ...liar, base64: cut }],
        ["library-corrupt", { ...liar, base64: cut, size: liar.size - 1 }],
      ];
      for (const [code, packed] of refused) {
        const lines = await runStranger(packed);
        assertEquals(lines.length, 1, lines.join("\n"));
        assertStringIncludes(lines[0], `${code} Cannot load the packed native library`);
      }
    }));
}

/** Each line once: the second try says the same. */
async function runStranger(packed: PackedLibrary): Promise<string[]> {
  await using room = await LoadRoom.create(packed);
  const { out, err } = await room.run(TAKE, ["--allow-ffi"]);
  assertEquals(err, "");
  return [...new Set(out.trimEnd().split("\n"))];
}

Deno.test("where nothing was built or packed, the error says how to build", async () => {
  await using room = await LoadRoom.create();
  const { target } = Deno.build;
  assertEquals(
    await take(room),
    `library-missing Cannot load the native library: neither native/build/${target} nor ` +
      `native/packed/${target}.js is there. Build it with: deno task build`,
  );
});

Deno.test("a checkout's library that is broken, or of another ABI, is to be built again", () =>
  inFolder(async (folder) => {
    // What is packed does not stand in for it.
    await using room = await LoadRoom.create(await packedHere());
    const build = `${room.path}/native/build/${Deno.build.target}`;
    await Deno.mkdir(build, { recursive: true });
    const name = { windows: "micring.dll", darwin: "libmicring.dylib" } as Record<string, string>;
    const path = `${build}/${name[Deno.build.os] ?? "libmicring.so"}`;
    await Deno.writeTextFile(path, "no library");
    const broken = await take(room);
    assert(broken.startsWith(`library-missing Cannot load the native library ${path}: `), broken);
    assertMatch(broken, /Build it again with: deno task build$/);
    await Deno.copyFile(await makeStranger(folder), path);
    const { out } = await room.run(TAKE, ["--allow-ffi"]);
    assertEquals(
      [...new Set(out.split("\n"))].sort(),
      [
        "",
        `library-mismatch Cannot use the native library ${path}: it speaks ABI ` +
        `${ABI_VERSION + 1}, this module ABI ${ABI_VERSION}. Build it again with: deno task build`,
        "loaded",
      ],
    );
  }));

Deno.test("a library that lacks functions is refused, whatever ABI it speaks", () =>
  inFolder(async (folder) => {
    const path = await makeStranger(folder, ABI_VERSION);
    await using room = await LoadRoom.create(await packedHere());
    const script = TAKE.replace(
      "sequence() }",
      `sequence(), libraryPath: ${JSON.stringify(path)} }`,
    );
    const { out, err } = await room.run(script, ["--allow-ffi"]);
    assertEquals(err, "");
    // It printed that it was loaded; which function is missed first is Deno's choice.
    const [first, second] = out.trimEnd().split("\n").filter((line) => line !== "loaded");
    for (const line of [first, second]) {
      assert(line.startsWith(`library-missing Cannot load the native library ${path}: `), out);
      assertMatch(line, /micring_\w+\. Its path was given as libraryPath/);
    }
  }));

async function refusalOf(target: string): Promise<MicRingError> {
  const found = await findPacked(target).then(() => undefined, (error) => error);
  assert(found instanceof MicRingError, `${target}: ${found}`);
  return found;
}

Deno.test("a target without a library is refused, musl Linux with a way out", async () => {
  for (const target of ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"]) {
    const { code, message } = await refusalOf(target);
    assertEquals(code, "unsupported-platform");
    assertMatch(
      message,
      /^Cannot load the native library: there is none for \w+-unknown-linux-musl/,
    );
    assertStringIncludes(message, "Run it on a Linux with glibc");
  }
  for (const target of ["x86_64-unknown-freebsd", "toString", ""]) {
    const { code, message } = await refusalOf(target);
    assertEquals(code, "unsupported-platform");
    assertStringIncludes(message, "libraryPath");
  }
});

Deno.test("what can be loaded is what is packed", () => {
  assertEquals(PACKED_TARGETS, [...building.PACKED_TARGETS]);
});
