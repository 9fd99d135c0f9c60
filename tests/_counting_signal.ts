/** A signal that tells how many listen to it. */
export class CountingSignal {
  readonly #controller = new AbortController();
  /** How many listeners were added and not removed since. */
  count = 0;

  constructor() {
    const { signal } = this;
    const { addEventListener: add, removeEventListener: remove } = signal;
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      this.count++;
      add.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      this.count--;
      remove.apply(signal, args);
    };
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }
}
