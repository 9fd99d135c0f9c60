import { assert, assertEquals } from "@std/assert";
import type { Gap } from "../ffi/gaps.ts";
import { toSvg } from "../ffi/svg/to_svg.ts";
import { draw, type Picture, snapshotOf } from "./_svg_picture.ts";
import { elements, numberOf, onlyElement, textOf, type XmlElement } from "./_svg.ts";

const SAMPLE_RATE = 8000;
const START_FRAME = 1_000_000;

function withGaps(gaps: readonly Gap[], frames = 80_000) {
  const samples = new Float32Array(frames).fill(0.1);
  return snapshotOf({ samples, sampleRate: SAMPLE_RATE, startFrame: START_FRAME, gaps });
}

/** A gap, by frames from the snapshot's start. */
function gap(from: number, to: number, cause: Gap["cause"] = "pause", exact = true): Gap {
  return { startFrame: START_FRAME + from, endFrame: START_FRAME + to, cause, exact };
}

function gapsIn({ root }: Picture): XmlElement[] {
  return elements(root, "g", "gap");
}

/** That something hatched is over the frames [from, to), in the waveforms and the spectrogram. */
function checkHatched(picture: Picture, drawn: XmlElement, from: number, to: number): void {
  const { x, y, width, height } = picture.place;
  const rects = elements(drawn, "rect");
  assertEquals(rects.length, 2);
  for (const rect of rects) {
    assert(Math.abs(numberOf(rect, "x") - (x + from * width / 80_000)) <= 0.01, "its beginning");
    assert(Math.abs(numberOf(rect, "width") - (to - from) * width / 80_000) <= 0.02, "its length");
    const [, id] = /^url\(#(.+)\)$/.exec(rect.attributes.fill)!;
    assertEquals(onlyElement(picture.root, "pattern").attributes.id, id);
  }
  const frame = elements(picture.root, "rect", "frame")[0];
  assertEquals(numberOf(rects[0], "y"), numberOf(frame, "y"));
  assertEquals(numberOf(rects[0], "height"), numberOf(frame, "height"));
  assertEquals([numberOf(rects[1], "y"), numberOf(rects[1], "height")], [y, height]);
}

Deno.test("gaps are hatched where they are, and say why, how long and since when", async () => {
  const gaps = [gap(0, 4000, "device", false), gap(20_000, 21_000), gap(72_000, 80_000, "sleep")];
  const picture = await draw(withGaps(gaps));
  const drawn = gapsIn(picture);
  assertEquals(drawn.length, 3);
  checkHatched(picture, drawn[0], 0, 4000);
  checkHatched(picture, drawn[1], 20_000, 21_000);
  checkHatched(picture, drawn[2], 72_000, 80_000);
  const words = [
    "device: 500 ms, from 0 s in (frames 1000000 to 1004000, by the clock)",
    "pause: 125 ms, from 2.5 s in (frames 1020000 to 1021000, counted)",
    "sleep: 1 s, from 9 s in (frames 1072000 to 1080000, counted)",
  ].map((text) => text.replace("500 ms", "0.5 s").replace("125 ms", "0.125 s"));
  assertEquals(
    drawn.map((element) => textOf(onlyElement(element, "title"))),
    words.map((text) => `Gap. ${text}`),
  );
  assert(textOf(onlyElement(picture.root, "desc")).endsWith(` Gaps: ${words.join("; ")}.`));
  const facts = elements(picture.root, "text", "facts").map(textOf).join();
  assert(facts.endsWith("3 gaps of 1.625 s"), facts);
});

Deno.test("a gap lies over the sound, and below the frames", async () => {
  const picture = await draw(withGaps([gap(20_000, 21_000)]));
  const order = picture.root.children.filter((child) => typeof child !== "string")
    .map(({ name, attributes }) => attributes.class ?? name);
  const at = order.indexOf("gap");
  assert(order.indexOf("channel") < at && order.indexOf("image") < at, order.join(" "));
  assert(order.indexOf("frame") > at, order.join(" "));
});

Deno.test("a gap of one frame can be seen, also the last; close ones are one, and tell of all", async () => {
  const gaps = [gap(10, 11), gap(30, 31, "hole"), gap(100, 2000, "stall"), gap(79_999, 80_000)];
  const picture = await draw(withGaps(gaps));
  const drawn = gapsIn(picture);
  assertEquals(drawn.length, 2);
  const title = textOf(onlyElement(drawn[0], "title"));
  assertEquals(title.match(/pause|hole|stall/g), ["pause", "hole", "stall"]);
  const { x, width } = picture.place;
  const [first, last] = drawn.map((element) => elements(element, "rect")[0]);
  assert(Math.abs(numberOf(first, "x") + numberOf(first, "width") - x - width / 40) < 0.02);
  assertEquals(numberOf(last, "width"), 2);
  assertEquals(numberOf(last, "x"), x + width - 2);
});

Deno.test("what was missed before the first frame is a mark at the edge", async () => {
  const picture = await draw(withGaps([gap(-8000, 0, "missed"), gap(800, 1600)]));
  const [before, inside] = gapsIn(picture);
  assertEquals(
    textOf(onlyElement(before, "title")),
    "Missing before. missed: 1 s, from 1 s before the start (frames 992000 to 1000000, counted)",
  );
  const { d } = onlyElement(before, "path", "edge").attributes;
  const { x, y, height } = picture.place;
  assert(d.endsWith(`M${x} ${y}v${height}`), d);
  assertEquals(elements(before, "rect"), []);
  checkHatched(picture, inside, 800, 1600);
});

Deno.test("ten thousand gaps are not ten thousand elements, nor ten thousand lines", async () => {
  const gaps = Array.from({ length: 10_000 }, (_, i) => gap(8 * i, 8 * i + 2, "overrun"));
  const text = await toSvg(withGaps(gaps), {});
  const plain = await toSvg(withGaps([]), {});
  assert(text.length < plain.length + 500_000, `${text.length - plain.length} more`);
  assert(text.includes("and 9980 more"), "the rest is not counted");
});

Deno.test("a snapshot whose gaps were forgotten says so; a complete one says nothing", async () => {
  const { samples } = withGaps([]);
  const facts = async (complete: boolean) => {
    const snapshot = snapshotOf({ samples, sampleRate: SAMPLE_RATE, complete });
    return textOf(onlyElement((await draw(snapshot)).root, "text", "facts"));
  };
  assert((await facts(false)).endsWith("gaps not known"));
  assert(!(await facts(true)).includes("gap"));
});
