/**
 * What a level looks like.
 *
 * @module
 */

/** The names of the colour maps. */
export type ColorMap = "magma" | "viridis" | "gray";

/* `magma` is by Nathaniel Smith and Stéfan van der Walt, `viridis` by them and Eric Firing, for
 * matplotlib (https://bids.github.io/colormap), under CC0: equal steps in level look like equal
 * steps, also to the colour-blind and in print. Here are 17 of their 256 colours; with what lies
 * between these by a straight line, no component is more than 6 of 255 off. */
const STOPS: Readonly<Record<ColorMap, string>> = {
  magma: "000004 0a0822 1d1146 36106a 50127c 691c81 822681 9c2e7f b63779 cf4170 e65163 f5695c " +
    "fb8761 fea571 fec387 fde0a2 fcfdbf",
  viridis: "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26818e 21908c 1f9f88 28ae80 3ebc74 " +
    "5dc963 82d34c abdc32 d5e21a fde725",
  gray: "ffffff 000000",
};

/** All colour maps. */
export const COLOR_MAPS = Object.keys(STOPS) as ColorMap[];

/** The colours that lie evenly along a map, as CSS has them, that of the lowest level first. */
export function colorStops(map: ColorMap): string[] {
  return STOPS[map].split(" ").map((color) => `#${color}`);
}

/** How many colours a palette has: in a range of 100 dB, steps of 0.4 dB. */
export const PALETTE_COLORS = 256;

/** The palette of a map: three bytes a colour, that of the lowest level first. */
export function paletteOf(map: ColorMap): Uint8Array {
  const stops = STOPS[map].split(" ").map((color) => Uint8Array.fromHex(color));
  const palette = new Uint8Array(3 * PALETTE_COLORS);
  for (let i = 0; i < palette.length; i++) {
    const at = Math.floor(i / 3) * (stops.length - 1) / (PALETTE_COLORS - 1);
    const stop = Math.min(Math.floor(at), stops.length - 2);
    const part = at - stop;
    palette[i] = Math.round((1 - part) * stops[stop][i % 3] + part * stops[stop + 1][i % 3]);
  }
  return palette;
}

/** The places of levels in a palette that goes from one level to another; what is beyond is cut. */
export function paletteIndices(levels: Float32Array, least: number, most: number): Uint8Array {
  const last = PALETTE_COLORS - 1;
  // Clamped arrays round, too.
  return new Uint8Array(
    Uint8ClampedArray.from(levels, (level) => {
      return last * (level - least) / (most - least);
    }).buffer,
  );
}
