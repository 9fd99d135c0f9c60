/** A picture of at most 256 colours. */
export interface PalettePicture {
  readonly width: number;
  readonly height: number;
  /** The place of each pixel's colour in the palette, row by row from the top. */
  readonly pixels: Uint8Array;
  /** Three bytes a colour: red, green and blue. */
  readonly palette: Uint8Array;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const BITS = 8;
const PALETTE_COLOUR = 3;
/** Rows stand as they are: by how they differ from their neighbours, noise only gets longer. */
const UNFILTERED = 0;

/** The remainders of all bytes by the polynomial of PNG's CRC. */
function crcTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    return crc;
  });
}

function crcOf(bytes: Uint8Array, table: Uint32Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** A chunk: its length, its type, its data, and the CRC of the latter two. */
function chunkOf(type: string, data: Uint8Array, table: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crcOf(bytes.subarray(4, 8 + data.length), table));
  return bytes;
}

function headerOf({ width, height }: PalettePicture): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = BITS;
  header[9] = PALETTE_COLOUR;
  return header;
}

/** The rows, each with its filter's number before it. */
function rowsOf({ width, height, pixels }: PalettePicture): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array((width + 1) * height);
  for (let row = 0; row < height; row++) {
    rows[row * (width + 1)] = UNFILTERED;
    rows.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  return rows;
}

/** Compresses as `zlib` does, which is what a PNG's data is. */
async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Encodes a picture as a PNG.
 *
 * @returns The bytes of the file.
 */
export async function encodePng(picture: PalettePicture): Promise<Uint8Array> {
  const table = crcTable();
  const parts = [
    SIGNATURE,
    chunkOf("IHDR", headerOf(picture), table),
    chunkOf("PLTE", picture.palette, table),
    chunkOf("IDAT", await deflate(rowsOf(picture)), table),
    chunkOf("IEND", new Uint8Array(0), table),
  ];
  const file = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
