/** Runs a test in a folder of its own, which is removed behind it. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "micring-test-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What stands beside a WAV. */
export async function sidecarOf(path: string) {
  return JSON.parse(await Deno.readTextFile(`${path}.json`));
}

/** The names of what is in a folder. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}
