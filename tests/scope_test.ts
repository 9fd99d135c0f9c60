/** The page of the scope, in a browser: what is drawn is what was recorded, and so is what is saved. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { MicRing, push, tone } from "@x/micring";
import { serveScope } from "../examples/scope/serve_scope.ts";
import { Browser, BROWSER_TOOLS, type Page } from "./_browser.ts";
import {
  colour,
  columnAt,
  columnsOf,
  type Drawn,
  numberOn,
  overflowing,
  paleTexts,
  readCanvas,
  rowsOf,
  SENT_RATE,
  strongestRow,
  tabTo,
  untilSaid,
  words,
} from "./_page.ts";
import { checkClips, checkPlayer, checkSave } from "./_page_saving.ts";
import { RATE, sine } from "./_page_sound.ts";
import { haveTools } from "./_tools.ts";
import { sleep, until } from "./_wait.ts";

const LEAST_CONTRAST = 4.5;

/** In which row of a spectrogram a frequency is: the mel scale, up to 8 kHz. */
function rowOf(frequency: number, { height }: Drawn): number {
  const mel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
  return height * (1 - mel(frequency) / mel(8000)) - 0.5;
}

/** In which rows of a waveform the peaks of a sine are, the height being so many dBFS. */
function peakRows(levelDbfs: number, scaleDbfs: number, { height }: Drawn): [number, number] {
  const share = 10 ** ((levelDbfs - scaleDbfs) / 20);
  return [(1 - share) / 2 * (height - 1), (1 + share) / 2 * (height - 1)];
}

/** Pushes audio, and waits until the page has drawn it. */
async function pushAndDraw(ring: MicRing<"f32">, page: Page, samples: Float32Array) {
  ring.push(samples);
  const { endFrame } = ring.snapshot({ seconds: 0.1 });
  // Behind what is drawn is part of a block, and half of what a spectrum looks at.
  const drawn = endFrame / RATE * SENT_RATE - 1400;
  await until("what was pushed to be drawn", async () => {
    return (await readCanvas(page, "spectrogram")).endFrame > drawn;
  });
  return {
    waveform: await readCanvas(page, "waveform"),
    spectrogram: await readCanvas(page, "spectrogram"),
  };
}

/** A sine stands in all columns where its frequency and its level say. */
async function checkSine(ring: MicRing<"f32">, page: Page, frequency: number, levelDbfs: number) {
  const { waveform, spectrogram } = await pushAndDraw(ring, page, sine(11, frequency, levelDbfs));
  const ground = await colour(page, "--spectrum-low");
  const accent = await colour(page, "--accent");
  const scaleDbfs = parseFloat((await words(page, "#scale-top")).replace("−", "-"));
  const [top, bottom] = peakRows(levelDbfs, scaleDbfs, waveform);
  assert(bottom - top > waveform.height / 3, `the wave is ${bottom - top} rows high`);
  for (let x = 0; x < spectrogram.width; x++) {
    const row = strongestRow(spectrogram, x, ground);
    assertAlmostEquals(row, rowOf(frequency, spectrogram), 1.5, `column ${x}`);
    const [first, last] = rowsOf(waveform, x, accent);
    assertAlmostEquals(first, top, 1.5, `column ${x}`);
    assertAlmostEquals(last, bottom, 1.5, `column ${x}`);
  }
  await until("the level", async () => Math.abs(await numberOn(page, "#peak") - levelDbfs) < 0.5);
  assertAlmostEquals(await numberOn(page, "#rms"), levelDbfs - 3.01, 0.5);
}

/** Numbers that are written seldom are the last ones nevertheless. */
async function checkLastLevel(ring: MicRing<"f32">, page: Page) {
  ring.push(sine(0.2, 440, -20));
  await until("a level", async () => Math.abs(await numberOn(page, "#peak") + 20) < 0.5);
  ring.push(sine(0.2, 440, -6));
  await until("the last level", async () => Math.abs(await numberOn(page, "#peak") + 6) < 0.5);
}

/** What is too loud for the numbers is said to be. */
async function checkClipping(ring: MicRing<"f32">, page: Page) {
  assertEquals(await words(page, "#clipping"), "");
  ring.push(sine(0.5, 440, 3));
  await untilSaid(page, "#clipping", /^Too loud/);
  await untilSaid(page, "#clipping", /^$/);
}

/** Silence is a line in the middle, and nothing at any frequency. */
async function checkSilence(ring: MicRing<"f32">, page: Page) {
  const { waveform, spectrogram } = await pushAndDraw(ring, page, sine(11, 1000, -Infinity));
  const accent = await colour(page, "--accent");
  const ground = await colour(page, "--spectrum-low");
  assertEquals(columnsOf(spectrogram, [ground]).length, spectrogram.width);
  for (let x = 0; x < waveform.width; x++) {
    const [first, last] = rowsOf(waveform, x, accent);
    assertAlmostEquals(first, (waveform.height - 1) / 2, 0.5);
    assertEquals(last, first);
  }
  await untilSaid(page, "#peak", /^−∞$/);
  assertEquals(await words(page, "#clipping"), "");
}

/** A sound of two seconds begins and ends where it should. */
async function checkPlace(ring: MicRing<"f32">, page: Page) {
  const start = ring.snapshot({ seconds: 0.1 }).endFrame / RATE * SENT_RATE;
  const sound = sine(5, 500, -20).map((sample, i) => i < 2 * RATE ? sample : 0);
  const { waveform } = await pushAndDraw(ring, page, sound);
  const accent = await colour(page, "--accent");
  const loud = Array.from({ length: waveform.width }, (_, x) => x).filter((x) => {
    const [first, last] = rowsOf(waveform, x, accent);
    return last - first > 2;
  });
  assertAlmostEquals(loud[0], columnAt(waveform, start), 2);
  assertAlmostEquals(loud.at(-1)!, columnAt(waveform, start + 2 * SENT_RATE), 2);
  assertEquals(loud.length, loud.at(-1)! - loud[0] + 1);
}

