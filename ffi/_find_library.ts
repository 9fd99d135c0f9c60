/**
 * Finds the native library, and opens it: where the user says it is, in the checkout, or packed in the
 * package.
 *
 * @module
 */

import { ABI_VERSION } from "./abi.ts";
import { MicRingError } from "./errors.ts";
import { cText, type LibraryLoader, reasonOf, wideText } from "./library_loader.ts";
import { pathOf } from "./library_path.ts";
import { linuxLoader } from "./_load_linux.ts";
import { macLoader } from "./_load_mac.ts";
import { windowsLoader } from "./_load_windows.ts";
import {
  checkPacked,
  importPacked,
  PACKED_TARGETS,
  type PackedLibrary,
  unpack,
} from "./packed_library.ts";
import { openSeldom, seldomCall } from "./_seldom.ts";
import { symbols } from "./_symbols.ts";

/** The library's functions. */
export type Library = Deno.DynamicLibrary<typeof symbols>["symbols"];

type FunctionName = keyof typeof symbols;

const NAMES = Object.keys(symbols) as FunctionName[];

/** What is called for every block, snapshot or peek: worth the code that calls it at once. */
const OFTEN = [
  "micring_push",
  "micring_written",
  "micring_oldest",
  "micring_snapshot",
  "micring_snapshot_at",
  "micring_holds",
  "micring_gap_changes",
] as const satisfies FunctionName[];

/* Missing ones are looked for afterwards: Deno itself would leave the library open. */
const WANTED = {
  ...Object.fromEntries(NAMES.map((name) => [name, { type: "pointer", optional: true } as const])),
  ...Object.fromEntries(OFTEN.map((name) => [name, { ...symbols[name], optional: true }])),
};

/** Where the native library is. */
export interface LibraryPlace {
  /** What `Deno.dlopen` takes. */
  readonly path: string;
  /** The same, if the user said so. */
  readonly chosen?: string;
  /** What to do when it turns out to be the wrong one. */
  readonly advice: string;
}

const PROBE = { micring_abi_version: symbols.micring_abi_version };

function requireAbi(version: number, { path, advice }: LibraryPlace): void {
  if (version === ABI_VERSION) return;
  throw new MicRingError(
    "library-mismatch",
    `Cannot use the native library ${path}: it speaks ABI ${version}, this module ABI ` +
      `${ABI_VERSION}. ${advice}`,
  );
}

/** Why it could not be opened: one of another ABI may lack a function. */
function explainRefusal(place: LibraryPlace, error: unknown): never {
  let probe: Deno.DynamicLibrary<typeof PROBE> | undefined;
  try {
    probe = Deno.dlopen(place.path, PROBE);
    requireAbi(probe.symbols.micring_abi_version(), place);
  } catch (cause) {
    if (cause instanceof MicRingError) throw cause;
    error = cause;
  } finally {
    probe?.close();
  }
  throw new MicRingError(
    "library-missing",
    `Cannot load the native library ${place.path}: ${reasonOf(error)}. ${place.advice}`,
    { cause: error },
  );
}

/** What it has, by name: functions, and where functions are. */
function openAll(path: string): Deno.DynamicLibrary<typeof WANTED> {
  const opened = Deno.dlopen(path, WANTED);
  const missing = NAMES.find((name) => opened.symbols[name] === null);
  if (missing === undefined) return opened;
  opened.close();
  throw new Error(`it has no function ${missing}`);
}

/** The native library, until it is closed. */
export class OpenedLibrary {
  readonly symbols: Library;
  readonly #opened: { close(): void };

  /** Opens it, or says what it is instead. */
  constructor(place: LibraryPlace) {
    const opened = this.#open(place);
    this.#opened = opened;
    const entries = Object.entries(opened.symbols).map(([name, value]) => {
      if (typeof value === "function") return [name, value];
      return [name, seldomCall(value as Deno.PointerObject, symbols[name as FunctionName])];
    });
    this.symbols = Object.fromEntries(entries);
    try {
      requireAbi(this.symbols.micring_abi_version(), place);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #open(place: LibraryPlace) {
    try {
      return openAll(place.path);
    } catch (error) {
      return explainRefusal(place, error);
    }
  }

  close(): void {
    this.#opened.close();
  }
}

const ACCESS = { access: { parameters: ["buffer", "i32"], result: "i32" } } as const;
const F_OK = 0;

const ATTRIBUTES = { GetFileAttributesW: { parameters: ["buffer"], result: "u32" } } as const;
const INVALID_FILE_ATTRIBUTES = 0xffff_ffff;

const ACTION = "load the native library";

/** Whether there is a file of such a `file:` URL. */
export function isFileThere(url: URL): boolean {
  const path = pathOf(ACTION, url);
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
    return open({ path: pathOf(ACTION, url), advice: "Build it again with: deno task build" });
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
