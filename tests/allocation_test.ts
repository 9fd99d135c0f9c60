import { assert } from "@std/assert";
import { BACKENDS } from "../ffi/abi.ts";
import { linkWithLibrary, run, scratchFolder } from "./_compile.ts";
import { PulseServer, pulseTest } from "./_pulse.ts";

/* Every allocation that miniaudio and we make, failing in turn. */

const WRAPPED = ["malloc", "calloc", "realloc"];
async function testBackend(backend: number, env: Record<string, string>): Promise<void> {
  await using folder = await scratchFolder();
  const program = await linkWithLibrary("allocation_faults", WRAPPED, folder.url);
  const { success, words } = await run(program, [String(backend)], env);
  assert(success, words);
  console.log(words);
}

Deno.test("an allocation that fails is an error, and no crash or hang: without a sound system", async () => {
  await testBackend(BACKENDS.null, {});
});

pulseTest("an allocation that fails is an error, and no crash or hang: PulseAudio", async () => {
  await using server = await PulseServer.start();
  await server.addSource({ name: "mono", format: "f32", sampleRate: 48_000, channels: 1 });
  await testBackend(BACKENDS.pulseaudio, server.env);
});
