import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { libraryUrl } from "../native/build.ts";
import { symbols } from "../ffi/_symbols.ts";

const native = decodeURIComponent(new URL("../native", import.meta.url).pathname);

interface Outcome {
  readonly code: number;
  readonly words: string;
}

async function run(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const child = new Deno.Command(command, { args, env, stdin: "null" });
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, words: decoder.decode(stdout) + decoder.decode(stderr) };
}

function runScript(path: string, env: Record<string, string> = {}): Promise<Outcome> {
  const args = ["run", "--quiet", "--no-config", "--allow-all", path];
  return run(Deno.execPath(), args, { NO_COLOR: "1", ...env });
}

/** A copy of native/ with everything that is built, to be spoilt. */
async function withCopy(test: (folder: string) => Promise<void>): Promise<void> {
  const scratch = await Deno.makeTempDir({ prefix: "micring-build-" });
  try {
    const { code, words } = await run("cp", ["-r", native, scratch]);
    assertEquals(code, 0, words);
    await test(`${scratch}/native`);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

Deno.test("a build with nothing changed compiles and links nothing", () =>
  withCopy(async (folder) => {
    // The copy is at another path; what was built is known by content.
    assertEquals(await runScript(`${folder}/build.ts`), { code: 0, words: "" });
    const library = `${folder}/build/${Deno.build.target}/libmicring.so`;
    const before = await Deno.stat(library);
    assertEquals(await runScript(`${folder}/build.ts`), { code: 0, words: "" });
    const after = await Deno.stat(library);
    assertEquals([after.ino, after.mtime], [before.ino, before.mtime]);
  }));

Deno.test("a build after a change compiles what changed, and what includes it", () =>
  withCopy(async (folder) => {
    await Deno.writeTextFile(`${folder}/tone.c`, "\n/* changed */\n", { append: true });
    const source = await runScript(`${folder}/build.ts`);
    assertEquals(source, { code: 0, words: "Compiling tone.c\n" });
    await Deno.writeTextFile(`${folder}/ring.h`, "\n/* changed */\n", { append: true });
    const header = await runScript(`${folder}/build.ts`);
    assertEquals(header.code, 0);
    assertStringIncludes(header.words, "Compiling ring.c\n");
    assert(!header.words.includes("miniaudio.c"), header.words);
  }));

Deno.test("our own C is compiled with warnings as errors", () =>
  withCopy(async (folder) => {
    const unused = "\nstatic int nobody_calls_this(void) { return 1; }\n";
    await Deno.writeTextFile(`${folder}/tone.c`, unused, { append: true });
    const { code, words } = await runScript(`${folder}/build.ts`);
    assertEquals(code, 1);
    assertStringIncludes(words, "nobody_calls_this");
    assertStringIncludes(words, "Cannot build: ");
  }));

Deno.test("without a compiler the build says so, and how to get one", () =>
  withCopy(async (folder) => {
    const { code, words } = await runScript(`${folder}/build.ts`, { PATH: "/nowhere" });
    assertEquals(code, 1);
    assertStringIncludes(words, "Cannot build: no C compiler found (tried cc, clang, gcc, zig cc)");
    assertStringIncludes(words, "apt-get install gcc");
  }));

Deno.test("a miniaudio that is in place is used as it is, without a network", () =>
  withCopy(async (folder) => {
    // Deno finds cc by an absolute PATH; npm and tar are not on it.
    const bin = `${folder}/bin`;
    await Deno.mkdir(bin);
    const { words: cc } = await run("sh", ["-c", "command -v cc"]);
    await Deno.symlink(cc.trim(), `${bin}/cc`);
    await Deno.writeTextFile(`${folder}/push.c`, "\n/* changed */\n", { append: true });
    await Deno.remove(`${folder}/build/${Deno.build.target}/libmicring.so`);
    const { words: linker } = await run("sh", ["-c", "dirname $(command -v ld)"]);
    for (const tool of ["as", "ld"]) {
      await Deno.symlink(`${linker.trim()}/${tool}`, `${bin}/${tool}`);
    }
    const outcome = await runScript(`${folder}/build.ts`, { PATH: bin });
    assertEquals(outcome, { code: 0, words: "Compiling push.c\n" });
  }));

Deno.test("a miniaudio that is not the pinned one is never compiled", () =>
  withCopy(async (folder) => {
    await Deno.writeTextFile(`${folder}/vendor/miniaudio.h`, "/* changed */\n", { append: true });
    const bin = `${folder}/bin`;
    await Deno.mkdir(bin);
    // An npm that packs something else under the right names.
    const header = "package/cpp/tools/mtmd/miniaudio/miniaudio.h";
    const script = `#!/bin/sh
mkdir -p "$(dirname ${header})" && echo 'int other;' > ${header} && tar -czf other.tgz package
`;
    await Deno.writeTextFile(`${bin}/npm`, script, { mode: 0o755 });
    const PATH = `${bin}:${Deno.env.get("PATH")}`;
    const { code, words } = await runScript(`${folder}/build.ts`, { PATH });
    assertEquals(code, 1);
    assertStringIncludes(words, "Cannot vendor miniaudio: its SHA-256 is ");
    assertStringIncludes(words, "not the pinned ac7af4de");
  }));

Deno.test("the library exports the functions of micring.h, and nothing else", async () => {
  if (Deno.build.os !== "linux") return console.log("skipped: nm of ELF files is for Linux");
  const library = decodeURIComponent(libraryUrl.pathname);
  const { words } = await run("nm", ["-D", "--defined-only", library]);
  const names = words.trim().split("\n").map((line) => line.split(" ").at(-1));
  assertEquals(names.toSorted(), Object.keys(symbols).toSorted());
});

Deno.test("the library is never unloaded under the feet of its threads", async () => {
  if (Deno.build.os !== "linux") return console.log("skipped: readelf is for Linux");
  const library = decodeURIComponent(libraryUrl.pathname);
  const { words } = await run("readelf", ["-dW", library]);
  assertStringIncludes(words, "NODELETE");
});
