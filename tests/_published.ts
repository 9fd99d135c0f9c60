/**
 * The package as it would be published: what `deno publish` says, and the files that it names.
 *
 * @module
 */

const root = new URL("../", import.meta.url);

/** What `deno publish` would do. */
export interface DryRun {
  /** Whether it would publish at all. */
  readonly success: boolean;
  /** All that it says, but for the files. */
  readonly words: string;
  /** The files by their path in the package, `/mod.ts` and so on. */
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
}

/** What of `deno.json` a registry tells its users. */
export interface PackageConfig {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  readonly exports: Readonly<Record<string, string>>;
}

/** The project's own `deno.json`. */
export async function packageConfig(): Promise<PackageConfig> {
  return JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
}

/** The path in the package of a file of the project's. */
export function packagePath(url: string): string {
  if (!url.startsWith(root.href)) throw new Error(`Cannot publish ${url}: it is not in ${root}`);
  return url.slice(root.href.length - 1);
}

/** What Deno says while it fetches and checks, where that was not done before. */
const PROGRESS = /^(Check|Download|Initialize) /;

/** Runs Deno on the project: what it prints, and all that it says, but for its progress. */
export async function deno(
  ...args: string[]
): Promise<{ success: boolean; output: string; words: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout);
  const lines = (output + decoder.decode(stderr)).split("\n");
  const words = lines.filter((line) => line.trim() !== "" && !PROGRESS.test(line)).join("\n");
  return { success, output, words };
}

let packing: Promise<void> | undefined;

/** Packs the libraries of the sources as they are now, as the package is to have them. */
async function pack(): Promise<void> {
  const { success, words } = await deno("run", "--allow-all", "native/pack.ts");
  if (!success) throw new Error(`Cannot pack: ${words}`);
}

/** Asks `deno publish` what it would publish, once the libraries are packed, and reads that. */
export async function dryRun(...flags: string[]): Promise<DryRun> {
  await (packing ??= pack());
  const { success, words } = await deno("publish", "--dry-run", "--allow-dirty", ...flags);
  const others: string[] = [];
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const line of words.split("\n")) {
    const [, url] = /^ {3}(file:\S+) \([\d.]+[KM]?B\)$/.exec(line) ?? [];
    if (url) files.set(packagePath(url), await Deno.readFile(new URL(url)));
    else others.push(line);
  }
  return { success, words: others.join("\n"), files };
}

interface GraphModule {
  readonly specifier: string;
  readonly error?: string;
}

/** Those of the package, by their paths in it, and all others. */
export interface ImportedFiles {
  readonly local: string[];
  readonly others: string[];
}

/** What modules import, and what that imports, and so on: themselves too. */
export async function importedFiles(...paths: string[]): Promise<ImportedFiles> {
  const graphs = await Promise.all(paths.map((path) => deno("info", "--json", path)));
  const modules: GraphModule[] = graphs.flatMap(({ output }) => JSON.parse(output).modules);
  const there = modules
    .filter(({ specifier, error }) => error === undefined || !isPacked(specifier))
    .map(({ specifier }) => specifier);
  const files = there.filter((url) => url.startsWith("file:")).map(packagePath);
  const others = there.filter((url) => !url.startsWith("file:"));
  return { local: [...new Set(files)], others: [...new Set(others)] };
}

/** Modules that are loaded on one system only, and packed where there is a compiler for that. */
function isPacked(url: string): boolean {
  return url.startsWith(new URL("native/packed/", root).href);
}