/** All can be read in any light, on a phone too, and who does not want motion has little. */
async function checkLooks(page: Page) {
  for (const dark of [false, true]) {
    await page.look({ dark });
    assertEquals(await paleTexts(page, LEAST_CONTRAST), []);
    await page.look({ dark, width: 360, height: 740, scale: 2 });
    assertEquals(await overflowing(page), []);
  }
  await page.look({});
}

/** A window that is made narrower has its pictures with the next frame of the screen. */
async function checkResize(page: Page) {
  const ground = await colour(page, "--plot");
  const corner = await page.run(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const canvas = document.querySelector<HTMLCanvasElement>("#waveform")!;
    const { width } = canvas;
    document.body.style.maxWidth = "40rem";
    await frame();
    await frame();
    const [red, green, blue] = canvas.getContext("2d")!.getImageData(0, 0, 1, 1).data;
    document.body.style.maxWidth = "";
    return { isNarrower: canvas.width < width, colour: red << 16 | green << 8 | blue };
  });
  assertEquals(corner, { isNarrower: true, colour: ground });
}

/** What a pause left out is hatched, from its first frame to its last. */
async function checkGap(browser: Browser) {
  await using ring = await MicRing.open({ seconds: 9.6, source: tone() });
  await using scope = serveScope(ring);
  const page = await browser.open(scope.url);
  await untilSaid(page, "#state-words", /^Recording$/);
  assertEquals(await words(page, "#save-seconds"), "9.6 seconds");
  assertEquals(await page.run(() => document.querySelector("input")!.max), "9.6");
  await tabTo(page, "pause");
  await sleep(0.5);
  await page.press("Enter");
  await untilSaid(page, "#state-words", /^Paused$/);
  await untilSaid(page, "#peak", /^−∞$/);
  await sleep(0.4);
  await page.press("Enter");
  await untilSaid(page, "#gap-words", /^A gap of \d\.\d\d s \(paused\)$/);
  const [gap] = ring.snapshot().gaps;
  const [start, end] = [gap.startFrame, gap.endFrame].map((frame) => frame / RATE * SENT_RATE);
  await until("what is behind the gap", async () => {
    return (await readCanvas(page, "waveform")).endFrame > end + SENT_RATE / 5;
  });
  const hatch = [await colour(page, "--hatch"), await colour(page, "--gap-ground")];
  for (const id of ["waveform", "spectrogram"]) {
    const drawn = await readCanvas(page, id);
    const hatched = columnsOf(drawn, hatch);
    assertAlmostEquals(hatched[0], columnAt(drawn, start), 1.5);
    assertAlmostEquals(hatched.at(-1)! + 1, columnAt(drawn, end), 1.5);
    assertEquals(hatched.length, hatched.at(-1)! - hatched[0] + 1);
  }
  await page.look({ lessMotion: true });
  const pictures = await page.run(async () => {
    let pictures = 0;
    const canvas = document.querySelector("#waveform")!;
    new MutationObserver(() => pictures++).observe(canvas, { attributeFilter: ["data-end-frame"] });
    await new Promise((resolve) => setTimeout(resolve, 2500));
    return pictures;
  });
  assert(pictures >= 1 && pictures <= 4, `${pictures} pictures in 2.5 s`);
  assertEquals(page.errors, []);
}

/** A page that is open finds the program again, but not under another address. */
async function checkRestart(ring: MicRing<"f32">, browser: Browser) {
  const first = serveScope(ring, { token: "one" });
  const page = await browser.open(first.url);
  const port = Number(new URL(first.url).port);
  await untilSaid(page, "#state-words", /^Recording$/);
  await first[Symbol.asyncDispose]();
  await untilSaid(page, "#state-words", /^Connection lost/);
  assert(await page.run(() => document.querySelector<HTMLButtonElement>("#save")!.disabled));
  assertEquals(await paleTexts(page, LEAST_CONTRAST), []);
  {
    await using _second = serveScope(ring, { port, token: "one" });
    await untilSaid(page, "#state-words", /^Recording$/);
    await checkSine(ring, page, 440, -6);
  }
  await using _third = serveScope(ring, { port, token: "two" });
  await untilSaid(page, "#state-words", /^This page's address is not valid any more/);
}

Deno.test("the scope's page shows what is recorded, and saves it", async (t) => {
  if (!await haveTools(...BROWSER_TOOLS)) return;
  await using browser = await Browser.launch();
  await using ring = await MicRing.open({ seconds: 20, source: push(), sampleRate: RATE });
  {
    await using scope = serveScope(ring);
    const page = await browser.open(scope.url);
    await untilSaid(page, "#state-words", /^Recording$/);
    await t.step("a tone, its frequency and level", () => checkSine(ring, page, 1000, -12));
    await t.step("another tone", () => checkSine(ring, page, 3000, -30));
    await t.step("the last level", () => checkLastLevel(ring, page));
    await t.step("too loud a tone", () => checkClipping(ring, page));
    await t.step("silence", () => checkSilence(ring, page));
    await t.step("where a sound is", () => checkPlace(ring, page));
    await t.step("saving with the keyboard", () => checkSave(ring, page));
    await t.step("playing", () => checkPlayer(page));
    await t.step("several clips", () => checkClips(ring, page));
    await t.step("light, dark and narrow", () => checkLooks(page));
    await t.step("another size", () => checkResize(page));
    assertEquals(page.errors, []);
  }
  await t.step("a gap, and little motion", () => checkGap(browser));
  await t.step("a program that is started again", () => checkRestart(ring, browser));
});
