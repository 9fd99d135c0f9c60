/**
 * Reads WAV files chunk by chunk, as their definitions have it: RIFF, RF64 (EBU Tech 3306) and the
 * broadcast extension (EBU Tech 3285).
 *
 * @module
 */

/** What a file says, and has. */
export interface ReadWav {
  readonly form: string;
  readonly tag: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
  /** How many bytes of samples the header tells of. */
  readonly dataBytes: number;
  /** All that is behind the data chunk's header. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly frames: number;
  /** The first frame's time by the broadcast extension, in milliseconds since the Unix epoch. */
  readonly startTime: number;
  readonly originator: string;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes).replace(/\0+$/, "");
}

/** The chunks up to the data, by name, and where the data begin. */
function chunksOf(file: Uint8Array<ArrayBuffer>): { chunks: Map<string, DataView>; at: number } {
  const chunks = new Map<string, DataView>();
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 12;;) {
    const name = text(file.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    if (name === "data") {
      chunks.set("data size", new DataView(file.buffer, file.byteOffset + at + 4, 4));
      return { chunks, at: at + 8 };
    }
    chunks.set(name, new DataView(file.buffer, file.byteOffset + at + 8, length));
    at += 8 + length + length % 2;
  }
}

function bytesOf(view: DataView, from: number, to: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + from, to - from);
}

/** Reads one. */
export function readWav(file: Uint8Array<ArrayBuffer>): ReadWav {
  const form = text(file.subarray(0, 4));
  if (text(file.subarray(8, 12)) !== "WAVE") throw new Error("no WAV");
  const { chunks, at } = chunksOf(file);
  const fmt = chunks.get("fmt ")!;
  const bext = chunks.get("bext")!;
  const ds64 = chunks.get("ds64");
  const tag = fmt.getUint16(0, true) === 0xfffe ? fmt.getUint16(24, true) : fmt.getUint16(0, true);
  const sampleRate = fmt.getUint32(4, true);
  const align = fmt.getUint16(12, true);
  const dataBytes = ds64
    ? Number(ds64.getBigUint64(8, true))
    : chunks.get("data size")!.getUint32(0, true);
  const frames = dataBytes / align;
  const declared = ds64
    ? Number(ds64.getBigUint64(0, true))
    : new DataView(file.buffer, file.byteOffset).getUint32(4, true);
  if (declared !== at - 8 + dataBytes + dataBytes % 2) throw new Error(`RIFF of ${declared} bytes`);
  if (ds64 && Number(ds64.getBigUint64(16, true)) !== frames) throw new Error("ds64 disagrees");
  if (chunks.get("fact")!.getUint32(0, true) !== frames) throw new Error("fact disagrees");
  const day = `${text(bytesOf(bext, 320, 330))}T00:00:00Z`;
  const second = `${text(bytesOf(bext, 320, 330))}T${text(bytesOf(bext, 330, 338))}Z`;
  const startTime = Date.parse(day) + 1000 * Number(bext.getBigUint64(338, true)) / sampleRate;
  if (Math.abs(Date.parse(second) - startTime) > 1001) throw new Error("bext disagrees");
  return {
    form,
    tag,
    channels: fmt.getUint16(2, true),
    sampleRate,
    bits: fmt.getUint16(14, true),
    dataBytes,
    data: file.subarray(at),
    frames,
    startTime,
    originator: text(bytesOf(bext, 256, 288)),
  };
}

/** The samples of a file of floats. */
export function floatsOf({ data, dataBytes }: ReadWav): Float32Array<ArrayBuffer> {
  return new Float32Array(data.slice(0, dataBytes).buffer);
}
