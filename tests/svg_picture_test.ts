import { assert, assertEquals } from "@std/assert";
import { toSvg } from "../ffi/svg/to_svg.ts";
import type { SvgOptions } from "../ffi/svg/options.ts";
import type { FrequencyAxis } from "../ffi/svg/frequency.ts";
import type { AudioFormat, Samples } from "../ffi/formats.ts";
import { draw, type Picture, sampled, sine, snapshotOf } from "./_svg_picture.ts";
import { elements, onlyElement, textOf } from "./_svg.ts";
import { testWith } from "./_tools.ts";

/* The spectrogram as it is seen: by the file's own colours and axes. */

const WARPS: Record<FrequencyAxis, [(hertz: number) => number, (value: number) => number]> = {
  linear: [(hertz) => hertz, (value) => value],
  log: [Math.log2, (value) => 2 ** value],
  mel: [
    (hertz) => 2595 * Math.log10(1 + hertz / 700),
    (value) => 700 * (10 ** (value / 2595) - 1),
  ],
};

function near(actual: number, expected: number, tolerance: number, what: string): void {
  assert(Math.abs(actual - expected) <= tolerance, `${actual} is not near ${expected}: ${what}`);
}

/** That a sine is where it should be, and as loud as it is, in each column. */
function checkSine(picture: Picture, axis: FrequencyAxis, hertz: number, levelDbfs: number): void {
  const [warp, unwarp] = WARPS[axis];
  for (let column = 0; column < picture.image.width; column++) {
    const row = picture.brightestRow(column);
    const found = picture.hertzOfRow(row, warp, unwarp);
    const [above, below] = [row - 1, row + 1].map((at) => picture.hertzOfRow(at, warp, unwarp));
    // Half a row, and half a bin of transforms of twice 40 ms at the least.
    near(found, hertz, Math.abs(above - below) / 4 + 6.25, `Hz in column ${column}`);
    near(picture.level(column, row), levelDbfs, 0.5, `dBFS in column ${column}`);
  }
}

const SINES: [number, FrequencyAxis, number[]][] = [
  [8000, "linear", [60, 1000, 3210]],
  [16_000, "log", [110, 440, 7000]],
  [44_100, "mel", [250, 997, 15_000]],
  [48_000, "linear", [440, 5000, 23_000]],
  [48_000, "log", [100, 1234.5, 20_000]],
  [192_000, "mel", [1000, 40_000, 90_000]],
];

for (const [sampleRate, axis, frequencies] of SINES) {
  Deno.test(`sines at ${sampleRate} Hz on an axis that is ${axis}: where they are, as loud`, async () => {
    for (const [i, hertz] of frequencies.entries()) {
      const levelDbfs = -3 - 20 * i;
      const samples = sampled(0.5, sampleRate, sine(hertz, levelDbfs));
      const options = { frequencyAxis: axis } satisfies SvgOptions;
      checkSine(await draw(snapshotOf({ samples, sampleRate }), options), axis, hertz, levelDbfs);
    }
  });
}

Deno.test("a part of the frequencies, and other levels: the axis and the colours go with them", async () => {
  const samples = sampled(1, 48_000, sine(1500, -50));
  const snapshot = snapshotOf({ samples, sampleRate: 48_000 });
  const options = { minFrequency: 1000, maxFrequency: 2000, minDbfs: -70, maxDbfs: -40 };
  const picture = await draw(snapshot, { ...options, height: 800, width: 500 });
  const row = picture.brightestRow(50);
  near(picture.hertzOfRow(row, (hertz) => hertz, (value) => value), 1500, 6, "Hz");
  near(picture.level(50, row, -70, -40), -50, 0.5, "dBFS");
  const cut = await draw(snapshot, { minDbfs: -100, maxDbfs: -60 });
  assertEquals(cut.index(10, cut.brightestRow(10)), 255);
});

Deno.test("a sweep rises from column to column", async () => {
  const samples = sampled(4, 16_000, (t) => 0.5 * Math.sin(2 * Math.PI * 1000 * t * t));
  const picture = await draw(snapshotOf({ samples, sampleRate: 16_000 }));
  const { width } = picture.image;
  for (let column = 10; column < width - 10; column++) {
    const row = picture.brightestRow(column);
    const expected = 8000 * (column + 0.5) / width;
    near(picture.hertzOfRow(row, WARPS.linear[0], WARPS.linear[1]), expected, 60, `${column}`);
  }
});

Deno.test("two sines that are 10 dB apart are drawn 10 dB apart", async () => {
  const [low, high] = [sine(2000, -20), sine(6000, -30)];
  const samples = sampled(1, 16_000, (t) => low(t) + high(t));
  const picture = await draw(snapshotOf({ samples, sampleRate: 16_000 }));
  const rows = [...Array(picture.image.height).keys()];
  const hertz = rows.map((row) => picture.hertzOfRow(row, WARPS.linear[0], WARPS.linear[1]));
  for (let column = 0; column < picture.image.width; column++) {
    const loudest = (from: number, to: number) =>
      Math.max(
        ...rows.filter((row) => hertz[row] > from && hertz[row] < to)
          .map((row) => picture.level(column, row)),
      );
    near(loudest(1000, 3000) - loudest(5000, 7000), 10, 0.8, `dB in column ${column}`);
  }
});

Deno.test("silence has the lowest colour everywhere", async () => {
  const picture = await draw(snapshotOf({ samples: new Float32Array(48_000), sampleRate: 48_000 }));
  assert(picture.image.pixels.every((pixel) => pixel === 0));
});

