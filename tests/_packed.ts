/**
 * Packs libraries for tests, out of the checkout or out of a copy of its C sources.
 *
 * @module
 */

import type { PackedLibrary } from "../ffi/packed_library.ts";
import { haveTools } from "./_tools.ts";

const root = new URL("../", import.meta.url);

/** The path of a file's URL. */
export function toPath(url: URL): string {
  return decodeURIComponent(url.pathname);
}

/** A system whose library can be built on this one. */
export interface PackTarget {
  readonly name: string;
  /** The tools of its compiler begin with this. */
  readonly prefix: string;
  readonly packages: string;
}

const CROSS: PackTarget[] = [
  {
    name: "aarch64-unknown-linux-gnu",
    prefix: "aarch64-linux-gnu-",
    packages: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
  },
  {
    name: "x86_64-pc-windows-msvc",
    prefix: "x86_64-w64-mingw32-",
    packages: "gcc-mingw-w64-x86-64-posix",
  },
];

/** This machine's own, and where that is Linux on x86_64 those that it has cross-compilers for. */
export async function targetsHere(): Promise<PackTarget[]> {
  const targets = [{ name: Deno.build.target, prefix: "", packages: "gcc libc6-dev" }];
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") return targets;
  for (const target of CROSS) {
    const gcc = `${target.prefix}gcc`;
    if (await haveTools([gcc, `${target.prefix}objdump`], target.packages)) targets.push(target);
  }
  return targets;
}

/** What a packing said, and whether it came to its end. */
export interface Packing {
  readonly code: number;
  readonly words: string;
}

/** Runs a program; its output with its errors. */
export async function run(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<Packing> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args, env, stdin: "null" })
    .output();
  const decoder = new TextDecoder();
  return { code, words: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Runs the task `pack` of a checkout or of a copy; `into` gets the modules. */
export function pack(
  from: URL,
  into: URL,
  targets: string[],
  env: Record<string, string> = {},
): Promise<Packing> {
  const script = toPath(new URL("native/pack.ts", from));
  const flags = ["run", "--quiet", "--no-config", "--allow-all"];
  const args = [...flags, script, `--into=${toPath(into)}`, ...targets];
  return run(Deno.execPath(), args, { NO_COLOR: "1", ...env });
}

/** The module that a packing wrote. */
export async function readPacked(folder: URL, target: string): Promise<PackedLibrary> {
  const { packed } = await import(new URL(`${target}.js`, folder).href);
  return packed;
}

/** The checkout itself. */
export const checkout = root;

/**
 * Copies what packing needs into a folder, without what was built of it; but of miniaudio, which
 * takes 10 s a target, the object files.
 */
export async function copySources(folder: URL): Promise<void> {
  for (const part of ["native", "native/vendor", "ffi"]) {
    const from = new URL(`${part}/`, root);
    const to = new URL(`${part}/`, folder);
    await Deno.mkdir(to, { recursive: true });
    for await (const { name, isFile } of Deno.readDir(from)) {
      if (isFile) await Deno.copyFile(new URL(name, from), new URL(name, to));
    }
  }
  for (const { name } of await targetsHere()) {
    const from = new URL(`native/build/${name}/objects/`, root);
    const to = new URL(`native/build/${name}/objects/`, folder);
    await Deno.mkdir(to, { recursive: true });
    for await (const { name } of Deno.readDir(from)) {
      const taken = name.startsWith("miniaudio-") && name.endsWith(".o");
      if (taken) await Deno.copyFile(new URL(name, from), new URL(name, to));
    }
  }
}
