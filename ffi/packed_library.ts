/**
 * The native library as the published package carries it.
 *
 * @module
 */

import { ABI_VERSION } from "./abi.ts";
import { MicRingError, type MicRingErrorCode } from "./errors.ts";
import { reasonOf } from "./library_loader.ts";

/** How a packed library is compressed: not at all, or as a `DecompressionStream` calls it. */
export type PackedEncoding = "none" | "gzip";

/**
 * A native library inside of a module: what `native/packed/<target>.js` exports as `packed`.
 *
 * `deno task pack` writes these modules. Their bytes are to be decompressed and held against
 * {@linkcode PackedLibrary.sha256} before anything loads them.
 */
export interface PackedLibrary {
  /** The system that it is for, by the name that `Deno.build.target` has there. */
  readonly target: string;
  /**
   * The name it knows itself by, with a hash of all that it was made of: two libraries of one name
   * are the same. On Linux it is the SONAME, too.
   */
  readonly fileName: string;
  /** The SHA-256 of the library as it is loaded, in lower-case hexadecimal. */
  readonly sha256: string;
  /** The bytes of the library as it is loaded. */
  readonly size: number;
  /** The ABI that it speaks: `MICRING_ABI_VERSION` of `native/micring.h`. */
  readonly abiVersion: number;
  /** The version of miniaudio inside. */
  readonly miniaudioVersion: string;
  /** How the bytes are compressed. */
  readonly encoding: PackedEncoding;
  /** The bytes, compressed so. */
  readonly base64: string;
}

const RELOAD = "Fetch the module again: deno run --reload";

/** Refuses a packed library, and says what to do. */
export function refusePacked(code: MicRingErrorCode, state: string, cause?: unknown): never {
  throw new MicRingError(code, `Cannot load the packed native library: ${state}. ${RELOAD}`, {
    cause,
  });
}

/**
 * Refuses a packed library that cannot be this module's, before anything is done with it: one of
 * another target or ABI, or something else altogether.
 */
export function checkPacked(packed: PackedLibrary, target: string): void {
  const { fileName, sha256, base64, size } = packed ?? {};
  const texts = [fileName, sha256, base64].every((text) => typeof text === "string");
  // The name is given to the system as it is: nothing in it may lead elsewhere.
  if (!texts || !Number.isSafeInteger(size) || !/^[\w-]+\.(so|dll|dylib)$/.test(fileName)) {
    refusePacked("library-corrupt", "its module is incomplete");
  }
  if (packed.target !== target) {
    refusePacked("library-mismatch", `it is for ${packed.target}, and this is ${target}`);
  }
  if (packed.abiVersion === ABI_VERSION) return;
  refusePacked(
    "library-mismatch",
    `it speaks ABI ${packed.abiVersion}, this module ABI ${ABI_VERSION}`,
  );
}

function refuseLonger(size: number): never {
  refusePacked("library-corrupt", `it has more than ${size} bytes`);
}

/** The bytes, if they are as many as they should be. */
function ofSize(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  if (bytes.length === size) return bytes;
  if (bytes.length > size) refuseLonger(size);
  return refusePacked("library-corrupt", `it has ${bytes.length} bytes of ${size}`);
}

async function decompress(
  { base64, encoding, size }: PackedLibrary,
): Promise<Uint8Array<ArrayBuffer>> {
  const packed = Uint8Array.fromBase64(base64);
  if (encoding === "none") return ofSize(packed, size);
  const { writable, readable } = new DecompressionStream(encoding);
  const writer = writable.getWriter();
  // Its failure is the reader's as well.
  writer.write(packed).then(() => writer.close()).catch(() => {});
  const bytes = new Uint8Array(size);
  let length = 0;
  for await (const chunk of readable) {
    if (length + chunk.length > size) refuseLonger(size);
    bytes.set(chunk, length);
    length += chunk.length;
  }
  return ofSize(bytes.subarray(0, length), size);
}

/** Its bytes, which are what was packed to the last bit: size and SHA-256 are right. */
export async function unpack(packed: PackedLibrary): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await decompress(packed).catch((cause) => {
    if (cause instanceof MicRingError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return refusePacked("library-corrupt", `its bytes cannot be decoded (${reason})`, cause);
  });
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  if (sha256 === packed.sha256) return bytes;
  return refusePacked(
    "library-corrupt",
    `its SHA-256 is ${sha256}, and should be ${packed.sha256}`,
  );
}

/** A module that packing makes. */
export interface PackedModule {
  readonly packed: PackedLibrary;
}

/* Each import is written out: Deno then fetches it with the rest of the package, and asks for no
 * permission. A checkout has none of these modules, which no type check may mind. */
const IMPORTS: Readonly<Record<string, () => Promise<PackedModule>>> = {
  "x86_64-unknown-linux-gnu": () =>
    // @ts-ignore: made by packing, so that a checkout may lack it
    import("../native/packed/x86_64-unknown-linux-gnu.js"),
  "aarch64-unknown-linux-gnu": () =>
    // @ts-ignore: made by packing, so that a checkout may lack it
    import("../native/packed/aarch64-unknown-linux-gnu.js"),
  "x86_64-pc-windows-msvc": () =>
    // @ts-ignore: made by packing, so that a checkout may lack it
    import("../native/packed/x86_64-pc-windows-msvc.js"),
  "aarch64-apple-darwin": () =>
    // @ts-ignore: made by packing, so that a checkout may lack it
    import("../native/packed/aarch64-apple-darwin.js"),
  "x86_64-apple-darwin": () =>
    // @ts-ignore: made by packing, so that a checkout may lack it
    import("../native/packed/x86_64-apple-darwin.js"),
};

/** Every target that is packed. */
export const PACKED_TARGETS: readonly string[] = Object.keys(IMPORTS);

/** The module of a target's library; `undefined` where it was not packed. */
export async function importPacked(target: string): Promise<PackedModule | undefined> {
  try {
    return await IMPORTS[target]?.();
  } catch (error) {
    // Deno has one code for all of this.
    const [reason] = reasonOf(error).split("\n");
    if (reason.startsWith("Module not found")) return undefined;
    const code = reason.startsWith("SyntaxError") ? "library-corrupt" : "library-missing";
    return refusePacked(code, `its module cannot be read (${reason})`, error);
  }
}
