/**
 * A copy of the package as it is published, which is to be loaded by a process of its own.
 *
 * @module
 */

import type { PackedEncoding, PackedLibrary } from "../ffi/packed_library.ts";
import { buildLibrary, findCompiler } from "../native/compile.ts";
import { readHeaders } from "../native/headers.ts";
import { packedModule, packLibrary } from "../native/packed_module.ts";
import { targetOf } from "../native/targets.ts";

const root = new URL("../", import.meta.url);
const target = Deno.build.target;

async function packThisMachine(encoding: PackedEncoding): Promise<PackedLibrary> {
  const { url, fileName } = await buildLibrary(
    targetOf(target),
    await findCompiler(targetOf(target)),
  );
  const { abiVersion, miniaudioVersion } = await readHeaders();
  return await packLibrary(await Deno.readFile(url), {
    target,
    fileName,
    encoding,
    abiVersion,
    miniaudioVersion,
  });
}

/** How libraries are packed. */
export const ENCODINGS: readonly PackedEncoding[] = ["none", "gzip"];

const packed = new Map<PackedEncoding, Promise<PackedLibrary>>();

/** The library of this machine, packed; as it is published, unless it is said how. */
export function packedHere(encoding = targetOf(target).encoding): Promise<PackedLibrary> {
  return packed.getOrInsertComputed(encoding, packThisMachine);
}

async function pipe(
  bytes: Uint8Array<ArrayBuffer>,
  through: TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([bytes]).stream().pipeThrough(through)).bytes();
}

/** The library's bytes, as they are loaded. */
export async function bytesOf(
  { base64, encoding }: PackedLibrary,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Uint8Array.fromBase64(base64);
  return encoding === "none" ? bytes : await pipe(bytes, new DecompressionStream(encoding));
}

/** Bytes as a packed library's are written. */
export async function encode(
  bytes: Uint8Array<ArrayBuffer>,
  { encoding }: PackedLibrary,
): Promise<string> {
  const compress = encoding !== "none" && new CompressionStream(encoding);
  return (compress ? await pipe(bytes, compress) : bytes).toBase64();
}

/** What a process said. */
export interface Said {
  readonly out: string;
  readonly err: string;
}

/** The package's modules in a folder of their own, without anything that was built. */
export class LoadRoom implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes one, with this library in it. */
  static async create(library?: PackedLibrary): Promise<LoadRoom> {
    const path = await Deno.makeTempDir({ prefix: "micring-load-" });
    await Deno.mkdir(`${path}/ffi`);
    await Deno.copyFile(new URL("mod.ts", root), `${path}/mod.ts`);
    for await (const { name, isFile } of Deno.readDir(new URL("ffi/", root))) {
      if (isFile) await Deno.copyFile(new URL(`ffi/${name}`, root), `${path}/ffi/${name}`);
    }
    const room = new LoadRoom(path);
    if (library !== undefined) await room.pack(packedModule(library));
    return room;
  }

  /** Puts the module of this machine's packed library there. */
  async pack(source: string): Promise<void> {
    await Deno.mkdir(`${this.path}/native/packed`, { recursive: true });
    await Deno.writeTextFile(`${this.path}/native/packed/${target}.js`, source);
  }

  /**
   * Runs a script that lies beside `mod.ts`.
   *
   * @param flags Permissions; loading needs `--allow-ffi`.
   * @param before What is to run Deno, if anything.
   */
  async run(script: string, flags: string[], before: string[] = []): Promise<Said> {
    const path = `${this.path}/script-${crypto.randomUUID()}.ts`;
    await Deno.writeTextFile(path, script);
    const deno = [
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-prompt",
      "--no-config",
      "--no-check",
      "--cached-only",
    ];
    const [program, ...args] = [...before, ...deno, ...flags, path];
    // What Deno may want of the network on its own is not looked at.
    const env = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
    const child = new Deno.Command(program, { args, env, stdin: "null" });
    const { stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return { out: decoder.decode(stdout), err: decoder.decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
