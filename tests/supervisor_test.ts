import { assert } from "@std/assert";
import { linkWithLibrary, run, scratchFolder } from "./_compile.ts";

/* What no sound server can be made to do: calls of miniaudio that are refused, or hang. */

const WRAPPED = [
  "ma_context_init",
  "ma_context_uninit",
  "ma_device_init",
  "ma_device_uninit",
  "ma_device_start",
  "ma_device_stop",
  "ma_device_get_state",
];

/** What is left behind is to be freed, when it ends at last. */
const LEAKS = "-fsanitize=leak";

const SCENARIOS = {
  denied: "a device that may not be opened any more is left to a person",
  hanging_open: "a device that hangs when it is opened is left behind, and tried again",
  hanging_stop: "a device that hangs when it is stopped is left behind, and writes no more",
  failing_start: "a device that cannot be started is tried until it can be",
};

Deno.test("a supervised device whose calls fail or hang", async (t) => {
  await using folder = await scratchFolder();
  const program = await linkWithLibrary("supervisor_faults", WRAPPED, folder.url, [LEAKS]);
  for (const [scenario, words] of Object.entries(SCENARIOS)) {
    await t.step(words, async () => {
      const outcome = await run(program, [scenario]);
      assert(outcome.success, outcome.words);
    });
  }
});
