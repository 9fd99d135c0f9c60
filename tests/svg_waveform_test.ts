import { assert, assertEquals } from "@std/assert";
import { ChannelReader } from "../ffi/svg/samples.ts";
import { measureWaveform } from "../ffi/svg/waveform.ts";
import { draw, numbersIn, type Picture, sampled, snapshotOf, written } from "./_svg_picture.ts";
import { seeded } from "./_seeded.ts";
import { elements, numberOf, onlyElement, textOf, type XmlElement } from "./_svg.ts";

/* The waveforms, point by point. */

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The points of a path, in the picture's pixels. */
function pointsOf(wave: XmlElement, path: XmlElement): Point[] {
  const [dx, dy] = numbersIn(wave.attributes.transform);
  const numbers = numbersIn(path.attributes.d.replaceAll("h0", ""));
  return Array.from({ length: numbers.length / 2 }, (_, i) => ({
    x: numbers[2 * i] + dx,
    y: numbers[2 * i + 1] + dy,
  }));
}

interface Row {
  readonly top: number;
  readonly height: number;
  readonly wave: XmlElement;
}

/** The rows, by their frames: those above the spectrogram's. */
function rowsOf({ root, place }: Picture): Row[] {
  const frames = elements(root, "rect", "frame").filter((rect) => numberOf(rect, "y") < place.y);
  return elements(root, "g", "wave").map((wave, i) => ({
    top: numberOf(frames[i], "y"),
    height: numberOf(frames[i], "height"),
    wave,
  }));
}

function near(actual: number, expected: number, tolerance: number, what: string): void {
  assert(Math.abs(actual - expected) <= tolerance, `${actual} is not near ${expected}: ${what}`);
}

/** Noise that is louder in some places, and a few samples that stand out. */
function burstyNoise(frames: number, seed: number): Float32Array {
  const next = seeded(seed);
  const noise = Float32Array.from({ length: frames }, (_, i) => {
    return (next() - 0.5) * (i % 9000 < 3000 ? 0.9 : 0.05);
  });
  for (let i = 0; i < 9; i++) noise[Math.floor(frames * next())] = i % 2 === 0 ? 0.97 : -0.93;
  return noise;
}

/** That a row shows the extremes of each column's frames, in a picture of full scale. */
function checkArea(picture: Picture, row: Row, samples: Float32Array): void {
  const { x, width } = picture.place;
  const points = pointsOf(row.wave, onlyElement(row.wave, "path", "area"));
  assertEquals(points.length, 2 * width);
  const middle = row.top + row.height / 2;
  for (let column = 0; column < width; column++) {
    const from = Math.floor(column * samples.length / width);
    const to = Math.floor((column + 1) * samples.length / width);
    const own = [...samples.subarray(from, to)];
    const [upper, lower] = [points[column], points[2 * width - 1 - column]];
    near(upper.x, x + column + 0.5, 1e-9, `column ${column}`);
    assertEquals(upper.x, lower.x);
    near(upper.y, middle - Math.max(...own) * row.height / 2, 0.051, `top of ${column}`);
    near(lower.y, middle - Math.min(...own) * row.height / 2, 0.051, `bottom of ${column}`);
  }
}

Deno.test("each column has the extremes of its own frames, and no more points than two", async () => {
  for (const [frames, width] of [[100_003, 960], [820, 960], [5000, 333], [48_000, 4096]]) {
    const samples = burstyNoise(frames, frames);
    const picture = await draw(snapshotOf({ samples, sampleRate: 48_000 }), { width });
    const [row] = rowsOf(picture);
    checkArea(picture, row, samples);
  }
});

Deno.test("each channel has a row of its own, from the first to the last", async () => {
  const each = [1, 2, 3].map((seed) => burstyNoise(30_000, seed));
  const samples = Float32Array.from({ length: 90_000 }, (_, i) => each[i % 3][Math.floor(i / 3)]);
  const snapshot = snapshotOf({ samples, channels: 3, sampleRate: 16_000 });
  const picture = await draw(snapshot);
  const rows = rowsOf(picture);
  assertEquals(rows.length, 3);
  rows.forEach((row, channel) => checkArea(picture, row, each[channel]));
  rows.slice(1).forEach(({ top }, i) => assert(top > rows[i].top + rows[i].height));
  const last = rows.at(-1)!;
  assert(last.top + last.height < picture.place.y - 8, `${last.top + last.height}`);
  assertEquals(
    elements(picture.root, "text", "tag").map(textOf),
    [0, 1, 2].map((i) => `channel ${i}`),
  );
  const one = await draw(snapshot, { channel: 2 });
  assertEquals(rowsOf(one).length, 1);
  checkArea(one, rowsOf(one)[0], each[2]);
});

