import { assert, assertMatch } from "@std/assert";
import { linkWithLibrary, run, scratchFolder } from "./_compile.ts";

/* What runs in a device's audio callback, under a guard that traps what must not happen there. */

const WATCHED = ["malloc", "calloc", "realloc", "free", "pthread_mutex_lock"];
const CALLBACKS = "10000";

Deno.test("in 10,000 callbacks nothing allocates, locks, calls the system or faults", async (t) => {
  await using folder = await scratchFolder();
  const program = await linkWithLibrary("callback_guard", WATCHED, folder.url);
  const { success, words } = await run(program, [CALLBACKS]);
  assert(success, words);
  assertMatch(words, /^10000 callbacks, \d+ frames, \d+ gaps, 0 violations$/);
  console.log(words);
  for (const crime of ["malloc", "free", "lock", "syscall", "fault"]) {
    await t.step(`the guard catches one ${crime}`, async () => {
      const { success, words } = await run(program, [CALLBACKS, crime]);
      assert(!success, words);
      assertMatch(words, new RegExp(` 1 violations, 1 ${crime}$`));
    });
  }
});
