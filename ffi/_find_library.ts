/**
 * Finds the native library: where the user says it is, in the checkout, or packed in the package.
 *
 * @module
 */

import { MicRingError } from "./errors.ts";
import {
  checkPacked,
  importPacked,
  PACKED_TARGETS,
  type PackedLibrary,
  unpack,
} from "./packed_library.ts";
import { cText, type LibraryLoader, wideText } from "./library_loader.ts";
import { pathOf } from "./library_path.ts";
import { linuxLoader } from "./_load_linux.ts";
import { macLoader } from "./_load_mac.ts";
import { windowsLoader } from "./_load_windows.ts";
import { type LibraryPlace, OpenedLibrary } from "./_open_library.ts";
import { openSeldom } from "./_seldom.ts";

const ACCESS = { access: { parameters: ["buffer", "i32"], result: "i32" } } as const;
const F_OK = 0;

const ATTRIBUTES = { GetFileAttributesW: { parameters: ["buffer"], result: "u32" } } as const;
const INVALID_FILE_ATTRIBUTES = 0xffff_ffff;

/** Whether there is a file of such a `file:` URL. */
export function isFileThere(url: URL): boolean {
  const path = pathOf(url);
  if (Deno.build.os === "windows") {
    const kernel32 = openSeldom("kernel32.dll", ATTRIBUTES);
    const attributes = kernel32.symbols.GetFileAttributesW(wideText(path));
    kernel32.close();
    return attributes !== INVALID_FILE_ATTRIBUTES;
  }
  const name = Deno.build.os === "darwin" ? "/usr/lib/libSystem.B.dylib" : "libc.so.6";
  const libc = openSeldom(name, ACCESS);
  const answer = libc.symbols.access(cText(path), F_OK);
  libc.close();
  return answer === 0;
}

/** The library, and where it was. */
export interface FoundLibrary {
  readonly place: LibraryPlace;
  readonly library: OpenedLibrary;
}

type Os = typeof Deno.build.os;

const FILE_NAMES: Partial<Record<Os, string>> = {
  windows: "micring.dll",
  darwin: "libmicring.dylib",
};

const LOADERS: Partial<Record<Os, () => LibraryLoader>> = {
  linux: linuxLoader,
  windows: windowsLoader,
  darwin: macLoader,
};

const { os, target } = Deno.build;

function open(place: LibraryPlace): FoundLibrary {
  return { place, library: new OpenedLibrary(place) };
}

/** The library that was built in the checkout, if this is one and it is there. */
export function findBuilt(): FoundLibrary | undefined {
  const name = FILE_NAMES[os] ?? "libmicring.so";
  const url = new URL(`../native/build/${target}/${name}`, import.meta.url);
  if (url.protocol !== "file:") return undefined;
  try {
    return open({ path: pathOf(url), advice: "Build it again with: deno task build" });
  } catch (error) {
    if (isFileThere(url)) throw error;
    return undefined;
  }
}

function refuseTarget(target: string): never {
  const why = target.endsWith("-musl")
    ? "musl Linux is not supported. Run it on a Linux with glibc, as the Deno images of Debian are"
    : "this system is not supported";
  throw new MicRingError(
    "unsupported-platform",
    `Cannot load the native library: there is none for ${target}: ${why}; or build it, and name ` +
      `it with the option libraryPath. There is one for ${PACKED_TARGETS.join(", ")}`,
  );
}

function refuseUnpacked(target: string): never {
  const words = import.meta.url.startsWith("file:")
    ? `neither native/build/${target} nor native/packed/${target}.js is there. Build it with: ` +
      "deno task build"
    : `this version of the package was published without one for ${target}. Use another version, ` +
      "or name a library with the option libraryPath";
  throw new MicRingError("library-missing", `Cannot load the native library: ${words}`);
}

async function openPacked(
  packed: PackedLibrary,
  target: string,
  loader: LibraryLoader,
): Promise<FoundLibrary> {
  checkPacked(packed, target);
  const path = loader.find(packed.fileName) ??
    loader.load({ ...packed, bytes: await unpack(packed) });
  return open({ path, advice: "Fetch the module again: deno run --reload" });
}

/** The library that is packed in the package, brought into this process if it is not there yet. */
export async function findPacked(target: string): Promise<FoundLibrary> {
  const createLoader = LOADERS[os];
  if (createLoader === undefined || !PACKED_TARGETS.includes(target)) refuseTarget(target);
  const { packed } = await importPacked(target) ?? refuseUnpacked(target);
  using loader = createLoader();
  return await openPacked(packed, target, loader);
}

/** Finds the library, and opens it. */
export async function findLibrary(chosen: string | undefined): Promise<FoundLibrary> {
  if (chosen === undefined) return findBuilt() ?? await findPacked(target);
  const advice = `Its path was given as libraryPath: it must be MicRing's library for ${target}, ` +
    "of this version";
  return open({ path: chosen, chosen, advice });
}
