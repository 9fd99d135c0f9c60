import type { Colours } from "./colours.ts";

/** The hatching: so many pixels from one line to the next, and how thick a line is. */
const HATCH_STEP = 8;
const HATCH_WIDTH = 2;

/** A canvas that is drawn pixel by pixel, as sharp as the screen is. */
export class Picture {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #image: ImageData;
  #pixels: Uint32Array;

  /** @param canvas Where it is to be seen. */
  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false })!;
    this.#image = this.#context.createImageData(1, 1);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    this.fit();
  }

  get width(): number {
    return this.#image.width;
  }

  get height(): number {
    return this.#image.height;
  }

  /** Takes on the size that the canvas has on the screen. */
  fit(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    this.#canvas.width = Math.max(Math.round(clientWidth * devicePixelRatio), 1);
    this.#canvas.height = Math.max(Math.round(clientHeight * devicePixelRatio), 1);
    this.#image = this.#context.createImageData(this.#canvas.width, this.#canvas.height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
  }

  /** One colour everywhere. */
  clear(pixel: number): void {
    this.#pixels.fill(pixel);
  }

  set(x: number, y: number, pixel: number): void {
    this.#pixels[y * this.width + x] = pixel;
  }

  /** Hatches the column at `x`; by its number, so that the lines move with it. */
  hatch(x: number, number: number, { hatch, gapGround }: Colours): void {
    for (let y = 0; y < this.height; y++) {
      this.set(x, y, (number + y) % HATCH_STEP < HATCH_WIDTH ? hatch : gapGround);
    }
  }

  /**
   * Shows what was drawn.
   *
   * @param endFrame The number behind the last frame in it, to be read from the canvas.
   */
  show(endFrame: number): void {
    this.#context.putImageData(this.#image, 0, 0);
    this.#canvas.dataset.endFrame = `${endFrame}`;
  }
}
