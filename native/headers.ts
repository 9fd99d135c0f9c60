/**
 * What the C headers say of the library.
 *
 * @module
 */

/** What every target's library is, by the headers it is made of. */
export interface Headers {
  /** The functions of the interface. */
  readonly functions: readonly string[];
  readonly abiVersion: number;
  readonly miniaudioVersion: string;
}

/** A number that a C header defines. */
function defined(header: string, name: string): number {
  const [, value] = header.match(new RegExp(`#define\\s+${name}\\s+(\\d+)`)) ?? [];
  if (value === undefined) throw new Error(`Cannot read the headers: none defines ${name}`);
  return Number(value);
}

/** The functions that a header declares as the library's interface. */
function declaredFunctions(header: string): string[] {
  const code = header.replace(/\/\*[^]*?\*\//g, "");
  return [...code.matchAll(/MICRING_API\s+[^;()]*?(\w+)\([^)]*\)\s*;/g)].map(([, name]) => name);
}

/** Reads `micring.h`, and miniaudio's version where it is vendored. */
export async function readHeaders(): Promise<Headers> {
  const read = (path: string) => Deno.readTextFile(new URL(path, import.meta.url));
  const micring = await read("micring.h");
  const miniaudio = await read("vendor/miniaudio.h");
  const parts = ["MAJOR", "MINOR", "REVISION"];
  return {
    functions: declaredFunctions(micring),
    abiVersion: defined(micring, "MICRING_ABI_VERSION"),
    miniaudioVersion: parts.map((part) => defined(miniaudio, `MA_VERSION_${part}`)).join("."),
  };
}
