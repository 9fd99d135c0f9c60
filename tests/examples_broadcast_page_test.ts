/** The broadcaster's page, in a browser: it plays each block where the one before ends. */

/// <reference lib="dom" />

import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { MicRing, tone } from "@x/micring";
import { Broadcast } from "../examples/_broadcast.ts";
import { Browser, BROWSER_TOOLS, type Page } from "./_browser.ts";
import { haveTools } from "./_tools.ts";
import { until } from "./_wait.ts";

/** What the page has given to the browser to play. */
interface Played {
  readonly at: number;
  readonly sampleRate: number;
  readonly samples: number[];
}

type Watched = typeof globalThis & { played: Played[] };

/** Notes all that is played from now on. */
function watch(page: Page): Promise<void> {
  return page.run(() => {
    const played: Played[] = (globalThis as Watched).played = [];
    const { start } = AudioBufferSourceNode.prototype;
    AudioBufferSourceNode.prototype.start = function (at = 0) {
      const { sampleRate } = this.buffer!;
      played.push({ at, sampleRate, samples: [...this.buffer!.getChannelData(0)] });
      start.call(this, at);
    };
  });
}

function said(page: Page): Promise<string> {
  return page.run(() => document.querySelector("#status")!.textContent!);
}

Deno.test("the page plays what is sent, without a seam", async () => {
  if (!await haveTools(...BROWSER_TOOLS)) return;
  await using browser = await Browser.launch();
  await using ring = await MicRing.open({ seconds: 5, source: tone({ frequency: 500 }) });
  await using broadcast = new Broadcast(ring, { hostname: "127.0.0.1", port: 0 });
  const page = await browser.open(broadcast.url);
  await until("the page", () => page.run(() => document.querySelector("#listen") !== null));
  await watch(page);
  assertEquals(await said(page), "Not listening.");
  await page.press("Tab");
  await page.press("Enter");
  await until("a second", () => page.run(() => (globalThis as Watched).played.length >= 20));
  assertMatch(await said(page), /^Listening: .+, 48000 Hz(, \d\.\d s lost)?\.$/);
  await page.press("Enter");
  assertEquals(await said(page), "Not listening.");
  const played = await page.run(() => (globalThis as Watched).played);
  let seams = 0;
  played.forEach(({ at, sampleRate, samples }, i) => {
    assertEquals([sampleRate, samples.length], [48_000, 2400]);
    const before = played[i - 1];
    // Where the machine was too slow for it, it begins anew, and this is not about that.
    const goesOn = before !== undefined && Math.abs(at - before.at - 0.05) < 1e-6;
    const line = goesOn ? [...before.samples.slice(-2), ...samples] : samples;
    if (goesOn) seams++;
    // Of a sine, each sample is settled by the two before it.
    const turn = 2 * Math.cos(2 * Math.PI * 500 / 48_000);
    for (let n = 2; n < line.length; n++) {
      assertAlmostEquals(line[n], turn * line[n - 1] - line[n - 2], 4 / 32_768);
    }
    assertAlmostEquals(Math.max(...samples), 10 ** (-12 / 20), 1e-3);
  });
  assertEquals(seams > 5, true);
  assertEquals(page.errors, []);
});
