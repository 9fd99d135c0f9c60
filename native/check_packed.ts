/**
 * Makes sure that what is about to be published is whole: `deno run native/check_packed.ts`.
 *
 * Publishing puts together what five machines built: every target must be there, be loadable by
 * this module, and come of one miniaudio.
 *
 * @module
 */

import { checkPacked, type PackedLibrary, unpack } from "../ffi/packed_library.ts";
import { PACKED_TARGETS } from "./targets.ts";

async function load(url: URL): Promise<PackedLibrary> {
  try {
    const { packed }: { packed: PackedLibrary } = await import(url.href);
    return packed;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot publish: ${reason}`, { cause });
  }
}

/**
 * Reads the packed modules of every target.
 *
 * @param folder Where they are.
 * @returns A line for each.
 * @throws {Error} One is missing, broken, of another ABI, or of another miniaudio than the first.
 */
export async function checkAllPacked(folder: URL): Promise<string[]> {
  const lines: string[] = [];
  let first: PackedLibrary | undefined;
  for (const target of PACKED_TARGETS) {
    const packed = await load(new URL(`${target}.js`, folder));
    checkPacked(packed, target);
    await unpack(packed);
    first ??= packed;
    if (packed.miniaudioVersion !== first.miniaudioVersion) {
      const others = `${first.target} has ${first.miniaudioVersion}`;
      throw new Error(
        `Cannot publish ${target}: it has miniaudio ${packed.miniaudioVersion}, and ${others}`,
      );
    }
    lines.push(`${target}: ${packed.fileName}, as it must be`);
  }
  return lines;
}

if (import.meta.main) {
  try {
    for (const line of await checkAllPacked(new URL("packed/", import.meta.url))) console.log(line);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
