/**
 * Reads XML as strictly as the part of it needs that pictures are written in: anything else is an
 * error.
 *
 * @module
 */

/** An element. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};
const NAME = /[A-Za-z_][\w.:-]*/y;
// deno-lint-ignore no-control-regex
const IMPOSSIBLE = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

class XmlReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    if (IMPOSSIBLE.test(text) || !text.isWellFormed()) this.#fail("a character that XML has not");
  }

  document(): XmlElement {
    const root = this.#element();
    if (this.#text.slice(this.#at).trim() !== "") this.#fail("something behind the root");
    return root;
  }

  #fail(what: string): never {
    const near = this.#text.slice(Math.max(0, this.#at - 40), this.#at + 40);
    throw new Error(`Cannot read XML: ${what} at ${this.#at}: ${near}`);
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail(`no ${text}`);
  }

  #name(): string {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined) this.#fail("no name");
    this.#at += name.length;
    return name;
  }

  #upTo(end: string): string {
    const to = this.#text.indexOf(end, this.#at);
    if (to < 0) this.#fail(`no ${end}`);
    const text = this.#text.slice(this.#at, to);
    this.#at = to;
    return text;
  }

  #unescape(text: string): string {
    if (text.includes("<") || text.includes("]]>")) this.#fail("a bare < or ]]>");
    return text.replace(/&([^;]*);?/g, (_, name) => ENTITIES[name] ?? this.#fail(`&${name}`));
  }

  #attributes(): Record<string, string> {
    const attributes: Record<string, string> = {};
    while (this.#take(" ")) {
      const name = this.#name();
      if (name in attributes) this.#fail(`${name} twice`);
      this.#expect('="');
      attributes[name] = this.#unescape(this.#upTo('"'));
      this.#expect('"');
    }
    return attributes;
  }

  #element(): XmlElement {
    this.#expect("<");
    const name = this.#name();
    const attributes = this.#attributes();
    const children: (XmlElement | string)[] = [];
    if (this.#take("/>")) return { name, attributes, children };
    this.#expect(">");
    while (!this.#text.startsWith("</", this.#at)) {
      if (this.#text.startsWith("<", this.#at)) children.push(this.#element());
      else children.push(this.#unescape(this.#upTo("<")));
    }
    this.#expect(`</${name}>`);
    return { name, attributes, children };
  }
}

/** Reads a document. */
export function parseXml(text: string): XmlElement {
  return new XmlReader(text).document();
}

/** All elements in one, itself included, that have a name, and a class if that is given. */
export function elements(root: XmlElement, name: string, className?: string): XmlElement[] {
  const classes = root.attributes.class?.split(" ") ?? [];
  const is = root.name === name && (className === undefined || classes.includes(className));
  const inner = root.children.flatMap((child) =>
    typeof child === "string" ? [] : elements(child, name, className)
  );
  return is ? [root, ...inner] : inner;
}

/** The only element of a name and class. */
export function onlyElement(root: XmlElement, name: string, className?: string): XmlElement {
  const found = elements(root, name, className);
  if (found.length !== 1) throw new Error(`${found.length} elements ${name}.${className}`);
  return found[0];
}

/** The words in an element. */
export function textOf({ children }: XmlElement): string {
  return children.map((child) => typeof child === "string" ? child : textOf(child)).join("");
}

/** An attribute that is a number. */
export function numberOf({ name, attributes }: XmlElement, attribute: string): number {
  const value = Number(attributes[attribute]);
  if (!Number.isFinite(value)) throw new Error(`${name} has ${attribute}=${attributes[attribute]}`);
  return value;
}
