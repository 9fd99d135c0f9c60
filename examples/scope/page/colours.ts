/** The colours that the pictures are drawn with, as pixels. */
export interface Colours {
  readonly plot: number;
  readonly accent: number;
  readonly hatch: number;
  readonly gapGround: number;
  /** From silence to full scale. */
  readonly spectrum: Uint32Array;
}

type Colour = readonly [red: number, green: number, blue: number];

/** A property of the style sheet such as `#0b6e65`. */
function property(style: CSSStyleDeclaration, name: string): Colour {
  const value = Number.parseInt(style.getPropertyValue(name).trim().slice(1), 16);
  return [value >> 16, value >> 8 & 255, value & 255];
}

/** A pixel of a canvas: its bytes are red, green, blue and opacity. */
function pixel([red, green, blue]: Colour): number {
  return new Uint32Array(Uint8Array.of(red, green, blue, 255).buffer)[0];
}

function between(low: Colour, high: Colour, share: number): Colour {
  const mix = (i: 0 | 1 | 2) => Math.round(low[i] + share * (high[i] - low[i]));
  return [mix(0), mix(1), mix(2)];
}

/** The colours of the style sheet, as they are in this light. */
export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const low = property(style, "--spectrum-low");
  const middle = property(style, "--spectrum-mid");
  const high = property(style, "--spectrum-high");
  const spectrum = Uint32Array.from({ length: 256 }, (_, i) => {
    const share = i / 255 * 2;
    return pixel(share < 1 ? between(low, middle, share) : between(middle, high, share - 1));
  });
  return {
    plot: pixel(property(style, "--plot")),
    accent: pixel(property(style, "--accent")),
    hatch: pixel(property(style, "--hatch")),
    gapGround: pixel(property(style, "--gap-ground")),
    spectrum,
  };
}