Deno.test("what is louder than full scale ends at the row's edge", async () => {
  const samples = sampled(1, 8000, (t) => 4 * Math.sin(2 * Math.PI * 50 * t));
  const picture = await draw(snapshotOf({ samples, sampleRate: 8000 }));
  const [row] = rowsOf(picture);
  const clipped = samples.map((sample) => Math.max(-1, Math.min(1, sample)));
  checkArea(picture, row, clipped);
});

Deno.test("fewer samples than pixels are each a point, in the middle of their own time", async () => {
  for (const frames of [1, 2, 60, 300]) {
    const samples = sampled(frames / 8000, 8000, (t) => 0.8 * Math.cos(2 * Math.PI * 300 * t));
    const picture = await draw(snapshotOf({ samples, sampleRate: 8000 }));
    const { x, width } = picture.place;
    const [row] = rowsOf(picture);
    const paths = elements(row.wave, "path");
    // Dots only where they are no carpet.
    assertEquals(paths.map(({ attributes }) => attributes.class), [
      "curve",
      ...width / frames >= 6 ? ["dots"] : [],
    ]);
    for (const path of paths) {
      const points = pointsOf(row.wave, path);
      assertEquals(points.length, frames);
      points.forEach((point, i) => {
        near(point.x, x + (i + 0.5) * width / frames, 0.051, `frame ${i}`);
        near(point.y, row.top + row.height / 2 * (1 - samples[i]), 0.051, `frame ${i}`);
      });
    }
  }
});

Deno.test("in decibels, what is quiet is seen, by the axis beside it", async () => {
  const amplitudes = [1, 0.1, 10 ** -0.5, 0.01, 0.0011, 0.0001, 0];
  const samples = Float32Array.from({ length: 7 * 2000 }, (_, i) => {
    return amplitudes[Math.floor(i / 2000)] * (i % 2 === 0 ? 1 : -1);
  });
  const snapshot = snapshotOf({ samples, sampleRate: 8000 });
  const picture = await draw(snapshot, { levelAxis: "dbfs" });
  const ticks = picture.levelTicks();
  assertEquals(ticks.map(({ label }) => written(label)), [0, -20, -40, -60, -40, -20, 0]);
  const [row] = rowsOf(picture);
  const { width } = picture.place;
  const points = pointsOf(row.wave, onlyElement(row.wave, "path", "area"));
  const perDecibel = (ticks[3].at - ticks[0].at) / 60;
  amplitudes.forEach((amplitude, i) => {
    const column = Math.floor((i + 0.5) * width / 7);
    const down = Math.min(60, -20 * Math.log10(amplitude)) * perDecibel;
    near(points[column].y, ticks[0].at + down, 0.06, `top of ${amplitude}`);
    near(points[2 * width - 1 - column].y, ticks[6].at - down, 0.06, `bottom of ${amplitude}`);
  });
});

Deno.test("the numbers beside a waveform are where its levels are", async () => {
  const picture = await draw(snapshotOf({ samples: burstyNoise(9000, 1), sampleRate: 8000 }));
  const [row] = rowsOf(picture);
  const ticks = picture.levelTicks();
  assertEquals(ticks.map(({ label }) => written(label)), [1, 0.5, 0, -0.5, -1]);
  for (const { at, label } of ticks) {
    near(at, row.top + row.height / 2 * (1 - written(label)), 0.01, label);
  }
});

Deno.test("no column leaves a sample out: peak, energy, and where it is loudest", () => {
  const [frames, channels, columns] = [70_001, 2, 13];
  const samples = burstyNoise(frames * channels, 5);
  // Two that are alike: the first one counts.
  samples.fill(0.99, 30_000, 30_004);
  for (let channel = 0; channel < channels; channel++) {
    const reader = new ChannelReader({ samples, format: "f32", channels }, channel);
    const own = Float32Array.from({ length: frames }, (_, i) => samples[i * channels + channel]);
    const waveform = measureWaveform(reader, frames, columns);
    assertEquals(waveform.peak, Math.max(...own.map(Math.abs)));
    const energy = own.reduce((sum, sample) => sum + sample * sample, 0);
    near(waveform.energy, energy, 1e-6, "energy");
    for (let column = 0; column < columns; column++) {
      const from = Math.floor(column * frames / columns);
      const sizes = own.slice(from, Math.floor((column + 1) * frames / columns)).map(Math.abs);
      assertEquals(waveform.loudest[column], from + sizes.indexOf(Math.max(...sizes)));
    }
  }
});
