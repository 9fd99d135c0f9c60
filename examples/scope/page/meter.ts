import type { MeterMark } from "./messages.ts";
import { decibels } from "./words.ts";

/** The quietest level that the bar shows, in dBFS. */
const FLOOR_DBFS = -60;
const HOLD_WIDTH = 3;
/** Numbers that change more often than this cannot be read. */
const NUMBERS_MS = 150;
/** For so long it is said that it was too loud. */
const CLIPPING_MS = 2000;

/** Silence. */
export const NO_LEVEL: MeterMark = {
  peakDbfs: null,
  holdDbfs: null,
  rmsDbfs: null,
  clipped: 0,
};

/** The level: a bar that is full up to the RMS, pale up to the peak, with a line at the hold. */
export class LevelMeter {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #peak: HTMLElement;
  readonly #rms: HTMLElement;
  readonly #clipping: HTMLElement;
  #level = NO_LEVEL;
  #numbersAt = -Infinity;
  #numbersDue = false;
  #clippingEnd: ReturnType<typeof setTimeout> | undefined;

  /** Finds its parts on the page. */
  constructor() {
    this.#canvas = document.querySelector<HTMLCanvasElement>("#meter")!;
    this.#context = this.#canvas.getContext("2d", { alpha: false })!;
    this.#peak = document.querySelector<HTMLElement>("#peak")!;
    this.#rms = document.querySelector<HTMLElement>("#rms")!;
    this.#clipping = document.querySelector<HTMLElement>("#clipping")!;
    this.fit();
  }

  /** Takes on the size that the canvas has on the screen. */
  fit(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    this.#canvas.width = Math.max(Math.round(clientWidth * devicePixelRatio), 1);
    this.#canvas.height = Math.max(Math.round(clientHeight * devicePixelRatio), 1);
  }

  /** Shows a level. */
  draw(meter: MeterMark): void {
    const style = getComputedStyle(this.#canvas);
    const { width, height } = this.#canvas;
    const context = this.#context;
    const bar = (dbfs: number | null, colour: string, opacity: number) => {
      context.fillStyle = style.getPropertyValue(colour);
      context.globalAlpha = opacity;
      context.fillRect(0, 0, this.#place(dbfs), height);
    };
    bar(0, "--line", 1);
    bar(meter.peakDbfs, "--accent", 0.4);
    bar(meter.rmsDbfs, "--accent", 1);
    context.globalAlpha = 1;
    context.fillStyle = style.getPropertyValue("--text");
    const hold = Math.min(this.#place(meter.holdDbfs), width - HOLD_WIDTH);
    if (hold > 0) context.fillRect(hold, 0, HOLD_WIDTH, height);
    this.#level = meter;
    this.#writeSoon();
    if (meter.clipped > 0) this.#sayClipping();
  }

  /** How far to the right a level is. */
  #place(dbfs: number | null): number {
    const share = dbfs === null ? 0 : Math.min(Math.max(1 - dbfs / FLOOR_DBFS, 0), 1);
    return Math.round(share * this.#canvas.width);
  }

  /** Writes the numbers, so seldom that they can be read; the last ones always. */
  #writeSoon(): void {
    if (this.#numbersDue) return;
    this.#numbersDue = true;
    setTimeout(() => this.#write(), this.#numbersAt + NUMBERS_MS - performance.now());
  }

  #write(): void {
    const { peakDbfs, rmsDbfs } = this.#level;
    this.#numbersDue = false;
    this.#numbersAt = performance.now();
    this.#peak.textContent = decibels(peakDbfs);
    this.#rms.textContent = decibels(rmsDbfs);
    const value = Math.min(Math.max(peakDbfs ?? FLOOR_DBFS, FLOOR_DBFS), 0);
    this.#canvas.ariaValueNow = value.toFixed(0);
    this.#canvas.ariaValueText = peakDbfs === null
      ? "silence"
      : `peak ${decibels(peakDbfs)} decibels below full scale`.replace("−", "");
  }

  #sayClipping(): void {
    const words = "Too loud: it clips";
    if (this.#clipping.textContent !== words) this.#clipping.textContent = words;
    clearTimeout(this.#clippingEnd);
    this.#clippingEnd = setTimeout(() => this.#clipping.textContent = "", CLIPPING_MS);
  }
}
