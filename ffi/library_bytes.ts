/**
 * A packed library's bytes, which nobody gets to see before they were checked.
 *
 * @module
 */

import { ABI_VERSION } from "./abi.ts";
import { MicRingError, type MicRingErrorCode } from "./errors.ts";
import type { PackedLibrary } from "./packed_library.ts";

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
