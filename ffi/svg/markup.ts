/**
 * What XML is written with.
 *
 * @module
 */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** What no XML may contain, not even escaped. */
// deno-lint-ignore no-control-regex
const IMPOSSIBLE = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** Text as it may stand between tags, and between quotes. */
export function escapeXml(text: string): string {
  return text.toWellFormed().replace(IMPOSSIBLE, "\ufffd")
    .replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** A number as short as a picture needs it: to a hundredth. */
export function shortNumber(value: number): string {
  return String(Math.round(100 * value) / 100 + 0);
}

/** What stands in a tag; what is undefined is left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

function attributesOf(attributes: Attributes): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      return ` ${name}="${typeof value === "number" ? shortNumber(value) : escapeXml(value!)}"`;
    })
    .join("");
}

/** An element; its children are markup already. */
export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const tag = name + attributesOf(attributes);
  return children.length === 0 ? `<${tag}/>` : `<${tag}>${children.join("")}</${name}>`;
}

/** An element with words in it. */
export function words(name: string, attributes: Attributes, text: string): string {
  return element(name, attributes, escapeXml(text));
}
