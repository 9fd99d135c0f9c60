import type { Colours } from "./colours.ts";
import { AUDIO, type Columns, GAP } from "./columns.ts";
import type { Picture } from "./picture.ts";

/**
 * Draws a spectrogram: low frequencies below, the loud ones in the strongest colour.
 *
 * @param picture Where; it has as many rows as a column has levels.
 * @param columns What.
 * @param colours In which colours.
 */
export function drawSpectrogram(picture: Picture, columns: Columns, colours: Colours): void {
  const { spectrum } = colours;
  picture.clear(spectrum[0]);
  for (let x = 0; x < columns.count; x++) {
    const kind = columns.kind(x);
    if (kind === GAP) {
      picture.hatch(x, columns.number(x), colours);
    } else if (kind === AUDIO) {
      const levels = columns.levels(x);
      for (let y = 0; y < levels.length; y++) picture.set(x, y, spectrum[levels[y]]);
    }
  }
  picture.show(columns.endFrame);
}
