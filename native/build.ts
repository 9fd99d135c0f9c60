/**
 * Builds the native library for this machine: `deno task build`.
 *
 * Only what changed is compiled again: each object file's name holds the hash of its command, its
 * source and every header, so that one that exists is right.
 *
 * @module
 */

import { vendorMiniaudio } from "./vendor.ts";

const here = new URL("./", import.meta.url);
const output = new URL(`build/${Deno.build.target}/`, here);
const objects = new URL("objects/", output);

const LIBRARY_NAMES = {
  windows: "micring.dll",
  darwin: "libmicring.dylib",
} as Record<string, string>;

/** Where the built library is: the path that the module loads in a checkout. */
export const libraryUrl: URL = new URL(LIBRARY_NAMES[Deno.build.os] ?? "libmicring.so", output);

/** The compilers that are tried, in order. */
const COMPILERS = [["cc"], ["clang"], ["gcc"], ["zig", "cc"]];

const COMMON = ["-std=c11", "-D_GNU_SOURCE", "-fPIC", "-fvisibility=hidden", "-ffunction-sections"];
const OURS = ["-O2", "-Wall", "-Wextra", "-Werror", ...COMMON];
/** Not ours to mend, so no warnings; size counts more than speed outside of the audio path. */
const THEIRS = ["-Os", "-w", ...COMMON];

const LINK = {
  // nodelete: Deno unloads libraries at its end under the feet of their threads.
  linux: ["-shared", "-Wl,-z,nodelete", "-Wl,-z,now", "-Wl,-z,relro", "-Wl,--gc-sections", "-s"],
  darwin: ["-dynamiclib", "-Wl,-dead_strip"],
  windows: ["-shared", "-static", "-s"],
} as Record<string, string[]>;

const LIBRARIES = {
  darwin: ["-framework", "CoreAudio", "-framework", "AudioToolbox", "-framework", "CoreFoundation"],
  windows: ["-lole32", "-lpthread"],
} as Record<string, string[]>;

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

interface Compiler {
  readonly command: string[];
  readonly version: string;
}

async function findCompiler(): Promise<Compiler> {
  for (const command of COMPILERS) {
    const [program, ...rest] = command;
    try {
      const child = new Deno.Command(program, { args: [...rest, "--version"], stderr: "null" });
      const { success, stdout } = await child.output();
      if (success) return { command, version: new TextDecoder().decode(stdout) };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  const tried = COMPILERS.map((command) => command.join(" ")).join(", ");
  const hint = Deno.build.os === "darwin"
    ? "xcode-select --install"
    : Deno.build.os === "windows"
    ? "install zig or MinGW-w64"
    : "apt-get install gcc libc6-dev";
  throw new Error(`Cannot build: no C compiler found (tried ${tried}). To get one: ${hint}`);
}

async function compile(compiler: Compiler, args: string[]): Promise<void> {
  const [program, ...rest] = compiler.command;
  const { success } = await new Deno.Command(program, {
    args: [...rest, ...args],
    cwd: here,
    stdin: "null",
  }).output().then((result) => {
    const words = new TextDecoder().decode(result.stderr).trim();
    if (words) console.error(words);
    return result;
  });
  if (!success) throw new Error(`Cannot build: ${program} ${args.join(" ")} failed`);
}

/** Writes beside the target and renames, so that two builds at once do no harm. */
async function produce(target: URL, make: (path: string) => Promise<void>): Promise<void> {
  const scratch = new URL(`${target.href}.${Deno.pid}`);
  try {
    await make(decodeURIComponent(scratch.pathname));
    await Deno.rename(scratch, target);
  } finally {
    await Deno.remove(scratch).catch(() => {});
  }
}

async function filesHere(ending: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(here)) {
    if (entry.name.endsWith(ending)) names.push(entry.name);
  }
  return names.sort();
}

/** Our own headers; miniaudio's cannot change, its hash is pinned. */
async function headers(): Promise<string> {
  const contents = [];
  for (const name of await filesHere(".h")) {
    contents.push(name, await Deno.readFile(new URL(name, here)));
  }
  return await sha256(contents);
}

async function objectFor(compiler: Compiler, source: string, headersHash: string): Promise<URL> {
  const flags = source === "miniaudio.c" ? THEIRS : OURS;
  const body = await Deno.readFile(new URL(source, here));
  // miniaudio takes 20 s, and sees no header but its configuration and itself.
  const seen = source === "miniaudio.c"
    ? await Deno.readFile(new URL("miniaudio_config.h", here))
    : headersHash;
  const hash = await sha256([compiler.version, flags.join(" "), body, seen]);
  const object = new URL(`${source.replace(/\.c$/, "")}-${hash.slice(0, 16)}.o`, objects);
  if (!await exists(object)) {
    console.error(`Compiling ${source}`);
    await produce(object, (path) => compile(compiler, [...flags, "-c", source, "-o", path]));
  }
  return object;
}

async function link(compiler: Compiler, inputs: URL[]): Promise<void> {
  const flags = LINK[Deno.build.os] ?? LINK.linux;
  const libraries = LIBRARIES[Deno.build.os] ?? ["-lm", "-lpthread", "-ldl"];
  const paths = inputs.map((url) => decodeURIComponent(url.pathname));
  const hash = await sha256([compiler.version, flags.join(" "), libraries.join(" "), ...paths]);
  const stamp = new URL("linked.sha256", objects);
  const before = await Deno.readTextFile(stamp).catch(() => "");
  if (before === hash && await exists(libraryUrl)) return;
  await produce(
    libraryUrl,
    (path) => compile(compiler, [...flags, ...paths, "-o", path, ...libraries]),
  );
  await Deno.writeTextFile(stamp, hash);
}

/** Object files of earlier sources are of no use to anyone. */
async function prune(kept: URL[]): Promise<void> {
  const names = new Set(kept.map((url) => url.pathname.split("/").at(-1)));
  for await (const entry of Deno.readDir(objects)) {
    if (!entry.name.endsWith(".o") || names.has(entry.name)) continue;
    await Deno.remove(new URL(entry.name, objects));
  }
}

/** Vendors, compiles and links what is out of date; throws an `Error` that says what is wrong. */
export async function build(): Promise<void> {
  await vendorMiniaudio();
  const compiler = await findCompiler();
  await Deno.mkdir(objects, { recursive: true });
  const headersHash = await headers();
  const sources = await filesHere(".c");
  // miniaudio first, as it takes longest; one compiler a core.
  const queue = sources.toSorted((a, b) =>
    Number(b === "miniaudio.c") - Number(a === "miniaudio.c")
  );
  const made: URL[] = [];
  const worker = async () => {
    for (let source = queue.shift(); source !== undefined; source = queue.shift()) {
      made.push(await objectFor(compiler, source, headersHash));
    }
  };
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, worker));
  made.sort((a, b) => a.href < b.href ? -1 : 1);
  await link(compiler, made);
  await prune(made);
}

if (import.meta.main) {
  try {
    await build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
