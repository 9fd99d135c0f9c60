/**
 * Other systems than this one, emulated: their libraries are built here, and run here.
 *
 * @module
 */

import { buildLibrary, findCompiler } from "../native/compile.ts";
import { targetOf } from "../native/targets.ts";
import { haveFile, haveTools } from "./_tools.ts";

const native = new URL("../native/", import.meta.url);
const programs = new URL("./native/", import.meta.url);

function toPath(url: URL): string {
  return decodeURIComponent(url.pathname);
}

/** A system, and what emulates it. */
export interface Emulation {
  readonly name: string;
  /** The name that `Deno.build.target` has there. */
  readonly target: string;
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly libraries: readonly string[];
  readonly runner: readonly string[];
  /** A file without which nothing runs, where that is no program. */
  readonly needs?: string;
  readonly packages: string;
  readonly env: (home: string) => Record<string, string>;
  /** What ends a service that it leaves behind. */
  readonly end?: readonly string[];
  /** What the system calls a path of this one. */
  readonly path: (path: string) => string;
  /** With less than this, the emulated sound system loses frames. */
  readonly periodMs: number;
}

/** Every one that is emulated on Linux on x86_64. */
export const EMULATIONS: Emulation[] = [
  {
    name: "Linux on aarch64",
    target: "aarch64-unknown-linux-gnu",
    compiler: "aarch64-linux-gnu-gcc",
    flags: [],
    libraries: ["-ldl", "-lm", "-lpthread"],
    runner: ["qemu-aarch64"],
    needs: "/usr/lib/aarch64-linux-gnu/libpulse.so.0",
    packages: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user libpulse0:arm64",
    env: () => ({}),
    path: (path) => path,
    periodMs: 10,
  },
  {
    name: "Windows",
    target: "x86_64-pc-windows-msvc",
    compiler: "x86_64-w64-mingw32-gcc-posix",
    flags: ["-D__USE_MINGW_ANSI_STDIO=1"],
    libraries: ["-static", "-lm", "-lntdll", "-lpthread"],
    runner: ["/usr/lib/wine/wine64"],
    end: ["/usr/lib/wine/wineserver64", "-k"],
    packages: "gcc-mingw-w64-x86-64-posix wine64",
    env: (home) => ({ HOME: home, WINEPREFIX: `${home}/wine`, WINEDEBUG: "-all" }),
    path: (path) => `Z:${path.replaceAll("/", "\\")}`,
    periodMs: 100,
  },
];

/** Registers a test that needs an emulation; elsewhere than on Linux on x86_64 there is none. */
export function emulatedTest(
  { name, compiler, runner, needs, packages }: Emulation,
  what: string,
  run: () => Promise<void>,
): void {
  Deno.test(`${name}, emulated: ${what}`, async () => {
    if (Deno.build.target !== "x86_64-unknown-linux-gnu") {
      return console.log("skipped: emulated on Linux on x86_64 only");
    }
    const tools = [compiler, ...runner, "pulseaudio", "pactl", "cc"];
    if (!await haveTools(tools, `${packages} pulseaudio pulseaudio-utils gcc`)) return;
    if (needs === undefined || await haveFile(needs, packages)) await run();
  });
}

/** The emulated system, while something runs on it. */
export class EmulatedSystem implements AsyncDisposable {
  readonly #emulation: Emulation;
  readonly #home: string;

  private constructor(emulation: Emulation, home: string) {
    this.#emulation = emulation;
    this.#home = home;
  }

  /** Gives it a home of its own. */
  static async open(emulation: Emulation): Promise<EmulatedSystem> {
    return new EmulatedSystem(emulation, await Deno.makeTempDir({ prefix: "micring-emulated-" }));
  }

  /** A path in its home, on this system. */
  file(name: string): string {
    return `${this.#home}/${name}`;
  }

  /** The system's own name for a path. */
  path(path: string): string {
    return this.#emulation.path(path);
  }

  /** The native library for it, as it is packed. */
  async library(): Promise<string> {
    const target = targetOf(this.#emulation.target);
    const { url } = await buildLibrary(target, await findCompiler(target));
    return this.path(toPath(url));
  }

  /** Compiles a program of `tests/native/` for it, with native sources, each with its own flags. */
  async compile(
    program: string,
    sources: readonly string[] = [],
    flagsOf: Readonly<Record<string, string[]>> = {},
  ): Promise<string> {
    const { compiler, flags, libraries } = this.#emulation;
    const common = ["-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", ...flags];
    const includes = [`-I${toPath(native)}`, `-I${toPath(programs)}`];
    const inputs = [
      new URL(`${program}.c`, programs),
      ...sources.map((name) => new URL(name, native)),
    ];
    const objects = await Promise.all(inputs.map(async (input) => {
      const name = input.pathname.split("/").at(-1)!;
      const object = this.file(`${program}-${name}.o`);
      const own = [...common, ...includes, ...flagsOf[name] ?? []];
      await this.#call([compiler, ...own, "-c", toPath(input), "-o", object]);
      return object;
    }));
    const output = this.file(`${program}.exe`);
    await this.#call([compiler, ...objects, "-o", output, ...libraries]);
    return output;
  }

  /** Runs a program there; returns what it said. Throws if it failed. */
  run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
    return this.#call([...this.#emulation.runner, program, ...args], env);
  }

  async #call([command, ...args]: string[], env: Record<string, string> = {}): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(command, {
      args,
      env: { ...this.#emulation.env(this.#home), ...env },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    const words = (decoder.decode(stdout) + decoder.decode(stderr)).trim();
    if (!success) throw new Error(`Cannot test: ${command} failed\n${words}`);
    return words;
  }

  /** Ends it, and forgets its home. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { end } = this.#emulation;
    // It fails where nothing was left behind.
    if (end !== undefined) await this.#call([...end]).catch(() => {});
    await Deno.remove(this.#home, { recursive: true });
  }
}
