/**
 * Wraps the native library of each system in a module: `deno task pack`.
 *
 * Builds for every target whose compiler is here, checks what came out, and writes
 * `native/packed/<target>.js`. A target that is named as an argument must be among them.
 * `--into=<folder>` writes into another folder.
 *
 * @module
 */

import type { PackedLibrary } from "../ffi/packed_library.ts";
import { checkLibrary } from "./check_library.ts";
import { buildLibrary, type Compiler, findCompiler } from "./compile.ts";
import { readHeaders } from "./headers.ts";
import { inspect } from "./inspect.ts";
import { packedModule, packLibrary } from "./packed_module.ts";
import { PACKED_TARGETS, type Target, targetOf } from "./targets.ts";

/** Builds, checks and wraps one target's library. */
async function pack(target: Target, compiler: Compiler): Promise<PackedLibrary> {
  const { url, fileName } = await buildLibrary(target, compiler);
  const { functions, ...versions } = await readHeaders();
  checkLibrary(await inspect(compiler, url), fileName, functions);
  return await packLibrary(await Deno.readFile(url), {
    target: target.name,
    fileName,
    encoding: target.encoding,
    ...versions,
  });
}

async function write(packed: PackedLibrary, into: URL): Promise<void> {
  await Deno.mkdir(into, { recursive: true });
  const scratch = new URL(`${packed.target}.js.${Deno.pid}`, into);
  await Deno.writeTextFile(scratch, packedModule(packed));
  await Deno.rename(scratch, new URL(`${packed.target}.js`, into));
}

/** The target's compiler; where there is none, says so, unless it must be there. */
async function findOrSay(target: Target, required: boolean): Promise<Compiler | undefined> {
  try {
    return await findCompiler(target);
  } catch (error) {
    if (required || !(error instanceof Error)) throw error;
    console.log(`${target.name}: not packed. ${error.message}`);
  }
}

const inKilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`;

/**
 * Packs every target whose compiler is here; says a line for each.
 *
 * @param required Targets that must be among them.
 * @param into The folder that the modules are written to.
 * @throws {Error} A required target cannot be built, none at all can, or a library is not as it
 * must be.
 */
export async function packAll(required: readonly string[], into: URL): Promise<void> {
  const targets: readonly string[] = PACKED_TARGETS;
  const unknown = required.filter((name) => !targets.includes(name));
  if (unknown.length > 0) {
    throw new Error(`Cannot pack ${unknown.join(", ")}: the targets are ${targets.join(", ")}`);
  }
  let count = 0;
  for (const target of targets.map(targetOf)) {
    const compiler = await findOrSay(target, required.includes(target.name));
    if (!compiler) continue;
    const packed = await pack(target, compiler);
    await write(packed, into);
    const sizes = `${inKilobytes(packed.size)}, ${inKilobytes(packed.base64.length)} packed`;
    console.log(`${target.name}: ${packed.fileName}, ${sizes}`);
    count++;
  }
  if (count === 0) throw new Error("Cannot pack: there is no compiler for any target here");
}

async function main(args: readonly string[]): Promise<void> {
  const option = args.find((arg) => arg.startsWith("--into="))?.slice("--into=".length);
  const into = option === undefined
    ? new URL("packed/", import.meta.url)
    : new URL(`${option.replaceAll("\\", "/")}/`, `file://${Deno.cwd().replaceAll("\\", "/")}/`);
  await packAll(args.filter((arg) => !arg.startsWith("--")), into);
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
