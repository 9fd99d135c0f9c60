import type { Snapshot } from "@x/micring";
import { encodeBlock } from "./_wire.ts";

/** What is used of a listener's WebSocket. */
export interface ListenerSocket {
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(message: ArrayBuffer): void;
}

/** A listener that has so much still on its way gets no more. */
const MOST_BUFFERED_SECONDS = 2;
const SAMPLE_BYTES = 2;

/** Sends the same blocks to all listeners, and tells each one what it has missed. */
export class Listeners {
  readonly #missedFrames = new Map<ListenerSocket, number>();

  /** How many there are. */
  get count(): number {
    return this.#missedFrames.size;
  }

  /** It gets the blocks from now on. */
  add(socket: ListenerSocket): void {
    this.#missedFrames.set(socket, 0);
  }

  /** It has gone. */
  remove(socket: ListenerSocket): void {
    this.#missedFrames.delete(socket);
  }

  /** Sends a block to all who take it: nothing is kept for those who do not. */
  send(block: Snapshot<"s16">): void {
    const { frames, sampleRate, channels } = block;
    const most = MOST_BUFFERED_SECONDS * sampleRate * channels * SAMPLE_BYTES;
    for (const [socket, own] of this.#missedFrames) {
      if (socket.readyState !== WebSocket.OPEN) continue;
      // What this program itself was too slow for, nobody has heard.
      const missed = own + block.lostFrames;
      const isSlow = socket.bufferedAmount > most;
      this.#missedFrames.set(socket, isSlow ? missed + frames : 0);
      if (!isSlow) socket.send(encodeBlock(block, missed));
    }
  }
}
