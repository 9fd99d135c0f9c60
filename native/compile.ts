/**
 * Compiles and links the native library for a system.
 *
 * Only what changed is compiled again: each object file's name holds the hash of its command, its
 * source and every header, so that one that exists is right. Nothing in the library depends on
 * where it was built: every path that a compiler sees is relative to this folder.
 *
 * @module
 */

import type { Target } from "./targets.ts";
import { vendorMiniaudio } from "./vendor.ts";

const here = new URL("./", import.meta.url);

/** A compiler that answers. */
export interface Compiler {
  readonly command: readonly string[];
  readonly version: string;
}

/** A library that is built. */
export interface BuiltLibrary {
  readonly url: URL;
  /** The name it knows itself by, with the hash of all that it was made of. */
  readonly fileName: string;
}

async function sha256(parts: (string | Uint8Array)[]): Promise<string> {
  const bytes = await new Blob(parts as BlobPart[]).arrayBuffer();
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function exists(url: URL): Promise<boolean> {
  try {
    await Deno.stat(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The first compiler of a target that answers; throws an `Error` that says how to get one. */
export async function findCompiler(target: Target): Promise<Compiler> {
  for (const command of target.compilers) {
    const [program, ...rest] = command;
    try {
      const child = new Deno.Command(program, { args: [...rest, "--version"], stderr: "null" });
      const { success, stdout } = await child.output();
      if (success) return { command, version: new TextDecoder().decode(stdout) };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  const tried = target.compilers.map((command) => command.join(" ")).join(", ") || "none";
  throw new Error(
    `Cannot build: no C compiler found (tried ${tried}). To get one: ${target.hint}`,
  );
}

async function call(compiler: Compiler, args: readonly string[]): Promise<void> {
  const [program, ...rest] = compiler.command;
  const { success, stderr } = await new Deno.Command(program, {
    args: [...rest, ...args],
    cwd: here,
    stdin: "null",
  }).output();
  const words = new TextDecoder().decode(stderr).trim();
  if (words) console.error(words);
  if (!success) throw new Error(`Cannot build: ${program} ${args.join(" ")} failed`);
}

/** Makes a file in a folder of its own and renames it, so that two builds at once do no harm. */
async function produce(path: string, make: (path: string) => Promise<void>): Promise<void> {
  const folder = `${path}.${Deno.pid}`;
  // The name stays as it is: some linkers write it into what they make.
  const scratch = `${folder}/${path.slice(path.lastIndexOf("/") + 1)}`;
  await Deno.mkdir(new URL(folder, here), { recursive: true });
  try {
    await make(scratch);
    await Deno.rename(new URL(scratch, here), new URL(path, here));
  } finally {
    await Deno.remove(new URL(folder, here), { recursive: true }).catch(() => {});
  }
}

async function filesHere(ending: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(here)) {
    if (entry.name.endsWith(ending)) names.push(entry.name);
  }
  return names.sort();
}

async function hashOf(names: string[]): Promise<string> {
  const contents = [];
  for (const name of names) contents.push(name, await Deno.readFile(new URL(name, here)));
  return await sha256(contents);
}

/** One target's build, by one compiler. */
class Build {
  readonly #target: Target;
  readonly #compiler: Compiler;
  readonly #output: string;
  readonly #objects: string;

  constructor(target: Target, compiler: Compiler) {
    this.#target = target;
    this.#compiler = compiler;
    this.#output = `build/${target.name}`;
    this.#objects = `${this.#output}/objects`;
  }

  async #object(source: string, ourHeaders: string, theirHeaders: string): Promise<string> {
    const theirs = source === "miniaudio.c";
    const { ours, theirs: plain, theirsByGcc } = this.#target;
    // clang, Apple's and zig's, says so.
    const byGcc = this.#compiler.version.includes("clang") ? [] : theirsByGcc;
    const flags = theirs ? [...plain, ...byGcc] : ours;
    const hash = await sha256([
      this.#compiler.command.join(" "),
      this.#compiler.version,
      flags.join(" "),
      await Deno.readFile(new URL(source, here)),
      theirs ? theirHeaders : ourHeaders,
    ]);
    const object = `${this.#objects}/${source.replace(/\.c$/, "")}-${hash.slice(0, 16)}.o`;
    if (!await exists(new URL(object, here))) {
      console.error(`Compiling ${source}`);
      await produce(
        object,
        (path) => call(this.#compiler, [...flags, "-c", source, "-o", path]),
      );
    }
    return object;
  }

  async #compileAll(): Promise<string[]> {
    const ourHeaders = await hashOf(await filesHere(".h"));
    // miniaudio takes 10 s, and sees no header but these and itself, whose hash is pinned.
    const included = this.#target.included;
    const theirHeaders = await hashOf(["miniaudio_config.h", ...included ? [included] : []]);
    const sources = await filesHere(".c");
    // miniaudio first, as it takes longest; one compiler a core.
    const queue = sources.toSorted((a, b) =>
      Number(b === "miniaudio.c") - Number(a === "miniaudio.c")
    );
    const made: string[] = [];
    const worker = async () => {
      for (let source = queue.shift(); source !== undefined; source = queue.shift()) {
        made.push(await this.#object(source, ourHeaders, theirHeaders));
      }
    };
    await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, worker));
    return made.sort();
  }

  async #link(objects: string[]): Promise<BuiltLibrary> {
    const { libraryName, libraries } = this.#target;
    const inputs = [
      this.#compiler.command.join(" "),
      this.#compiler.version,
      this.#target.link("").join(" "),
      libraries.join(" "),
      objects.join(" "),
    ];
    const hash = await sha256([inputs.join("\n")]);
    const fileName = this.#target.fileName(hash.slice(0, 16));
    const library = `${this.#output}/${libraryName}`;
    const url = new URL(library, here);
    const stamp = new URL(`${this.#objects}/linked.sha256`, here);
    const before = await Deno.readTextFile(stamp).catch(() => "");
    if (before === hash && await exists(url)) return { url, fileName };
    const flags = this.#target.link(fileName);
    await produce(
      library,
      (path) => call(this.#compiler, [...flags, ...objects, "-o", path, ...libraries]),
    );
    await Deno.writeTextFile(stamp, hash);
    return { url, fileName };
  }

  /** Object files of earlier sources are of no use to anyone. */
  async #prune(kept: string[]): Promise<void> {
    const names = new Set(kept.map((path) => path.slice(path.lastIndexOf("/") + 1)));
    const folder = new URL(`${this.#objects}/`, here);
    for await (const entry of Deno.readDir(folder)) {
      if (!entry.isFile || !entry.name.endsWith(".o") || names.has(entry.name)) continue;
      await Deno.remove(new URL(entry.name, folder));
    }
  }

  async run(): Promise<BuiltLibrary> {
    await Deno.mkdir(new URL(this.#objects, here), { recursive: true });
    const objects = await this.#compileAll();
    const library = await this.#link(objects);
    await this.#prune(objects);
    return library;
  }
}

/** Where a checkout's build of a target is. */
export function libraryUrlOf(target: Target): URL {
  return new URL(`build/${target.name}/${target.libraryName}`, here);
}

/** Vendors, compiles and links what is out of date; throws an `Error` that says what is wrong. */
export async function buildLibrary(target: Target, compiler: Compiler): Promise<BuiltLibrary> {
  await vendorMiniaudio();
  return await new Build(target, compiler).run();
}
