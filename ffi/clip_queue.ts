import type { AudioFormat } from "./formats.ts";
import { type FoundClip, TriggeredClip } from "./clip.ts";

type Result<F extends AudioFormat> = IteratorResult<TriggeredClip<F>, void>;

/** Who asked for a clip that is not there yet. */
interface Asker<F extends AudioFormat> {
  readonly resolve: (result: Result<F>) => void;
  readonly reject: (error: unknown) => void;
}

/** How a queue goes. */
export interface ClipQueuePlan {
  /** How many clips may wait. */
  readonly limit: number;
  /** Ends it. */
  readonly signal: AbortSignal | undefined;
  /** Called once, when no clip is wanted any more. */
  readonly stop: () => void;
}

/**
 * Clips that wait until they are asked for. Of too many the oldest is dropped: who comes late for
 * them wants to hear what is now.
 */
export class ClipQueue<F extends AudioFormat>
  implements AsyncIterableIterator<TriggeredClip<F>>, AsyncDisposable {
  readonly #plan: ClipQueuePlan;
  readonly #waiting: FoundClip<F>[] = [];
  /* In the order in which they asked; while there are any, no clip waits. */
  readonly #askers: Asker<F>[] = [];
  #droppedClips = 0;
  /* Of the dropped clips. */
  #skippedFrames = 0;
  #failure: { readonly error: unknown } | undefined;
  #over = false;

  constructor(plan: ClipQueuePlan) {
    this.#plan = plan;
    plan.signal?.addEventListener("abort", this.#leave);
  }

  /** Another one was found. */
  put(found: FoundClip<F>): void {
    if (this.#over) return;
    this.#waiting.push(found);
    const asker = this.#askers.shift();
    if (asker) asker.resolve({ done: false, value: this.#shift() });
    else if (this.#waiting.length > this.#plan.limit) this.#drop();
  }

  /** No more will be found. Those that wait are still given out. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#plan.signal?.removeEventListener("abort", this.#leave);
    this.#plan.stop();
    for (const { resolve } of this.#askers.splice(0)) resolve({ done: true, value: undefined });
  }

  /** No more can be found. It is told to who asks first, behind the clips that wait. */
  fail(error: unknown): void {
    if (this.#over) return;
    const asker = this.#askers.shift();
    if (asker) asker.reject(error);
    else this.#failure = { error };
    this.end();
  }

  next(): Promise<Result<F>> {
    if (this.#waiting.length > 0) {
      return Promise.resolve({ done: false, value: this.#shift() });
    }
    if (this.#failure) {
      const { error } = this.#failure;
      this.#failure = undefined;
      return Promise.reject(error);
    }
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#askers.push({ resolve, reject }));
  }

  return(): Promise<Result<F>> {
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #shift(): TriggeredClip<F> {
    const found = this.#waiting.shift()!;
    const skippedFrames = found.skippedFrames + this.#skippedFrames;
    const clip = new TriggeredClip({ ...found, skippedFrames, droppedClips: this.#droppedClips });
    this.#droppedClips = this.#skippedFrames = 0;
    return clip;
  }

  #drop(): void {
    this.#droppedClips++;
    this.#skippedFrames += this.#waiting.shift()!.skippedFrames;
  }

  readonly #leave = () => {
    this.end();
    this.#waiting.length = 0;
    this.#failure = undefined;
  };
}
