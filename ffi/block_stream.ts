import type { AudioFormat } from "./formats.ts";
import type { Snapshot } from "./snapshot.ts";

/** Blocks as a stream. It keeps none: what is not asked for yet stays in the ring. */
export function streamBlocks<F extends AudioFormat>(
  blocks: AsyncIterableIterator<Snapshot<F>, void>,
): ReadableStream<Snapshot<F>> {
  return new ReadableStream<Snapshot<F>>({
    async pull(controller) {
      const { done, value } = await blocks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await blocks.return?.();
    },
  }, { highWaterMark: 0 });
}
