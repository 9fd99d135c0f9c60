/**
 * What is to be seen on the page of the scope, read out of a browser.
 *
 * @module
 */

/// <reference lib="dom" />

import type { Page } from "./_browser.ts";
import { until } from "./_wait.ts";

/** How much the page shows, in seconds; at which rate the program sends it. */
export const VIEW_SECONDS = 10;
export const SENT_RATE = 16_000;

/** A colour, as 0xRRGGBB. */
export type Colour = number;

/** What a canvas shows at a moment. */
export interface Drawn {
  readonly width: number;
  readonly height: number;
  /** The number behind the last frame that is drawn. */
  readonly endFrame: number;
  at(x: number, y: number): Colour;
}

/** Reads what is drawn on a canvas. */
export async function readCanvas(page: Page, id: string): Promise<Drawn> {
  const { width, height, endFrame, data } = await page.run((id) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`#${id}`)!;
    const { width, height } = canvas;
    const image = canvas.getContext("2d")!.getImageData(0, 0, width, height);
    let data = "";
    for (let at = 0; at < image.data.length; at += 0x4000) {
      data += String.fromCharCode(...image.data.subarray(at, at + 0x4000));
    }
    return { width, height, endFrame: Number(canvas.dataset.endFrame), data: btoa(data) };
  }, id);
  const bytes = Uint8Array.fromBase64(data);
  const at = (x: number, y: number) => {
    const i = 4 * (y * width + x);
    return bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
  };
  return { width, height, endFrame, at };
}

/** A colour of the style sheet, as it is now. */
export async function colour(page: Page, name: string): Promise<Colour> {
  const value = await page.run((name) => {
    return getComputedStyle(document.documentElement).getPropertyValue(name);
  }, name);
  return Number.parseInt(value.trim().slice(1), 16);
}

function difference(a: Colour, b: Colour): number {
  return [16, 8, 0].reduce((sum, bits) => sum + Math.abs((a >> bits & 255) - (b >> bits & 255)), 0);
}

/** In which row a column is furthest from the ground; the middle of several. */
export function strongestRow(drawn: Drawn, x: number, ground: Colour): number {
  let rows: number[] = [];
  let most = 1;
  for (let y = 0; y < drawn.height; y++) {
    const strength = difference(drawn.at(x, y), ground);
    if (strength > most) rows = [];
    most = Math.max(most, strength);
    if (strength === most) rows.push(y);
  }
  return rows.reduce((sum, y) => sum + y, 0) / rows.length;
}

/** The first and the last row of a column that have a colour. */
export function rowsOf(drawn: Drawn, x: number, wanted: Colour): [first: number, last: number] {
  const rows = Array.from({ length: drawn.height }, (_, y) => y)
    .filter((y) => drawn.at(x, y) === wanted);
  return [rows.at(0) ?? NaN, rows.at(-1) ?? NaN];
}

/** The columns that have none but these colours. */
export function columnsOf(drawn: Drawn, colours: Colour[]): number[] {
  return Array.from({ length: drawn.width }, (_, x) => x).filter((x) => {
    for (let y = 0; y < drawn.height; y++) if (!colours.includes(drawn.at(x, y))) return false;
    return true;
  });
}

/** Where a frame is drawn, counted in columns from the left; frames are as they are sent. */
export function columnAt({ width, endFrame }: Drawn, frame: number): number {
  return width - (endFrame - frame) / (VIEW_SECONDS * SENT_RATE) * width;
}

/** The words of an element. */
export function words(page: Page, selector: string): Promise<string> {
  return page.run((selector) => document.querySelector(selector)?.textContent ?? "", selector);
}

/** Waits until an element says something. */
export async function untilSaid(page: Page, selector: string, wanted: RegExp): Promise<void> {
  await until(`${wanted} in ${selector}`, async () => wanted.test(await words(page, selector)));
}

/** A number on the page, such as `−12.0`. */
export async function numberOn(page: Page, selector: string): Promise<number> {
  return Number((await words(page, selector)).replace("−", "-").replace("∞", "Infinity"));
}

/** What has the focus. */
export function focused(page: Page): Promise<string> {
  return page.run(() => document.activeElement?.id ?? "");
}

/** Goes on with the Tab key until something has the focus. */
export async function tabTo(page: Page, id: string): Promise<void> {
  for (let presses = 0; presses < 20; presses++) {
    if (await focused(page) === id) return;
    await page.press("Tab");
  }
  throw new Error(`Cannot reach #${id} with the Tab key`);
}

/** Every text that is to be seen, and has less contrast to what is behind it than asked for. */
export function paleTexts(page: Page, leastContrast: number): Promise<string[]> {
  return page.run(async (least) => {
    // Colours that are on their way to others are neither.
    await Promise.all(
      document.getAnimations().filter((it) => it instanceof CSSTransition).map((it) => it.finished),
    );
    const colourOf = (text: string) => (text.match(/[\d.]+/g) ?? []).map(Number);
    const linear = (value: number) =>
      value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;
    const luminance = ([red, green, blue]: number[]) =>
      0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    const groundOf = (start: Element) => {
      for (let it: Element | null = start; it; it = it.parentElement) {
        const colour = colourOf(getComputedStyle(it).backgroundColor);
        if (colour.length === 3) return colour;
      }
      return [255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const pale: string[] = [];
    let seen = 0;
    while (walker.nextNode()) {
      const { parentElement: parent, textContent } = walker.currentNode;
      if (!parent?.checkVisibility() || !textContent?.trim()) continue;
      seen++;
      const pair = [colourOf(getComputedStyle(parent).color), groundOf(parent)].map(luminance);
      const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
      if (!(contrast >= least)) pale.push(`${contrast.toFixed(2)}: ${textContent.trim()}`);
    }
    return seen > 20 ? pale : [`only ${seen} texts were found`];
  }, leastContrast);
}

/** What is wider than the window, or begins beside it. */
export function overflowing(page: Page): Promise<string[]> {
  return page.run(() => {
    const width = document.documentElement.clientWidth;
    const wide = Array.from(document.body.querySelectorAll("*"))
      .filter((it) => {
        const { left, right } = it.getBoundingClientRect();
        return left < 0 || right > width + 0.5;
      })
      .map((it) => `${it.tagName} ${it.id} ${it.className}`);
    const { scrollWidth } = document.documentElement;
    return scrollWidth > width ? [...wide, `the page: ${scrollWidth}`] : wide;
  });
}
