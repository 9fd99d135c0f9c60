import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const mod = new URL("../mod.ts", import.meta.url).href;

async function run(script: string, flags: string[]): Promise<{ out: string; err: string }> {
  const path = await Deno.makeTempFile({ prefix: "micring-permission-", suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, script);
    const args = ["run", "--quiet", "--no-prompt", "--no-config", "--no-check", ...flags, path];
    const child = new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } });
    const { stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return { out: decoder.decode(stdout), err: decoder.decode(stderr) };
  } finally {
    await Deno.remove(path);
  }
}

const TAKE = `
  import { MicRing, MicRingError, sequence } from ${JSON.stringify(mod)};
  try {
    await using ring = await MicRing.open({ seconds: 1, source: sequence({ speed: 10 }) });
    const { samples, startFrame } = ring.snapshot();
    const peeked = ring.peek({ seconds: 0.01 }, (all, span) => all[0] === span.startFrame);
    console.log(samples.every((sample, i) => sample === startFrame + i) && peeked);
  } catch (error) {
    console.log(error instanceof MicRingError ? error.code : "?", error.message);
  }
`;

Deno.test("importing the module needs no permission, and does and prints nothing", async () => {
  assertEquals(await run(`import ${JSON.stringify(mod)};`, []), { out: "", err: "" });
});

Deno.test("--allow-ffi is all that recording needs", async () => {
  assertEquals(await run(TAKE, ["--allow-ffi"]), { out: "true\n", err: "" });
});

for (const flags of [[], ["--allow-ffi=/usr/lib"], ["--deny-ffi"]]) {
  Deno.test(`with ${flags.join() || "no permission"} the error says what to type`, async () => {
    const { out, err } = await run(TAKE, flags);
    assertStringIncludes(out, "ffi-denied Cannot load the native library");
    assertStringIncludes(out, "--allow-ffi");
    assertEquals(err, "");
  });
}

Deno.test("a file needs --allow-read for that file, as everywhere in Deno", async () => {
  const script = `
    import { file, MicRing } from ${JSON.stringify(mod)};
    try {
      await MicRing.open({ seconds: 1, source: file("/etc/hostname") });
    } catch (error) {
      console.log(error.name, error.code ?? "", error.message);
    }
  `;
  const denied = await run(script, ["--allow-ffi"]);
  assert(denied.out.startsWith("NotCapable"), denied.out);
  assertStringIncludes(denied.out, "--allow-read");
  const allowed = await run(script, ["--allow-ffi", "--allow-read=/etc/hostname"]);
  assertStringIncludes(allowed.out, "file-not-audio");
});
