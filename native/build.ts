/**
 * Builds the native library for this machine: `deno task build`.
 *
 * @module
 */

import { buildLibrary, findCompiler, libraryUrlOf } from "./compile.ts";
import { targetOf } from "./targets.ts";

const target = targetOf(Deno.build.target);

/** Where the built library is: the path that the module loads in a checkout. */
export const libraryUrl: URL = libraryUrlOf(target);

/** Vendors, compiles and links what is out of date; throws an `Error` that says what is wrong. */
export async function build(): Promise<void> {
  await buildLibrary(target, await findCompiler(target));
}

if (import.meta.main) {
  try {
    await build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
