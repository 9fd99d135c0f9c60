import type { Colours } from "./colours.ts";
import { AUDIO, type Columns, GAP } from "./columns.ts";
import type { Picture } from "./picture.ts";

/** The quietest sound is not drawn larger than this: full height at -42 dBFS. */
const MOST_HALVINGS = 7;

/** How often the height is halved so that the loudest column just fits. */
export function halvingsFor(columns: Columns): number {
  let peak = 0;
  for (let x = 0; x < columns.count; x++) {
    if (columns.kind(x) !== AUDIO) continue;
    peak = Math.max(peak, columns.high(x), -columns.low(x));
  }
  return peak === 0 ? 0 : Math.min(Math.max(Math.floor(-Math.log2(peak)), 0), MOST_HALVINGS);
}

/**
 * Draws a waveform: in each column from its lowest sample to its highest.
 *
 * @param picture Where.
 * @param columns What.
 * @param colours In which colours.
 * @param halvings So often is full scale halved to be the height.
 */
export function drawWaveform(
  picture: Picture,
  columns: Columns,
  colours: Colours,
  halvings: number,
): void {
  const { height } = picture;
  const scale = 2 ** halvings;
  const rowOf = (sample: number) => {
    const share = Math.min(Math.max(sample * scale, -1), 1);
    return Math.round((1 - share) / 2 * (height - 1));
  };
  picture.clear(colours.plot);
  for (let x = 0; x < columns.count; x++) {
    const kind = columns.kind(x);
    if (kind === GAP) {
      picture.hatch(x, columns.number(x), colours);
    } else if (kind === AUDIO) {
      const bottom = rowOf(columns.low(x));
      for (let y = rowOf(columns.high(x)); y <= bottom; y++) picture.set(x, y, colours.accent);
    }
  }
  picture.show(columns.endFrame);
}
