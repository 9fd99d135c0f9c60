/**
 * Reads a PNG of eight bits a pixel and a palette, by the standard: each of its CRCs, and all of its
 * filters.
 *
 * @module
 */

/** A picture, and the colours of it. */
export interface DecodedPng {
  readonly width: number;
  readonly height: number;
  /** Their places in the palette, row by row from the top. */
  readonly pixels: Uint8Array;
  /** Colours, as `#rrggbb`. */
  readonly palette: readonly string[];
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

function require(condition: boolean, what: string): void {
  if (!condition) throw new Error(`Cannot read a PNG: ${what}`);
}

/** The CRC of PNG, bit by bit. */
function crc(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const odd = (remainder ^ (byte >> bit)) & 1;
      remainder = (remainder >>> 1) ^ (odd ? 0xedb88320 : 0);
    }
  }
  return (remainder ^ 0xffffffff) >>> 0;
}

function chunksOf(file: Uint8Array<ArrayBuffer>): Chunk[] {
  require(file.subarray(0, 8).toHex() === "89504e470d0a1a0a", "no signature");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const chunks: Chunk[] = [];
  for (let at = 8; at < file.length;) {
    const length = view.getUint32(at);
    const body = file.subarray(at + 4, at + 8 + length);
    require(view.getUint32(at + 8 + length) === crc(body), `a wrong CRC at ${at}`);
    chunks.push({ type: new TextDecoder().decode(body.subarray(0, 4)), data: body.subarray(4) });
    at += 12 + length;
  }
  return chunks;
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(guess - value));
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function unfilter(rows: Uint8Array, width: number, height: number): Uint8Array {
  require(rows.length === (width + 1) * height, `${rows.length} bytes for ${width}x${height}`);
  const pixels = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const kind = rows[row * (width + 1)];
    require(kind <= 4, `filter ${kind}`);
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      const left = column > 0 ? pixels[at - 1] : 0;
      const up = row > 0 ? pixels[at - width] : 0;
      const corner = row > 0 && column > 0 ? pixels[at - width - 1] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][kind];
      pixels[at] = rows[row * (width + 1) + 1 + column] + guess;
    }
  }
  return pixels;
}

/** Decodes a file. */
export async function decodePng(file: Uint8Array<ArrayBuffer>): Promise<DecodedPng> {
  const chunks = chunksOf(file);
  const types = chunks.map(({ type }) => type).join(" ");
  require(types === "IHDR PLTE IDAT IEND", `its chunks are ${types}`);
  const [{ data: header }, { data: colors }, { data: packed }] = chunks;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  require(header.subarray(8).toHex() === "0803000000", `its kind is ${header.subarray(8).toHex()}`);
  const palette = Array.from({ length: colors.length / 3 }, (_, i) => {
    return `#${colors.subarray(3 * i, 3 * i + 3).toHex()}`;
  });
  const pixels = unfilter(await inflate(packed), width, height);
  require(pixels.every((pixel) => pixel < palette.length), "a colour beyond the palette");
  return { width, height, pixels, palette };
}
