/**
 * Programs and files that a test needs and a machine may lack.
 *
 * @module
 */

async function isThere(program: string): Promise<boolean> {
  const probe = new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" });
  return (await probe.output()).success;
}

/** Says that a test is skipped; in CI, which installs everything, that is an error. */
function skip(lack: string, packages: string): false {
  const words = `no ${lack} here (apt-get install ${packages})`;
  if (Deno.env.get("CI")) throw new Error(`Cannot test: ${words}`);
  console.log(`skipped: ${words}`);
  return false;
}

/**
 * Whether the programs are there. If not, the test is to end, and says here that it was skipped;
 * in CI, which installs them, that is an error.
 *
 * @param packages The packages of Debian that bring them.
 */
export async function haveTools(programs: string[], packages: string): Promise<boolean> {
  for (const program of programs) {
    if (!await isThere(program)) return skip(program, packages);
  }
  return true;
}

/** The same for a file, by its path. */
export async function haveFile(path: string, packages: string): Promise<boolean> {
  const there = await Deno.stat(path).then(() => true, () => false);
  return there || skip(path, packages);
}

/** Registers a test that needs programs: see {@linkcode haveTools}. */
export function testWith(
  programs: string[],
  packages: string,
  name: string,
  run: () => Promise<void>,
): void {
  Deno.test(name, async () => {
    if (await haveTools(programs, packages)) await run();
  });
}
