/**
 * Compiles C programs out of the native sources, and runs them.
 *
 * @module
 */

/** How a program is compiled: as it is, or with something that watches it. */
export interface Mode {
  readonly name: string;
  readonly flags: string[];
}

export const PLAIN: Mode = { name: "plain", flags: [] };

export const ADDRESS: Mode = {
  name: "address and undefined behaviour",
  flags: ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
};

/** gcc warns that it does not follow fences; clang does not know that warning. */
export const THREAD: Mode = {
  name: "thread",
  flags: ["-g", "-fsanitize=thread", "-Wno-unknown-warning-option", "-Wno-tsan"],
};

/** One C file of a program. */
export interface Part {
  readonly source: URL;
  readonly flags?: string[];
}

/** What became of a program: `words` is all it said. */
export interface Outcome {
  readonly success: boolean;
  readonly words: string;
}

const native = new URL("../native/", import.meta.url);
const COMMON = ["-std=c11", "-D_GNU_SOURCE", "-O2", "-pthread", `-I${toPath(native)}`];
const MOST_MS = 60_000;

/** A sanitizer's own failure, from how the kernel strews memory; nothing the program did. */
const STREWN = /unexpected memory mapping|Shadow memory range interleaves/;

function toPath(url: URL): string {
  return decodeURIComponent(url.pathname);
}

async function call(
  program: string,
  args: string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), MOST_MS);
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args,
      // The first report is enough; without this the program runs on to its end.
      env: { TSAN_OPTIONS: "halt_on_error=1", ...env },
      stdin: "null",
      signal: late.signal,
    }).output();
    const decoder = new TextDecoder();
    const words = (decoder.decode(stdout) + decoder.decode(stderr)).trim();
    if (!late.signal.aborted) return { success, words };
    throw new Error(`Cannot test: ${program} was not done within ${MOST_MS / 1000} s\n${words}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const hint = program === "cc" ? "gcc libc6-dev" : "util-linux";
    throw new Error(`Cannot test: no ${program} found. To get it: apt-get install ${hint}`);
  } finally {
    clearTimeout(timer);
  }
}

async function runtimePackage(): Promise<string> {
  const { words: version } = await call("cc", ["-dumpversion"]);
  const major = version.split(".")[0];
  const { words } = await call("cc", ["--version"]);
  return words.includes("clang") ? `libclang-rt-${major}-dev` : `libgcc-${major}-dev`;
}

/** Throws what to install if the compiler cannot link the emptiest program in this mode. */
async function checkRuntime(mode: Mode, folder: URL): Promise<void> {
  const empty = new URL("empty.c", folder);
  await Deno.writeTextFile(empty, "int main(void) { return 0; }\n");
  const output = toPath(new URL("empty", folder));
  const { success, words } = await call("cc", [...mode.flags, toPath(empty), "-o", output]);
  if (success) return;
  throw new Error(
    `Cannot test under the ${mode.name} sanitizer: the compiler has no runtime for it. ` +
      `To get it: apt-get install ${await runtimePackage()}\n${words}`,
  );
}

/** Compiles one file in a mode; `flags` are more of the compiler's. */
export async function compile(
  part: Part,
  mode: Mode,
  output: URL,
  flags: string[] = ["-Wall", "-Wextra", "-Werror"],
): Promise<void> {
  const own = [...COMMON, ...flags, ...mode.flags, ...part.flags ?? []];
  const files = ["-c", toPath(part.source), "-o", toPath(output)];
  const { success, words } = await call("cc", [...own, ...files]);
  if (!success) throw new Error(`Cannot compile ${toPath(part.source)}, ${mode.name}:\n${words}`);
}

/** Links objects into a program; `flags` are more of the linker's. */
export async function link(
  objects: URL[],
  mode: Mode,
  output: URL,
  flags: string[] = [],
): Promise<void> {
  const files = [...objects.map(toPath), "-o", toPath(output)];
  const { success, words } = await call("cc", [...mode.flags, "-pthread", ...files, ...flags]);
  if (success) return;
  if (mode.flags.length > 0) await checkRuntime(mode, new URL("./", output));
  throw new Error(`Cannot link ${toPath(output)}, ${mode.name}:\n${words}`);
}

/** Runs a program; where a sanitizer cannot live with strewn memory, with memory in order. */
export async function run(
  program: URL,
  args: string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const outcome = await call(toPath(program), args, env);
  if (outcome.success || !STREWN.test(outcome.words)) return outcome;
  return await call("setarch", ["-R", toPath(program), ...args], env);
}

/** A folder for what is compiled, gone when it is disposed of. */
export async function scratchFolder(): Promise<AsyncDisposable & { readonly url: URL }> {
  const path = await Deno.makeTempDir({ prefix: "micring-" });
  return {
    url: new URL(`file://${path}/`),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

const programs = new URL("./native/", import.meta.url);
const libraryObjects = new URL(`build/${Deno.build.target}/objects/`, native);

/**
 * Compiles a program of `tests/native`, and links it with the objects that the library is made of;
 * what they call of `wrapped`, the program gets to see first. `flags` are more of the linker's.
 */
export async function linkWithLibrary(
  name: string,
  wrapped: string[],
  folder: URL,
  flags: string[] = [],
): Promise<URL> {
  const main = new URL(`${name}.o`, folder);
  await compile({ source: new URL(`${name}.c`, programs) }, PLAIN, main);
  const objects = [main];
  for await (const entry of Deno.readDir(libraryObjects)) {
    if (entry.name.endsWith(".o")) objects.push(new URL(entry.name, libraryObjects));
  }
  const program = new URL(name, folder);
  const wraps = wrapped.map((symbol) => `-Wl,--wrap=${symbol}`);
  await link(objects, PLAIN, program, [...wraps, ...flags, "-lm", "-ldl"]);
  return program;
}
