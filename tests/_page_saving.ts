/**
 * Saving on the page of the scope: what is saved is what was recorded.
 *
 * @module
 */

/// <reference lib="dom" />

import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import type { MicRing } from "@x/micring";
import type { Page } from "./_browser.ts";
import { focused, tabTo, untilSaid, words } from "./_page.ts";
import { RATE, sine } from "./_page_sound.ts";
import { until } from "./_wait.ts";

/** The samples of a WAV in f32 with one channel, and its rate. */
function readWav(bytes: Uint8Array<ArrayBuffer>): { samples: Float32Array; sampleRate: number } {
  const view = new DataView(bytes.buffer);
  const word = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  assertEquals([word(0), word(8)], ["RIFF", "WAVE"]);
  let sampleRate = 0;
  for (let at = 12; at < bytes.length;) {
    const length = view.getUint32(at + 4, true);
    const chunk = at + 8;
    if (word(at) === "fmt ") sampleRate = view.getUint32(chunk + 4, true);
    if (word(at) === "data") {
      return { samples: new Float32Array(bytes.slice(chunk, chunk + length).buffer), sampleRate };
    }
    at = chunk + length + length % 2;
  }
  throw new Error("Cannot read the WAV: it has no samples");
}

/** The file that the page offers first. */
async function download(page: Page): Promise<{ bytes: Uint8Array<ArrayBuffer>; name: string }> {
  const { data, name } = await page.run(async () => {
    const link = document.querySelector<HTMLAnchorElement>("#clips a")!;
    const bytes = new Uint8Array(await (await fetch(link.href)).arrayBuffer());
    let data = "";
    for (let at = 0; at < bytes.length; at += 0x4000) {
      data += String.fromCharCode(...bytes.subarray(at, at + 0x4000));
    }
    return { data: btoa(data), name: link.download };
  });
  return { bytes: Uint8Array.fromBase64(data), name };
}

async function clipCount(page: Page): Promise<number> {
  return await page.run(() => document.querySelectorAll("#clips li").length);
}

/** With the keyboard alone: three seconds are chosen, saved, played, and are what was pushed. */
export async function checkSave(ring: MicRing<"f32">, page: Page) {
  const pushed = sine(4, 997, -12);
  ring.push(pushed);
  await tabTo(page, "slider");
  for (let i = 0; i < 7; i++) await page.press("ArrowLeft");
  assertEquals(await words(page, "#save-seconds"), "3 seconds");
  await page.press("Shift+Tab");
  assertEquals(await focused(page), "save");
  const outline = await page.run(() => getComputedStyle(document.activeElement!).outlineStyle);
  assertEquals(outline, "solid");
  await page.press("Enter");
  await untilSaid(page, "#said", /^Saved 3 seconds: micring_/);
  await until("a clip", async () => await clipCount(page) === 1);
  const { bytes, name } = await download(page);
  assertMatch(name, /^micring_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.wav$/);
  assertEquals(bytes, ring.snapshot({ seconds: 3 }).toWav());
  const { samples, sampleRate } = readWav(bytes);
  assertEquals(sampleRate, RATE);
  assertEquals(samples, pushed.subarray(-3 * RATE));
}

/** The newest clip plays, from where it is told, and is as long as it says. */
export async function checkPlayer(page: Page) {
  const ready = () => document.querySelector<HTMLAudioElement>("#clips audio")!.readyState;
  await until("the player", async () => await page.run(ready) === 4);
  const played = await page.run(async () => {
    const audio = document.querySelector<HTMLAudioElement>("#clips audio")!;
    audio.currentTime = 1.5;
    await audio.play();
    await new Promise<void>((resolve) => {
      audio.ontimeupdate = () => audio.currentTime > 1.6 && resolve();
    });
    audio.pause();
    return { duration: audio.duration, at: audio.currentTime };
  });
  assertAlmostEquals(played.duration, 3, 1e-3);
  assert(played.at > 1.6 && played.at < 3);
}

/** Space and the key save as well; the newest stands first; what is removed is gone. */
export async function checkClips(ring: MicRing<"f32">, page: Page) {
  ring.push(sine(1, 100, -20));
  await page.press(" ");
  await until("a second clip", async () => await clipCount(page) === 2);
  ring.push(sine(1, 200, -20));
  await tabTo(page, "number");
  await page.press("s");
  await until("a third clip", async () => await clipCount(page) === 3);
  const newest = (await download(page)).bytes;
  assertEquals(newest, ring.snapshot({ seconds: 3 }).toWav());
  await page.run(() => document.querySelector<HTMLButtonElement>("#clips button")!.focus());
  await page.press("Enter");
  await until("it to be removed", async () => await clipCount(page) === 2);
  assertEquals(await focused(page), "clips-title");
  const second = readWav((await download(page)).bytes).samples;
  assertEquals(second.subarray(-RATE), sine(1, 100, -20));
}
