/**
 * The native library as the published package carries it.
 *
 * @module
 */

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
