/**
 * What a library must be like to be packed.
 *
 * @module
 */

import type { Inspection } from "./inspect.ts";

/** Deno 2.9 itself needs this glibc. */
const NEWEST_GLIBC = [2, 27];

/** What every system of a kind has, and nothing that a compiler brought along. */
const SYSTEM_LIBRARIES = {
  ".so": /^(lib(c|m)\.so\.6|lib(pthread\.so\.0|dl\.so\.2)|ld-linux-[\w-]+\.so\.\d)$/,
  // MinGW's own are all called lib*.
  ".dll": /^(?!lib)[\w.-]+\.dll$/i,
  ".dylib": /^(\/System\/Library\/Frameworks\/|\/usr\/lib\/)/,
};

function isTooNew(version: string): boolean {
  const form = version.split(" ").at(-1) ?? "";
  const [, numbers] = form.match(/^GLIBC_(\d+(?:\.\d+)+)$/) ?? [];
  if (!numbers) return true;
  const [major, minor] = numbers.split(".").map(Number);
  return major !== NEWEST_GLIBC[0] || minor > NEWEST_GLIBC[1];
}

/**
 * Throws an `Error` that says what is wrong with a library that is to be packed.
 *
 * @param inspection What it says of itself.
 * @param fileName The name that it must have.
 * @param functions What it must export, and nothing else.
 */
export function checkLibrary(
  inspection: Inspection,
  fileName: string,
  functions: readonly string[],
): void {
  const refuse = (words: string): never => {
    throw new Error(`Cannot pack ${fileName}: ${words}`);
  };
  const ending = fileName.slice(fileName.lastIndexOf(".")) as keyof typeof SYSTEM_LIBRARIES;
  const exported = new Set(inspection.exports);
  const missing = functions.filter((name) => !exported.has(name));
  if (missing.length > 0) refuse(`it does not export ${missing.join(", ")}`);
  const more = [...exported.difference(new Set(functions))];
  if (more.length > 0) refuse(`it exports ${more.join(", ")}, which micring.h does not declare`);
  if (ending === ".so" && inspection.soname !== fileName) {
    refuse(`its SONAME is ${inspection.soname ?? "not set"}`);
  }
  const foreign = inspection.needed.filter((name) => !SYSTEM_LIBRARIES[ending].test(name));
  if (foreign.length > 0) refuse(`it needs ${foreign.join(", ")}, which not every machine has`);
  const tooNew = inspection.versions.filter(isTooNew);
  if (tooNew.length > 0) {
    const newest = `GLIBC_${NEWEST_GLIBC.join(".")}`;
    refuse(`it needs ${tooNew.join(", ")}, newer than ${newest}: see glibc_floor.h`);
  }
}
