/**
 * The C programs and plug-ins that stand in for microphones, compiled when a test needs them.
 *
 * @module
 */

import { compile, link, PLAIN } from "./_compile.ts";

const here = new URL("native/", import.meta.url);
const build = new URL("../native/build/tests/", import.meta.url);
/** What they may include; their own headers and those of the library. */
const HEADERS = [new URL("counter.h", here), new URL("../native/clock.h", import.meta.url)];

/** What a helper needs of the compiler and of the linker. */
export interface HelperFlags {
  readonly compiler?: string[];
  readonly linker?: string[];
}

const helpers = new Map<string, Promise<string>>();

async function digest(sources: URL[], flags: HelperFlags): Promise<string> {
  const texts = await Promise.all(sources.map((source) => Deno.readTextFile(source)));
  const bytes = new TextEncoder().encode(JSON.stringify([texts, flags]));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 16);
}

async function exists(url: URL): Promise<boolean> {
  return await Deno.stat(url).then(() => true, () => false);
}

async function make(name: string, flags: HelperFlags): Promise<string> {
  const source = new URL(`${name}.c`, here);
  const helper = new URL(`${name}-${await digest([source, ...HEADERS], flags)}`, build);
  if (!await exists(helper)) {
    await Deno.mkdir(build, { recursive: true });
    const object = new URL(`${helper.href}.${Deno.pid}.o`);
    const whole = new URL(`${helper.href}.${Deno.pid}`);
    await compile({ source, flags: flags.compiler }, PLAIN, object);
    await link([object], PLAIN, whole, [...flags.linker ?? [], "-lm"]);
    await Deno.remove(object);
    // Another process may be making the same one: each puts a whole one there.
    await Deno.rename(whole, helper);
  }
  return decodeURIComponent(helper.pathname);
}

/**
 * Compiles a helper, unless that was done before.
 *
 * @param name Its file's, in `tests/native/`, without `.c`.
 * @returns The path of the program, or plug-in.
 */
export function helper(name: string, flags: HelperFlags = {}): Promise<string> {
  let made = helpers.get(name);
  if (!made) helpers.set(name, made = make(name, flags));
  return made;
}

/** The monotonic clock, in nanoseconds, as text: a number of Deno's is too small for it. */
export async function monotonicNow(): Promise<string> {
  const { stdout } = await new Deno.Command(await helper("clock_now")).output();
  return new TextDecoder().decode(stdout).trim();
}
