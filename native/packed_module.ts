/**
 * A library as a module.
 *
 * @module
 */

import { gzipSync } from "node:zlib";

import type { PackedLibrary } from "../ffi/packed_library.ts";

/** The same bytes for the same bytes, wherever they are compressed. */
function compress(bytes: Uint8Array): Uint8Array {
  const compressed = new Uint8Array(gzipSync(bytes, { level: 9 }));
  // The header's time is 0 already; its operating system is to be none in particular.
  compressed[9] = 255;
  return compressed;
}

/**
 * Wraps a library.
 *
 * @param bytes The library as it is to be loaded.
 * @param about What the module is to say of it.
 */
export async function packLibrary(
  bytes: Uint8Array<ArrayBuffer>,
  about: Pick<PackedLibrary, Exclude<keyof PackedLibrary, "sha256" | "size" | "base64">>,
): Promise<PackedLibrary> {
  return {
    target: about.target,
    fileName: about.fileName,
    sha256: new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex(),
    size: bytes.length,
    abiVersion: about.abiVersion,
    miniaudioVersion: about.miniaudioVersion,
    encoding: about.encoding,
    base64: (about.encoding === "gzip" ? compress(bytes) : bytes).toBase64(),
  };
}

/**
 * The source of the module `native/packed/<target>.js`, as `deno fmt` would have it. It is JavaScript,
 * since Deno hashes and transpiles TypeScript of this size at each start.
 */
export function packedModule(packed: PackedLibrary): string {
  const { base64, ...rest } = packed;
  const lines = Object.entries(rest).map(([key, value]) => `  ${key}: ${JSON.stringify(value)},`);
  return `/**
 * The native library for ${packed.target}. Written by \`deno task pack\`.
 *
 * @module
 */

/**
 * The library.
 *
 * @type {import("../../ffi/packed_library.ts").PackedLibrary}
 */
export const packed = {
${lines.join("\n")}
  base64:
    "${base64}",
};
`;
}