Deno.test("a click in a minute of silence is one column wide, and where it is", async () => {
  const samples = new Float32Array(60 * 16_000);
  // Soon after a column's beginning: not in the middle, where a window is in any case.
  const at = Math.ceil(505 * samples.length / 820) + 20;
  samples[at] = 1;
  const picture = await draw(snapshotOf({ samples, sampleRate: 16_000 }));
  const { width, height } = picture.image;
  const own = Math.floor(width * at / samples.length);
  assertEquals([width, own], [820, 505]);
  for (let column = 0; column < width; column++) {
    for (let row = 0; row < height; row++) {
      assertEquals(picture.index(column, row) > 0, column === own, `${column}, ${row}`);
    }
  }
});

/** The same sound in each format, as the format has it. */
function stored<F extends AudioFormat>(format: F, samples: Float32Array): Samples<F> {
  const whole = (bits: number) => Array.from(samples, (s) => Math.round(s * 2 ** (bits - 1)));
  const packed = () =>
    Uint8Array.from(whole(24).flatMap((s) => [s & 255, (s >> 8) & 255, (s >> 16) & 255]));
  const arrays: { [G in AudioFormat]: () => Samples<G> } = {
    f32: () => samples,
    u8: () => Uint8Array.from(whole(8), (sample) => sample + 128),
    s16: () => Int16Array.from(whole(16)),
    s24: packed,
    s32: () => Int32Array.from(whole(32)),
  };
  return arrays[format]();
}

for (const format of ["u8", "s16", "s24", "s32", "f32"] as const) {
  Deno.test(`${format}: a second channel's sine is found, and the words for its level`, async () => {
    const [left, right] = [sine(500, -26), sine(4000, -6)];
    const both = Float32Array.from({ length: 16_000 }, (_, i) => {
      return (i % 2 === 0 ? left : right)(Math.floor(i / 2) / 16_000);
    });
    const samples = stored(format, both);
    const snapshot = snapshotOf({
      samples,
      format,
      channels: 2,
      sampleRate: 16_000,
      endTime: Date.UTC(2026, 10, 23, 7, 49, 31, 750),
    });
    assertEquals(snapshot.frames, 8000);
    checkSine(await draw(snapshot, { channel: 1 }), "linear", 4000, -6);
    const picture = await draw(snapshot, { channel: 0 });
    checkSine(picture, "linear", 500, -26);
    const { peakDbfs, rmsDbfs } = snapshot.level(0);
    const facts = textOf(onlyElement(picture.root, "text", "facts"));
    const shown = [...facts.matchAll(/\u2212([\d.]+) dBFS/g)].map(([, level]) => -Number(level));
    near(shown[0], peakDbfs, 0.0501, "peak");
    near(shown[1], rmsDbfs, 0.0501, "RMS");
    assert(facts.includes(`channel 0 of 2 \u00b7 ${format}`) || facts.includes(format), facts);
  });
}

Deno.test("samples that are no numbers, or endless, are silence: nothing else changes", async () => {
  const mended = sampled(1, 16_000, sine(1000, -20));
  const broken = mended.slice();
  for (const [i, value] of [NaN, Infinity, -Infinity].entries()) {
    for (let at = 100 + i; at < broken.length; at += 3777) {
      broken[at] = value;
      mended[at] = 0;
    }
  }
  const of = (samples: Float32Array) => snapshotOf({ samples, sampleRate: 16_000 });
  assertEquals(await toSvg(of(broken), {}), await toSvg(of(mended), {}));
});

Deno.test("numbers beyond all bounds are drawn as full scale", async () => {
  const samples = sampled(0.1, 16_000, sine(1000, 0)).map((sample) => 3e38 * sample);
  const picture = await draw(snapshotOf({ samples, sampleRate: 16_000 }));
  assert(!/NaN|Infinity|undefined/.test(picture.text.replace(/base64,[^"]*/, "")));
  // Even what leaks to the other frequencies is beyond the last colour.
  assert(picture.image.pixels.every((pixel) => pixel === 255));
});

Deno.test("the colours are those of the bar beside it, from below to above", async () => {
  const samples = new Float32Array(1000);
  for (const colors of ["magma", "viridis", "gray"] as const) {
    const picture = await draw(snapshotOf({ samples, sampleRate: 8000 }), { colors });
    const stops = elements(onlyElement(picture.root, "linearGradient"), "stop");
    const { x1, y1, x2, y2 } = onlyElement(picture.root, "linearGradient").attributes;
    assertEquals([x1, y1, x2, y2], ["0", "1", "0", "0"]);
    assertEquals(picture.image.palette.length, 256);
    for (const { attributes } of stops) {
      const place = 255 * parseFloat(attributes.offset) / 100;
      const channels = (color: string) => [...Uint8Array.fromHex(color.slice(1))];
      const [low, high] = [Math.floor(place), Math.ceil(place)].map((at) => {
        return channels(picture.image.palette[at]);
      });
      channels(attributes["stop-color"]).forEach((value, i) => {
        const [least, most] = [Math.min(low[i], high[i]), Math.max(low[i], high[i])];
        assert(value >= least - 1 && value <= most + 1, `${colors} at ${attributes.offset}`);
      });
    }
  }
});

testWith(["xmllint"], "libxml2-utils", "xmllint has nothing to complain about", async () => {
  const samples = sampled(1, 16_000, sine(1000, -20));
  const gaps = [{ startFrame: 5, endFrame: 900, cause: "pause", exact: true }] as const;
  const snapshot = snapshotOf({ samples, sampleRate: 16_000, gaps });
  const title = `<a href="x">&amp;</a> ]]> \u0001\ud800 'é' \u{1f3a4}`;
  for (const options of [{}, { title, theme: "dark", frequencyAxis: "log" }] as const) {
    const child = new Deno.Command("xmllint", {
      args: ["--noout", "--nonet", "-"],
      stdin: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(await toSvg(snapshot, options)));
    await writer.close();
    const { success, stderr } = await child.output();
    assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
  }
});
