/**
 * How a picture looks, on light ground and on dark.
 *
 * @module
 */

import { type ColorMap, colorStops } from "./colors.ts";
import { element } from "./markup.ts";

/** What it is drawn on. */
export type Theme = "auto" | "light" | "dark";

interface Colors {
  readonly page: string;
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly wave: string;
  readonly gap: string;
}

/* Words stand out from their ground by 4.5 to 1 at the least, the rest by 3 to 1; not the grid. */
const LIGHT: Colors = {
  page: "#ffffff",
  ink: "#1b1f24",
  quiet: "#57606a",
  line: "#e1e5ea",
  wave: "#4c3a8c",
  gap: "#a4551a",
};
const DARK: Colors = {
  page: "#0f1218",
  ink: "#e8ecf1",
  quiet: "#9aa4b0",
  line: "#2c333d",
  wave: "#b3a3f5",
  gap: "#e0a064",
};

const FONTS = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

/** The class of a picture's root, and the beginning of its names: a page may have several. */
export function rootClass(theme: Theme): string {
  return `micring-${theme}`;
}

/** The rules that hold on any ground. */
function shapes(root: string): string[] {
  return [
    `.${root} text{font:11px ${FONTS};font-variant-numeric:tabular-nums}`,
    `.${root} .title{font-size:15px;font-weight:600}`,
    `.${root} .facts{font-size:12px}`,
    `.${root} .tag{stroke-width:3px;stroke-linejoin:round;paint-order:stroke}`,
    `.${root} .start{text-anchor:start}`,
    `.${root} .middle{text-anchor:middle}`,
    `.${root} .end{text-anchor:end}`,
    `.${root} .grid,.${root} .ticks,.${root} .frame{fill:none;stroke-width:1px}`,
    `.${root} .area{stroke-width:.8px;stroke-linejoin:round}`,
    `.${root} .curve{fill:none;stroke-width:1.2px;stroke-linejoin:round;stroke-linecap:round}`,
    `.${root} .dots{fill:none;stroke-width:4px;stroke-linecap:round}`,
    `.${root} .edge{stroke-width:2px}`,
    `.${root} .hatch{stroke-width:1.5px}`,
  ];
}

/** The rules that go by the ground. */
function colors(root: string, { page, ink, quiet, line, wave, gap }: Colors): string[] {
  return [
    `.${root} .page{fill:${page}}`,
    `.${root} text{fill:${quiet}}`,
    `.${root} .title{fill:${ink}}`,
    `.${root} .tag{fill:${ink};stroke:${page}}`,
    `.${root} .grid{stroke:${line}}`,
    `.${root} .ticks,.${root} .frame{stroke:${quiet}}`,
    `.${root} .area{fill:${wave};stroke:${wave}}`,
    `.${root} .curve,.${root} .dots{stroke:${wave}}`,
    `.${root} .hatch,.${root} .edge{stroke:${gap}}`,
    `.${root} .gap text{fill:${gap}}`,
  ];
}

function styleSheet(theme: Theme): string {
  const root = rootClass(theme);
  const rules = [...shapes(root), ...colors(root, theme === "dark" ? DARK : LIGHT)];
  if (theme === "auto") {
    rules.push("@media (prefers-color-scheme:dark){", ...colors(root, DARK), "}");
  }
  return rules.join("\n");
}

/** What fills a gap: a reference to what {@linkcode definitions} defines. */
export function hatching(theme: Theme): string {
  return `url(#${rootClass(theme)}-gap)`;
}

/** What fills the bar that says which colour is which level. */
export function gradientOf(map: ColorMap): string {
  return `url(#micring-${map})`;
}

function hatchingPattern(theme: Theme): string {
  const attributes = {
    id: `${rootClass(theme)}-gap`,
    width: 7,
    height: 7,
    patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)",
  };
  return element(
    "pattern",
    attributes,
    element("rect", { class: "page", width: 7, height: 7 }),
    element("path", { class: "hatch", d: "M0 0V7" }),
  );
}

/** From the lowest level, below, to the highest. */
function colorGradient(map: ColorMap): string {
  const colors = colorStops(map);
  const stops = colors.map((color, i) => {
    return element("stop", { offset: `${100 * i / (colors.length - 1)}%`, "stop-color": color });
  });
  const attributes = { id: `micring-${map}`, x1: 0, y1: 1, x2: 0, y2: 0 };
  return element("linearGradient", attributes, ...stops);
}

/** The style, and what is referred to by name. */
export function definitions(theme: Theme, map: ColorMap): string {
  const style = element("style", {}, `\n${styleSheet(theme)}\n`);
  return `${style}\n${element("defs", {}, hatchingPattern(theme), colorGradient(map))}`;
}
