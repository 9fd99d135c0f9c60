import { assert, assertEquals } from "@std/assert";
import { PACKED_TARGETS } from "../native/targets.ts";
import { hasExample, readDocumentation, undocumented } from "./_documentation.ts";
import { deno, dryRun, importedFiles, packageConfig } from "./_published.ts";

/* The package as `deno publish` would upload it: that nothing is missing, that nothing is in it by
 * mistake, and that the registry and its readers have nothing to complain about. */

/** What the package exports. */
const ENTRIES = ["mod.ts", "cli/main.ts", "ffi/svg/to_svg.ts"];

const MOST_BYTES = 2_000_000;
/** All that belongs into the package; each of these must be there. */
const BELONGS = [
  /^\/deno\.json$/,
  /^\/mod\.ts$/,
  /^\/ffi\/(svg\/)?[a-z_]+\.ts$/,
  /^\/cli\/[a-z_]+\.ts$/,
  new RegExp(`^/native/packed/(${PACKED_TARGETS.join("|")})\\.js$`),
  /^\/README\.md$/,
  /^\/CHANGELOG\.md$/,
  /^\/LICENSE$/,
];

Deno.test("deno publish has nothing to complain about", async () => {
  const { name, version } = await packageConfig();
  const { success, words } = await dryRun();
  assert(success, words);
  assertEquals(words.split("\n"), [
    "Checking for slow types in the public API...",
    `Simulating publish of ${name}@${version} with files:`,
    "Success Dry run complete",
  ]);
});

Deno.test("the package is what is needed to use it, and nothing else", async () => {
  const { files } = await dryRun("--no-check");
  const paths = [...files.keys()];
  assertEquals(paths.filter((path) => !BELONGS.some((kind) => kind.test(path))), []);
  assertEquals(BELONGS.filter((kind) => !paths.some((path) => kind.test(path))), []);
  if ((PACKED_TARGETS as readonly string[]).includes(Deno.build.target)) {
    assert(files.has(`/native/packed/${Deno.build.target}.js`), paths.join("\n"));
  }
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  assert(bytes < MOST_BYTES, `the package has ${bytes} bytes`);
});

Deno.test("all that the package imports is in it, but for croner", async () => {
  const { files } = await dryRun("--no-check");
  const { local, others } = await importedFiles(...ENTRIES);
  assert(local.length > 50, `${local.length} modules are imported`);
  assertEquals(local.filter((path) => !files.has(path)), []);
  assertEquals(others, ["npm:/croner@11.0.1", "node:util"]);
  // Who imports the module alone starts nothing of Node's.
  assertEquals((await importedFiles("mod.ts")).others, ["npm:/croner@11.0.1"]);
});

Deno.test("every module of the package is imported, or it would be ballast", async () => {
  const { files } = await dryRun("--no-check");
  const { local } = await importedFiles(...ENTRIES);
  const modules = [...files.keys()].filter((path) => /\.[jt]s$/.test(path));
  assertEquals(modules.filter((path) => !local.includes(path)), []);
});

Deno.test("deno doc has nothing to complain about", async () => {
  const { success, words } = await deno("doc", "--lint", ...ENTRIES);
  assertEquals([success, words], [true, "Checked 3 files"]);
});

Deno.test("every export, member and parameter is documented", async () => {
  const documentation = await readDocumentation();
  assert(documentation.symbols.length > 50, `${documentation.symbols.length} exports are there`);
  assertEquals(undocumented(documentation), []);
});

Deno.test("the module and each function have an example", async () => {
  const { module, symbols } = await readDocumentation();
  assert(hasExample(module), "the module has none");
  const functions = symbols.flatMap(({ name, declarations }) =>
    declarations.filter(({ kind }) => kind === "function").map(({ jsDoc }) => ({ name, jsDoc }))
  );
  assert(functions.length > 0, "there is no function");
  assertEquals(functions.filter(({ jsDoc }) => !hasExample(jsDoc)).map(({ name }) => name), []);
});
