import type { ClipMark } from "./messages.ts";
import { secondsInWords } from "./words.ts";

/** How much is saved where nobody chose. */
const USUAL_SECONDS = 10;

function part<E extends HTMLElement>(id: string): E {
  return document.querySelector<E>(`#${id}`)!;
}

/** The button that saves, how much it saves, and its key. */
export class SaveForm {
  readonly #button = part<HTMLButtonElement>("save");
  readonly #seconds = part("save-seconds");
  readonly #slider = part<HTMLInputElement>("slider");
  readonly #number = part<HTMLInputElement>("number");
  readonly #said = part("said");
  #ringSeconds: number | undefined;
  #chosen = USUAL_SECONDS;

  /** Finds its parts on the page. */
  constructor() {
    this.#button.addEventListener("click", () => this.#save());
    this.#slider.addEventListener("input", () => this.#choose(this.#slider.valueAsNumber));
    this.#number.addEventListener("input", () => {
      if (this.#number.validity.valid) this.#choose(this.#number.valueAsNumber);
    });
    // What cannot be saved does not stay in the field.
    this.#number.addEventListener("change", () => this.#choose(this.#chosen));
    document.addEventListener("keydown", (event) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
      if (plain && event.key.toLowerCase() === "s" && !this.#button.disabled) this.#save();
    });
  }

  /** Lets no more be asked for than the ring holds. */
  setRing(seconds: number): void {
    if (seconds === this.#ringSeconds) return;
    this.#ringSeconds = seconds;
    const step = seconds < USUAL_SECONDS ? 0.1 : 1;
    for (const input of [this.#slider, this.#number]) {
      input.min = input.step = `${step}`;
      input.max = `${Number((Math.floor(seconds / step + 1e-9) * step).toFixed(1))}`;
    }
    this.#choose(Math.min(this.#chosen, Number(this.#slider.max)));
  }

  /** Whether there is anybody to save. */
  set enabled(enabled: boolean) {
    this.#button.disabled = !enabled;
  }

  /** Says something to whoever looks, or listens. */
  say(words: string): void {
    this.#said.textContent = words;
  }

  #choose(seconds: number): void {
    if (!(seconds > 0)) return;
    this.#chosen = seconds;
    this.#slider.value = this.#number.value = `${seconds}`;
    this.#seconds.textContent = secondsInWords(seconds);
  }

  async #save(): Promise<void> {
    const answer = await fetch(`clips?seconds=${this.#chosen}`, { method: "POST" }).catch(() => {});
    if (answer?.ok) {
      const clip: ClipMark = await answer.json();
      this.say(`Saved ${secondsInWords(clip.seconds)}: ${clip.fileName}`);
    } else {
      this.say(await answer?.text() ?? "Cannot save: the program does not answer");
    }
  }
}
