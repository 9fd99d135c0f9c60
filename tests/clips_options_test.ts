import { assertEquals, assertThrows } from "@std/assert";
import { triggeredClips } from "../ffi/clips.ts";
import { Room } from "./_room.ts";

// deno-lint-ignore no-explicit-any
type Anything = any;

const BAD_OPTIONS: [options: Anything, error: Anything, says: string][] = [
  [undefined, TypeError, "the options are undefined"],
  [{}, TypeError, "above is undefined, not a number"],
  [{ above: "-20" }, TypeError, 'above is "-20", not a number'],
  [{ above: 1 }, RangeError, "above is 1, and must be a number from -200 to 0"],
  [{ above: NaN }, RangeError, "above is NaN"],
  [{ above: -20, below: -19 }, RangeError, "below is -19, and must be a number from -206 to -20"],
  [{ above: -20, before: -1 }, RangeError, "before is -1, and must be a number from 0 to 4"],
  [{ above: -20, after: -0.1 }, RangeError, "after is -0.1"],
  [{ above: -20, after: 5 }, RangeError, "after is 5"],
  [{ above: -20, hold: -1 }, RangeError, "hold is -1"],
  [{ above: -20, hold: "1" }, TypeError, 'hold is "1"'],
  [{ above: -20, past: 5 }, RangeError, "past is 5, and must be a number from 0 to 4"],
  [{ above: -20, hop: 0 }, RangeError, "hop is 0, and must be a number from 0.001 to 1"],
  [{ above: -20, queue: 0 }, RangeError, "queue is 0, and must be a whole number from 1 to 1024"],
  [{ above: -20, queue: 1.5 }, RangeError, "queue is 1.5"],
  [{ above: -20, highPass: 0 }, RangeError, "highPass is 0, and must be a number from 1 to 450"],
  [{ above: -20, highPass: 451 }, RangeError, "highPass is 451"],
  [{ above: -20, lowPass: "1" }, TypeError, 'lowPass is "1"'],
  [{ above: -20, highPass: 200, lowPass: 199 }, RangeError, "lowPass is 199, and must be a"],
  // 0.5 s before and a hop must be in a clip; it is known to be over another 0.52 s later.
  [
    { above: -20, atMost: 0.5 },
    RangeError,
    "atMost is 0.5, and must be a number from 0.52 to 3.38",
  ],
  [{ above: -20, atMost: 3.4 }, RangeError, "atMost is 3.4, and must be a number from 0.52 to"],
  [{ above: -20, hold: 3, after: 0, atMost: 1 }, RangeError, "from 0.52 to 0.88"],
  [{ above: -20, before: 1.96 }, RangeError, "takes a ring of 4.06 s, and it holds 4 s"],
  [{ above: -20, signal: {} }, TypeError, "signal is an object of type Object, not an AbortSignal"],
  [{ above: -20, signal: AbortSignal.abort(new SyntaxError("gone")) }, SyntaxError, "gone"],
  [{ above: -20, seconds: 1 }, TypeError, 'there is no option "seconds"; there are above, below'],
];

for (const [options, error, says] of BAD_OPTIONS) {
  Deno.test(`clips refuses what says: ${says}`, () => {
    const { feed } = new Room();
    assertThrows(() => triggeredClips(feed, options), error, says);
    assertEquals(feed.waiting, 0);
  });
}
