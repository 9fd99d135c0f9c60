/**
 * What a built library offers and needs, as the system's own tools read it.
 *
 * @module
 */

import type { Compiler } from "./compile.ts";

/** What a library says of itself. */
export interface Inspection {
  /** The functions that it exports. */
  readonly exports: readonly string[];
  /** The libraries that it cannot do without. */
  readonly needed: readonly string[];
  /** The name by which others may ask for it, where the format has one. */
  readonly soname?: string;
  /** What it takes of its libraries in a certain form, like `pow GLIBC_2.29`. */
  readonly versions: readonly string[];
}

async function read(program: string, args: string[]): Promise<string | undefined> {
  try {
    const env = { LC_ALL: "C" };
    const { success, stdout } = await new Deno.Command(program, { args, env, stderr: "null" })
      .output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Runs the tool that belongs to a compiler, which knows the format that it writes. */
async function runTool(compiler: Compiler, tool: string, args: string[]): Promise<string> {
  const [program, ...rest] = compiler.command;
  const asked = await read(program, [...rest, `-print-prog-name=${tool}`]);
  const words = await read(asked?.trim() || tool, args);
  if (words !== undefined) return words;
  throw new Error(
    `Cannot pack: ${tool} ${args.join(" ")} failed, or there is no ${tool} for ${program}. ` +
      "To get it: apt-get install binutils",
  );
}

function all(words: string, pattern: RegExp): string[] {
  return [...words.matchAll(pattern)].map((found) => found.slice(1).filter(Boolean).join(" "));
}

/** Reads an ELF library of Linux. */
async function inspectElf(compiler: Compiler, path: string): Promise<Inspection> {
  const symbols = await runTool(compiler, "objdump", ["-T", path]);
  const headers = await runTool(compiler, "objdump", ["-p", path]);
  const undefinedOnes = symbols.split("\n").filter((line) => line.includes("*UND*")).join("\n");
  const definedOnes = symbols.split("\n").filter((line) => !line.includes("*UND*")).join("\n");
  // Each form that is asked for is in a table of its own, too: one may belong to no function.
  const references = headers.slice(headers.indexOf("Version References:"));
  return {
    // Sections are listed, too, as local ones.
    exports: all(definedOnes, /^[0-9a-f]+ [^l].*\s(\S+)$/gm),
    needed: all(headers, /^\s+NEEDED\s+(\S+)$/gm),
    soname: all(headers, /^\s+SONAME\s+(\S+)$/gm).at(0),
    versions: [
      ...all(undefinedOnes, /\(([^)]+)\)\s+(\S+)$/gm).map((pair) =>
        pair.split(" ").toReversed().join(" ")
      ),
      ...all(references, /^\s+0x[0-9a-f]+ 0x[0-9a-f]+ \d+ (\S+)$/gm),
    ],
  };
}

/** Reads a DLL of Windows. */
async function inspectPe(compiler: Compiler, path: string): Promise<Inspection> {
  const words = await runTool(compiler, "objdump", ["-p", path]);
  const [, table = ""] = words.split("[Ordinal/Name Pointer] Table");
  return {
    // Newer tools print the ordinal's base and a hint between.
    exports: all(
      table.split("\n\n")[0],
      /^\s*\[\s*\d+\](?:\s+\+base\[\s*\d+\])?(?:\s+[0-9a-f]{4,8})?\s+(\w+)$/gm,
    ),
    needed: all(words, /^\s*DLL Name: (\S+)$/gm),
    versions: [],
  };
}

/** Reads a dylib of macOS. */
async function inspectMachO(compiler: Compiler, path: string): Promise<Inspection> {
  const symbols = await runTool(compiler, "nm", ["-gU", path]);
  const libraries = await runTool(compiler, "otool", ["-L", path]);
  const [soname, ...needed] = all(libraries, /^\s+(\S+) \(compatibility/gm);
  return { exports: all(symbols, /\s_(\w+)$/gm), needed, soname, versions: [] };
}

/**
 * Reads what a library offers and needs.
 *
 * @param compiler The one that built it: its tools know the format.
 * @param url The library.
 */
export function inspect(compiler: Compiler, url: URL): Promise<Inspection> {
  const path = decodeURIComponent(url.pathname).replace(/^\/(?=[A-Za-z]:\/)/, "");
  if (path.endsWith(".dll")) return inspectPe(compiler, path);
  return path.endsWith(".dylib") ? inspectMachO(compiler, path) : inspectElf(compiler, path);
}
