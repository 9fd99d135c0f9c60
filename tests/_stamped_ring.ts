/**
 * A ring that a native thread writes, as a device does, and whose blocks say when they were written.
 *
 * @module
 */

import { push, type Snapshot } from "../mod.ts";
import { FORMAT_NUMBERS } from "../ffi/formats.ts";
import { openHold } from "../ffi/_hold.ts";
import { holdLibrary } from "../ffi/_library.ts";
import { LiveRing } from "../ffi/live_ring.ts";
import { Recorder } from "../ffi/_recorder.ts";
import { libraryUrl } from "../native/build.ts";
import { helper } from "./_helpers.ts";

const SAMPLE_RATE = 48_000;
const PART = 2 ** 20;

const WRITER = {
  writer_now_us: { parameters: [], result: "f64" },
  writer_start: { parameters: ["buffer", "pointer", "u32"], result: "u32" },
  writer_stop: { parameters: [], result: "void", nonblocking: true },
} as const;

/** It is written from its opening to its closing. */
export class StampedRing extends LiveRing<"f32"> implements AsyncDisposable {
  readonly #recorder: Recorder<"f32">;
  readonly #writer: Deno.DynamicLibrary<typeof WRITER>;

  private constructor(
    recorder: Recorder<"f32">,
    writer: Deno.DynamicLibrary<typeof WRITER>,
  ) {
    super(recorder);
    this.#recorder = recorder;
    this.#writer = writer;
  }

  /** Opens one of two seconds; a block is so long. */
  static async open(blockSeconds: number): Promise<StampedRing> {
    const flags = { compiler: ["-fPIC"], linker: ["-shared", "-ldl"] };
    const writer = Deno.dlopen(await helper("stamping_writer", flags), WRITER);
    const library = holdLibrary();
    const shape = [2, SAMPLE_RATE, 1, FORMAT_NUMBERS.f32] as const;
    const hold = await openHold(
      library.native,
      "open a ring",
      (...outs) => library.native.micring_open_push(...shape, ...outs),
    );
    const ring = new StampedRing(await Recorder.over(library, hold, "f32", push()), writer);
    const path = new TextEncoder().encode(`${decodeURIComponent(libraryUrl.pathname)}\0`);
    if (writer.symbols.writer_start(path, hold.recorder, blockSeconds * SAMPLE_RATE) !== 0) {
      throw new Error("Cannot write into the ring: the writer did not start");
    }
    return ring;
  }

  /** How long ago the block was written, in microseconds. */
  ageOf({ samples }: Snapshot<"f32">): number {
    const now = this.#writer.symbols.writer_now_us();
    return now - samples.at(-2)! * PART - samples.at(-1)!;
  }

  /** Ends the writing, and closes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.symbols.writer_stop();
    this.#writer.close();
    await this.#recorder.close(Promise.resolve());
  }
}
