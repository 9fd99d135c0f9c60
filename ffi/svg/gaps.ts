/**
 * Draws where nothing was recorded.
 *
 * @module
 */

import type { Gap } from "../gaps.ts";
import type { Layout } from "./layout.ts";
import { element, words } from "./markup.ts";
import { hatching, type Theme } from "./style.ts";
import { type Gapped, listGaps } from "./words.ts";

/** What is drawn of a snapshot's gaps. */
export interface GappedFrames extends Gapped {
  readonly frames: number;
}

/** Gaps that are drawn as one, as they are too close, and from where to where, in pixels. */
interface Hatched {
  readonly gaps: Gap[];
  readonly from: number;
  to: number;
}

/** A gap that is shorter can still be seen, and pointed at. */
const LEAST_WIDTH = 2;

/** Joins what would overlap: so there are never more than pixels. */
function joinGaps(snapshot: GappedFrames, { left, plotWidth }: Layout): Hatched[] {
  const { gaps, frames, startFrame } = snapshot;
  const joined: Hatched[] = [];
  const right = left + plotWidth;
  const xOf = (frame: number) => {
    const part = Math.min(Math.max((frame - startFrame) / frames, 0), 1);
    return left + part * plotWidth;
  };
  for (const gap of gaps) {
    if (gap.endFrame <= startFrame || gap.startFrame >= startFrame + frames) continue;
    const from = Math.min(xOf(gap.startFrame), right - LEAST_WIDTH);
    const to = Math.max(xOf(gap.endFrame), from + LEAST_WIDTH);
    const last = joined.at(-1);
    if (last === undefined || from >= last.to) {
      joined.push({ gaps: [gap], from, to });
      continue;
    }
    last.gaps.push(gap);
    last.to = Math.max(last.to, to);
  }
  return joined;
}

/** Draws the gaps over the waveforms and over the spectrogram, each with words to be pointed at. */
export function drawGaps(snapshot: GappedFrames, layout: Layout, theme: Theme): string {
  const { waves, spectrogram } = layout;
  const drawn = joinGaps(snapshot, layout).map(({ gaps, from, to }) =>
    element(
      "g",
      { class: "gap" },
      words("title", {}, `Gap. ${listGaps(gaps, snapshot)}`),
      ...[waves, spectrogram].map(({ top, height }) =>
        element("rect", {
          x: from,
          y: top,
          width: to - from,
          height,
          fill: hatching(theme),
        })
      ),
    )
  );
  // What is missing before the first frame has no room of its own: it is a mark at the edge.
  const before = snapshot.gaps.filter(({ endFrame }) => endFrame <= snapshot.startFrame);
  if (before.length > 0) {
    const edge = [waves, spectrogram].map(({ top, height }) => `M${layout.left} ${top}v${height}`);
    drawn.unshift(element(
      "g",
      { class: "gap" },
      words("title", {}, `Missing before. ${listGaps(before, snapshot)}`),
      element("path", { class: "edge", d: edge.join("") }),
    ));
  }
  return drawn.join("\n");
}
