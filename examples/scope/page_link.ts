import type { Meter, MicRing } from "@x/micring";
import {
  encodeBlock,
  MARGIN_SECONDS,
  type MeterMark,
  type Status,
  VIEW_SECONDS,
} from "./page/messages.ts";

/** What is used of a page's WebSocket. */
export interface PageSocket {
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(message: string | Uint8Array<ArrayBuffer>): void;
}

/** 25 pictures a second look smooth at the pace at which they move. */
const BLOCK_SECONDS = 0.04;
/** What a page is sent: enough for speech, and a sixth of what most microphones deliver. */
const FORM = { sampleRate: 16_000, channels: 1, format: "s16" } as const;
/** With so much on its way (two seconds of audio), a page waits for more. */
const MOST_BUFFERED_BYTES = 64 * 1024;
const LOOK_AGAIN_MS = 20;
/** So much later than what a page shows, there is no use in catching up. */
const PATIENCE_SECONDS = 1;

/** JSON has no -Infinity. */
function orNull(dbfs: number): number | null {
  return dbfs === -Infinity ? null : dbfs;
}

function readMeter(meter: Meter): MeterMark {
  const { peakDbfs, holdDbfs, rmsDbfs, clipped } = meter.read();
  return {
    peakDbfs: orNull(peakDbfs),
    holdDbfs: orNull(holdDbfs),
    rmsDbfs: orNull(rmsDbfs),
    clipped,
  };
}

/**
 * Sends one page the audio as it comes, and how the ring is. For a page that is slow nothing is
 * kept: the ring has it, and a page that is too late for what it shows begins anew, behind a gap.
 */
export class PageLink {
  readonly #socket: PageSocket;
  readonly #ring: MicRing;
  readonly #status: () => Status;
  /* The frame behind the last one that was sent. */
  #sentTo: number | undefined;
  #untold = false;

  /**
   * @param socket The page's, which is open.
   * @param ring What it is sent.
   * @param status Says how the ring is.
   */
  constructor(socket: PageSocket, ring: MicRing, status: () => Status) {
    this.#socket = socket;
    this.#ring = ring;
    this.#status = status;
  }

  /** Tells the page how the ring is; a slow one as soon as it takes something again. */
  tell(): void {
    this.#untold = this.#isBehind;
    if (this.#isOpen && !this.#untold) this.#socket.send(JSON.stringify(this.#status()));
  }

  /**
   * Sends audio, from the past that a page shows on.
   *
   * @param signal Ends it.
   * @returns When it has ended: by the signal, with the ring, or as the page is gone.
   */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#ring.closed) return;
    using meter = this.#ring.meter();
    while (!signal.aborted && await this.#sendUntilLate(meter, signal)) continue;
  }

  /** Says whether it ended because the page is too late. */
  async #sendUntilLate(meter: Meter, signal: AbortSignal): Promise<boolean> {
    const past = Math.min(VIEW_SECONDS + MARGIN_SECONDS, this.#ring.seconds);
    const options = { seconds: BLOCK_SECONDS, past, signal, ...FORM };
    for await (const block of this.#ring.blocks(options)) {
      const { startFrame, endFrame, sampleRate, samples } = block;
      const gaps = block.gaps.map((gap) => ({ ...gap }));
      if (this.#sentTo !== undefined && this.#sentTo < startFrame && block.lostFrames === 0) {
        const skipped = { startFrame: this.#sentTo, endFrame: startFrame };
        gaps.unshift({ ...skipped, cause: "missed", exact: true });
      }
      const header = { startFrame, sampleRate, gaps, meter: readMeter(meter) };
      this.#socket.send(encodeBlock(header, samples));
      this.#sentTo = endFrame;
      await this.#taken(signal);
      if (!this.#isOpen || signal.aborted || this.#ring.closed) return false;
      const newest = this.#ring.stats().writtenFrames / this.#ring.sampleRate;
      if (newest - endFrame / sampleRate > past + PATIENCE_SECONDS) return true;
    }
    return false;
  }

  /** Waits until the page has taken most of what was sent, or is gone. */
  async #taken(signal: AbortSignal): Promise<void> {
    while (this.#isOpen && this.#isBehind && !signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    if (this.#untold) this.tell();
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  get #isBehind(): boolean {
    return this.#socket.bufferedAmount > MOST_BUFFERED_BYTES;
  }
}
