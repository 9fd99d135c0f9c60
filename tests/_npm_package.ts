/**
 * Packages of the npm registry as they were published, for a registry that a test runs itself.
 *
 * @module
 */

const cache = new URL("../native/build/tests/", import.meta.url);
const lock = new URL("../deno.lock", import.meta.url);

/** A package of one version. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** The hash of the tarball, as npm and `deno.lock` write it. */
  readonly integrity: string;
  readonly tarball: Uint8Array<ArrayBuffer>;
}

async function integrityOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return `sha512-${new Uint8Array(await crypto.subtle.digest("SHA-512", bytes)).toBase64()}`;
}

async function lockedIntegrity(specifier: string): Promise<string> {
  const { npm } = JSON.parse(await Deno.readTextFile(lock));
  const integrity = npm[specifier]?.integrity;
  if (integrity === undefined) throw new Error(`Cannot serve ${specifier}: deno.lock lacks it`);
  return integrity;
}

/** Has npm fetch a package, or take it from its own cache; Deno's run of it, where it is missing. */
async function fetchTarball(specifier: string): Promise<Uint8Array<ArrayBuffer>> {
  const into = await Deno.makeTempDir({ prefix: "micring-npm-" });
  const args = ["pack", specifier, "--pack-destination", into, "--ignore-scripts", "--silent"];
  try {
    const run = (program: string, args: string[]) =>
      new Deno.Command(program, { args, cwd: into, stdout: "null" }).output();
    const npm = Deno.build.os === "windows" ? "npm.cmd" : "npm";
    const { success, stderr } = await run(npm, args).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return run(Deno.execPath(), ["run", "--allow-all", "--no-config", "npm:npm", ...args]);
    });
    const [entry] = await Array.fromAsync(Deno.readDir(into));
    if (success && entry) return await Deno.readFile(`${into}/${entry.name}`);
    throw new Error(`Cannot fetch ${specifier}: ${new TextDecoder().decode(stderr).trim()}`);
  } finally {
    await Deno.remove(into, { recursive: true });
  }
}

/**
 * Gets a package that `deno.lock` names, by which its bytes are checked; the next time it is there.
 *
 * @param specifier Its name and version, such as `croner@11.0.1`.
 */
export async function npmPackage(specifier: string): Promise<NpmPackage> {
  const integrity = await lockedIntegrity(specifier);
  const [, name, version] = /^(.+)@(.+)$/.exec(specifier)!;
  const kept = new URL(`${name}-${version}.tgz`, cache);
  const there = await Deno.readFile(kept).catch(() => undefined);
  if (there && await integrityOf(there) === integrity) {
    return { name, version, integrity, tarball: there };
  }
  const tarball = await fetchTarball(specifier);
  const actual = await integrityOf(tarball);
  if (actual !== integrity) {
    throw new Error(`Cannot use ${specifier}: it is ${actual}, and deno.lock says ${integrity}`);
  }
  await Deno.mkdir(cache, { recursive: true });
  const scratch = new URL(`${kept.href}.${Deno.pid}`);
  await Deno.writeFile(scratch, tarball);
  await Deno.rename(scratch, kept);
  return { name, version, integrity, tarball };
}
