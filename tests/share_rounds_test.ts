import { assert } from "@std/assert";
import type { Footprint } from "./_share_footprint.ts";
import { LARGE_ENV, LARGE_MEGABYTES } from "./_share_footprint.ts";
import { shareProcess } from "./_share_child.ts";

/* Whoever ends first, and however: what a ring took is the system's again, and nothing else suffers. */

/** Of its own a process takes a little more or less each time. */
const NOISE_MEGABYTES = LARGE_MEGABYTES / 2;
/** And more the longer it lives, ring or no ring; not by what one ring in a hundred takes. */
const MOST_MORE_MEGABYTES = 1.5 * LARGE_MEGABYTES;
/** Deno keeps some for what comes next. */
const NOISE_THREADS = 4;

function words({ megabytes, threads }: Footprint): string {
  return `${megabytes.toFixed(1)} MB, ${threads} threads`;
}

function checkBack(before: Footprint, after: Footprint, more = MOST_MORE_MEGABYTES): void {
  const what = `${words(before)} before, ${words(after)} after`;
  console.log(what);
  assert(after.megabytes < before.megabytes + more, what);
  assert(after.threads <= before.threads + NOISE_THREADS, what);
}

/** Registers a test that looks at a process as Linux shows it. */
function footprintTest(name: string, run: () => Promise<void>): void {
  Deno.test(name, async () => {
    if (Deno.build.os === "linux") await run();
    else console.log("skipped: what a process takes is looked at on Linux");
  });
}

footprintTest(
  "200 rounds: one who holds a ring is terminated, the others close in any order",
  async () => {
    await using child = shareProcess(LARGE_ENV);
    const { before, after } = await child.call("playRounds", 36, 200);
    checkBack(before, after);
  },
);

footprintTest(
  "Workers that are terminated while they open a ring leave nothing behind",
  async () => {
    await using child = shareProcess(LARGE_ENV);
    const { before, after } = await child.call("terminateOpenings", 6, 40);
    checkBack(before, after);
  },
);

for (const last of ["closes", "is terminated"] as const) {
  footprintTest(`a ring's memory stays until the last who holds it ${last}`, async () => {
    await using child = shareProcess(LARGE_ENV);
    const takes = await child.call("letGo", last);
    const [before, , ownerClosed, readerClosed, otherClosed, after] = takes;
    for (const held of [ownerClosed, readerClosed, otherClosed]) {
      assert(held.megabytes > before.megabytes + NOISE_MEGABYTES, takes.map(words).join("; "));
    }
    checkBack(before, after, NOISE_MEGABYTES);
  });
}
