/**
 * The registries that a user's Deno asks, on loopback: JSR with this package as it would be
 * published, and npm with what the package imports of it. Nothing else is to be had there.
 *
 * @module
 */

import { type NpmPackage, npmPackage } from "./_npm_package.ts";
import { dryRun, packageConfig } from "./_published.ts";

const IMPORTED = /from "npm:([^"]+)"/g;

/** By a file's ending. */
const TYPES: Readonly<Record<string, string>> = {
  ".ts": "text/typescript",
  ".js": "text/javascript",
};

interface Answer {
  readonly type: string;
  readonly body: BodyInit;
}

type Answers = Map<string, Answer>;

async function checksum(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return `sha256-${new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex()}`;
}

/** Which packages of npm the files import: their versions are exact, or npm has no such package. */
function npmImports(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Set<string> {
  const specifiers = new Set<string>();
  for (const [path, bytes] of files) {
    if (!/^\/(ffi\/.*|mod)\.ts$/.test(path)) continue;
    for (const [, specifier] of new TextDecoder().decode(bytes).matchAll(IMPORTED)) {
      specifiers.add(specifier);
    }
  }
  return specifiers;
}

function json(value: unknown): Answer {
  return { type: "application/json", body: JSON.stringify(value) };
}

/** What JSR has of the package, by path: two lists and each of its files. */
async function jsrAnswers(
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Promise<Answers> {
  const { name, version, exports } = await packageConfig();
  const answers: Answers = new Map();
  const manifest: Record<string, { size: number; checksum: string }> = {};
  for (const [path, bytes] of files) {
    manifest[path] = { size: bytes.length, checksum: await checksum(bytes) };
    const type = TYPES[path.slice(path.lastIndexOf("."))] ?? "application/octet-stream";
    answers.set(`/${name}/${version}${path}`, { type, body: bytes });
  }
  answers.set(`/${name}/${version}_meta.json`, json({ manifest, exports }));
  const versions = { [version]: {} };
  answers.set(`/${name}/meta.json`, json({ latest: version, versions }));
  return answers;
}

/** What npm has of a package: a list, and its tarball. */
function npmAnswers({ name, version, integrity, tarball }: NpmPackage, origin: string): Answers {
  const path = `/${name}/-/${name}-${version}.tgz`;
  const dist = { tarball: `${origin}${path}`, integrity };
  const versions = { [version]: { name, version, dist } };
  return new Map<string, Answer>([
    [`/${name}`, json({ name, "dist-tags": { latest: version }, versions })],
    [path, { type: "application/octet-stream", body: tarball }],
  ]);
}

/** Running registries. */
export class Registry implements AsyncDisposable {
  /** The paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** Those of them that are not there. */
  readonly missing: string[] = [];
  readonly #answers: Answers = new Map();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#answer(request),
    );
  }

  /**
   * Starts them with the package as `deno publish` would upload it now.
   *
   * @param without A file that is left out.
   */
  static async start(without?: string): Promise<Registry> {
    // That it would be accepted is another test's matter.
    const { success, words, files } = await dryRun("--no-check");
    if (!success) throw new Error(`Cannot serve the package: ${words}`);
    if (without !== undefined && !files.delete(without)) {
      throw new Error(`Cannot leave out ${without}: it is not in the package`);
    }
    const registry = new Registry();
    registry.#add(await jsrAnswers(files));
    for (const specifier of npmImports(files)) {
      registry.#add(npmAnswers(await npmPackage(specifier), registry.#origin));
    }
    return registry;
  }

  /** What a Deno needs in its environment to ask here. */
  get env(): Readonly<Record<string, string>> {
    return { JSR_URL: `${this.#origin}/`, NPM_CONFIG_REGISTRY: `${this.#origin}/` };
  }

  /** Stops answering; `env` goes on saying where the answers in a cache came from. */
  stop(): Promise<void> {
    return this.#server.shutdown();
  }

  /** Stops answering at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  get #origin(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  #add(answers: Answers): void {
    for (const [path, answer] of answers) this.#answers.set(path, answer);
  }

  #answer({ method, url }: Request): Response {
    const { pathname } = new URL(url);
    this.asked.push(pathname);
    const answer = method === "GET" ? this.#answers.get(pathname) : undefined;
    if (answer) return new Response(answer.body, { headers: { "content-type": answer.type } });
    this.missing.push(pathname);
    return new Response(null, { status: 404 });
  }
}
