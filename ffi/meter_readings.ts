import type { Feed } from "./feed.ts";
import type { MeterReading } from "./meter.ts";

type Result = IteratorResult<MeterReading, void>;

/** What it asks of a meter. */
export interface MeterLoop {
  readonly everyFrames: number;
  readonly signal: AbortSignal | undefined;
  /** One past the last frame that the meter has seen. */
  readonly position: () => number;
  readonly read: () => MeterReading;
  /** Called once, at its end. */
  readonly leave: () => void;
}

/** Who asked for a reading. */
interface Asker {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** The readings of a meter, one every so often. */
export class MeterReadings implements AsyncIterableIterator<MeterReading>, AsyncDisposable {
  readonly #feed: Feed;
  readonly #meter: MeterLoop;
  /* In the order in which they asked; while there are any, the feed is waited for. */
  readonly #askers: Asker[] = [];
  /* The frame behind its last reading: the meter may be read by others, too. */
  #readTo: number;
  #over = false;
  #stopWaiting: (() => void) | undefined;

  constructor(feed: Feed, meter: MeterLoop) {
    this.#feed = feed;
    this.#meter = meter;
    this.#readTo = meter.position();
    meter.signal?.addEventListener("abort", this.end);
  }

  next(): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#over) return resolve({ done: true, value: undefined });
      this.#askers.push({ resolve, reject });
      if (this.#askers.length === 1) this.#wait();
    });
  }

  return(): Promise<Result> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends it. */
  readonly end = () => {
    this.#over = true;
    this.#meter.signal?.removeEventListener("abort", this.end);
    this.#stopWaiting?.();
    this.#meter.leave();
    for (const { resolve } of this.#askers.splice(0)) resolve({ done: true, value: undefined });
  };

  #wait(): void {
    this.#stopWaiting = this.#feed.when(this.#readTo + this.#meter.everyFrames, this.#answer);
  }

  readonly #answer = () => {
    const feed = this.#feed;
    try {
      const over = feed.closed || (feed.ended && feed.writtenFrames <= this.#readTo);
      if (over) return this.end();
      const value = this.#meter.read();
      this.#readTo = value.endFrame;
      this.#askers.shift()!.resolve({ done: false, value });
      if (this.#askers.length > 0) this.#wait();
    } catch (error) {
      this.#askers.shift()?.reject(error);
      this.end();
    }
  };
}
