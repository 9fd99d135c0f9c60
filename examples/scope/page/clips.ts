import type { ClipMark } from "./messages.ts";
import { clipFacts, clipTimes } from "./words.ts";

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
  ...children: Node[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** The list of saved clips: each plays, downloads, and can be removed. */
export class ClipList {
  readonly #list: HTMLOListElement;
  readonly #title: HTMLElement;
  readonly #empty: HTMLElement;
  readonly #remove: (clip: ClipMark) => void;
  readonly #items = new Map<string, HTMLLIElement>();

  /**
   * Finds its place on the page.
   *
   * @param remove Called when a clip is to be removed.
   */
  constructor(remove: (clip: ClipMark) => void) {
    this.#list = document.querySelector<HTMLOListElement>("#clips")!;
    this.#title = document.querySelector<HTMLElement>("#clips-title")!;
    this.#empty = document.querySelector<HTMLElement>("#no-clips")!;
    this.#remove = remove;
  }

  /** Shows these clips. What is there already stays as it is, so that it plays on. */
  show(clips: readonly ClipMark[]): void {
    const urls = new Set(clips.map((clip) => this.#url(clip)));
    for (const [url, item] of this.#items) {
      if (urls.has(url)) continue;
      // The focus does not get lost with what had it.
      if (item.contains(document.activeElement)) this.#title.focus();
      item.remove();
      this.#items.delete(url);
    }
    for (const clip of clips.toReversed()) {
      const url = this.#url(clip);
      if (this.#items.has(url)) continue;
      const item = this.#make(clip, url);
      this.#items.set(url, item);
      this.#list.prepend(item);
    }
    this.#empty.hidden = clips.length > 0;
  }

  #url({ id, fileName }: ClipMark): string {
    return `clips/${id}/${fileName}`;
  }

  #make(clip: ClipMark, url: string): HTMLLIElement {
    const times = clipTimes(clip);
    const download = element("a", { href: url, download: clip.fileName, textContent: "Download" });
    const remove = element("button", { type: "button", textContent: "Remove" });
    const audio = element("audio", { controls: true, preload: "auto", src: url });
    download.setAttribute("aria-label", `Download the clip of ${times}`);
    remove.setAttribute("aria-label", `Remove the clip of ${times}`);
    audio.setAttribute("aria-label", `The clip of ${times}`);
    remove.addEventListener("click", () => this.#remove(clip));
    const about = element(
      "div",
      {},
      element("p", { className: "when", textContent: times }),
      element("p", { className: "faint", textContent: clipFacts(clip) }),
    );
    const actions = element("div", { className: "actions" }, download, remove);
    return element("li", {}, about, audio, actions);
  }
}
