import { assert, assertEquals } from "@std/assert";
import {
  runToEnd,
  SHARE_ENDINGS,
  type ShareEnding,
  type ShareOutcome,
} from "./_share_ending_child.ts";
import { READINGS } from "./_share_pieces.ts";
import { seeded } from "./_seeded.ts";

/* However a process ends, and whichever of its Workers had ended before: it ends as it would without
 * a ring, by itself. */

const TIMES = 4;
const AT_ONCE = 2;
const MOST_DELAY_MS = 30;

const CODES: Partial<Record<ShareEnding, number>> = { "Deno.exit": 7, "uncaught error": 1 };
/** Deno prints each, whoever is told of them. */
const ERRORS: Partial<Record<ShareEnding, number>> = {
  "its Workers fail": READINGS.length,
  "uncaught error": 1,
};

for (const [number, ending] of SHARE_ENDINGS.entries()) {
  Deno.test(`${ending}, ${TIMES} times: the process ends as it should`, async () => {
    const random = seeded(number);
    const delays = Array.from({ length: TIMES }, () => random() * MOST_DELAY_MS).values();
    const outcomes: ShareOutcome[] = [];
    const runner = async () => {
      for (const delay of delays) outcomes.push(await runToEnd(ending, delay));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, runner));
    assertEquals(outcomes.length, TIMES);
    for (const { code, signal, output } of outcomes) {
      assertEquals([code, signal], [CODES[ending] ?? 0, null], output);
      const errors = output === "" ? [] : output.split(/^(?=error: )/m);
      assertEquals(errors.length, ERRORS[ending] ?? 0, output);
      assert(errors.every((error) => /^error: .*nobody catches this/.test(error)), output);
    }
  });
}
