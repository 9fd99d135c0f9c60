/**
 * Puts the pinned miniaudio into place: `native/vendor/miniaudio.h`.
 *
 * A file that is already there with the right hash is used as it is, so that a build works
 * offline; otherwise it is read out of an npm package that carries it, unmodified.
 *
 * @module
 */

const SHA256 = "ac7af4de748b7e26b777f37e01cee313a308a7296a3eb080e2906b320cc55c89";
const PACKAGE = "llama.rn@0.12.9";
const PATH_IN_PACKAGE = "package/cpp/tools/mtmd/miniaudio/miniaudio.h";

const folder = new URL("./vendor/", import.meta.url);
const target = new URL("miniaudio.h", folder);

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function readIfThere(url: URL): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Runs a command; `undefined` where there is no such program. */
async function run(command: string, args: string[], cwd: string): Promise<Uint8Array | undefined> {
  try {
    const child = new Deno.Command(command, { args, cwd, stdout: "piped", stderr: "piped" });
    const { success, stdout, stderr } = await child.output();
    if (success) return stdout;
    const words = new TextDecoder().decode(stderr).trim();
    throw new Error(`Cannot vendor miniaudio: ${command} ${args.join(" ")} failed:\n${words}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The package's tarball, by npm, or by Deno's own run of it where npm is not installed. */
async function pack(into: string): Promise<void> {
  const args = ["pack", PACKAGE, "--pack-destination", into, "--ignore-scripts", "--silent"];
  const npm = Deno.build.os === "windows" ? "npm.cmd" : "npm";
  if (await run(npm, args, into)) return;
  await run(Deno.execPath(), ["run", "--allow-all", "--no-config", "npm:npm", ...args], into);
}

async function download(): Promise<Uint8Array<ArrayBuffer>> {
  const scratch = await Deno.makeTempDir({ prefix: "micring-vendor-" });
  try {
    await pack(scratch);
    const [tarball] = [...Deno.readDirSync(scratch)].filter((entry) => entry.name.endsWith(".tgz"));
    if (!tarball) throw new Error(`Cannot vendor miniaudio: npm left no package of ${PACKAGE}`);
    if (!await run("tar", ["-xzf", tarball.name, PATH_IN_PACKAGE], scratch)) {
      throw new Error("Cannot vendor miniaudio: there is no tar to unpack it with");
    }
    return await Deno.readFile(`${scratch}/${PATH_IN_PACKAGE}`);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** Makes sure that the pinned header is in place; throws an `Error` that says why if it cannot. */
export async function vendorMiniaudio(): Promise<void> {
  const present = await readIfThere(target);
  if (present && await sha256(present) === SHA256) return;
  console.error(`Vendoring miniaudio 0.11.25 from the npm package ${PACKAGE}`);
  const header = await download();
  const hash = await sha256(header);
  if (hash !== SHA256) {
    throw new Error(`Cannot vendor miniaudio: its SHA-256 is ${hash}, not the pinned ${SHA256}`);
  }
  await Deno.mkdir(folder, { recursive: true });
  const scratch = new URL(`miniaudio.h.${Deno.pid}`, folder);
  await Deno.writeFile(scratch, header);
  await Deno.rename(scratch, target);
}
