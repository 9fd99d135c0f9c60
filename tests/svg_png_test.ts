import { assert, assertEquals } from "@std/assert";
import { encodePng } from "../ffi/svg/png.ts";
import { decodePng } from "./_png.ts";
import { seeded } from "./_seeded.ts";

function picture(width: number, height: number, colors: number, seed: number) {
  const next = seeded(seed);
  return {
    width,
    height,
    pixels: Uint8Array.from({ length: width * height }, () => Math.floor(colors * next())),
    palette: Uint8Array.from({ length: 3 * colors }, () => Math.floor(256 * next())),
  };
}

const PICTURES = [[1, 1, 1], [1, 300, 2], [300, 1, 256], [37, 23, 256], [828, 260, 256]];

for (const [width, height, colors] of PICTURES) {
  Deno.test(`a PNG of ${width}x${height} in ${colors} colours is decoded pixel by pixel`, async () => {
    const before = picture(width, height, colors, width + height);
    const file = new Uint8Array(await encodePng(before));
    const after = await decodePng(file);
    assertEquals([after.width, after.height], [width, height]);
    assertEquals(after.pixels, before.pixels);
    assertEquals(after.palette.map((color) => color.slice(1)).join(""), before.palette.toHex());
    // Deno has a decoder of its own, which says nothing of the pixels.
    const bitmap = await createImageBitmap(new Blob([file], { type: "image/png" }));
    assertEquals([bitmap.width, bitmap.height], [width, height]);
    bitmap.close();
  });
}

Deno.test("a PNG of what repeats is small", async () => {
  const pixels = Uint8Array.from({ length: 1000 * 200 }, (_, i) => i % 50);
  const palette = new Uint8Array(3 * 256);
  const { length } = await encodePng({ width: 1000, height: 200, pixels, palette });
  assert(length < 5000, `${length} bytes`);
});
