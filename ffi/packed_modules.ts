/**
 * The packed libraries: one module a target, made by `deno task pack`.
 *
 * @module
 */

import { refusePacked } from "./library_bytes.ts";
import { reasonOf } from "./library_loader.ts";
import type { PackedLibrary } from "./packed_library.ts";

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
