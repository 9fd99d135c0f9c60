import { assert, assertEquals, assertRejects } from "@std/assert";
import { toSvg } from "../ffi/svg/to_svg.ts";
import type { SvgOptions } from "../ffi/svg/options.ts";
import { snapshotOf } from "./_svg_picture.ts";
import { numberOf, parseXml } from "./_svg.ts";

/** Whatever JavaScript may pass, whatever the types say. */
// deno-lint-ignore no-explicit-any
type Anything = any;

const stereo = snapshotOf({
  samples: Float32Array.from({ length: 8000 }, (_, i) => Math.sin(0.01 * i * (i % 2) + i)),
  channels: 2,
  sampleRate: 16_000,
});

/** What is refused as a wrong type, by what the message says. */
const WRONG_TYPES: [Anything, string][] = [
  [null, "the options are null, not an object"],
  ["wide", 'the options are "wide", not an object'],
  [{ colours: "magma" }, 'there is no option "colours"; there are title, width'],
  [{ title: 5 }, "title is 5, not a string"],
  [{ title: "" }, "title is empty"],
  [{ title: null }, "title is null, not a string"],
  [{ width: "960" }, 'width is "960", not a number'],
  [{ height: true }, "height is true, not a number"],
  [{ channel: "0" }, 'channel is "0", not a number'],
  [{ timeAxis: "utc" }, 'timeAxis is "utc", and must be one of "clock", "seconds"'],
  [{ timezone: 1 }, "timezone is 1, not a string"],
  [{ levelAxis: "db" }, 'levelAxis is "db", and must be one of "linear", "dbfs"'],
  [{ frequencyAxis: "bark" }, 'frequencyAxis is "bark", and must be one of "linear", "log", "mel"'],
  [{ minFrequency: 5n }, "minFrequency is 5, not a number"],
  [{ maxFrequency: [8000] }, "maxFrequency is an object of type Array, not a number"],
  [{ minDbfs: "-90" }, 'minDbfs is "-90", not a number'],
  [{ maxDbfs: null }, "maxDbfs is null, not a number"],
  [{ window: "40ms" }, 'window is "40ms", not a number'],
  [{ colors: "jet" }, 'colors is "jet", and must be one of "magma", "viridis", "gray"'],
  [{ theme: "blue" }, 'theme is "blue", and must be one of "auto", "light", "dark"'],
];

/** What is refused as out of its bounds. */
const OUT_OF_BOUNDS: [SvgOptions, string][] = [
  [{ width: 319 }, "width is 319, and must be a number from 320 to 4096"],
  [{ width: Infinity }, "width is Infinity, and must be"],
  [{ width: NaN }, "width is NaN, and must be"],
  [{ height: 100 }, "height is 100, and must be a number from "],
  [{ height: -1 }, "height is -1, and must be a number from 1 to 4320"],
  [{ height: 4321 }, "height is 4321, and must be"],
  [{ channel: 2 }, "channel is 2, and must be a whole number from 0 to 1"],
  [{ channel: -1 }, "channel is -1, and must be a whole number from 0 to 1"],
  [{ channel: 0.5 }, "channel is 0.5, and must be a whole number from 0 to 1"],
  [{ timezone: "Mars/Olympus" }, 'timezone is "Mars/Olympus", and there is none of this name'],
  [{ maxFrequency: 8001 }, "maxFrequency is 8001, and must be a number from 10 to 8000"],
  [{ maxFrequency: 9 }, "maxFrequency is 9, and must be a number from 10 to 8000"],
  [{ minFrequency: -1 }, "minFrequency is -1, and must be a number from 0 to 7990"],
  [
    { minFrequency: 500, maxFrequency: 400 },
    "minFrequency is 500, and must be a number from 0 to 390",
  ],
  [
    { frequencyAxis: "log", minFrequency: 0 },
    "minFrequency is 0, and must be a number from 1 to 7990",
  ],
  [{ maxDbfs: 101 }, "maxDbfs is 101, and must be a number from -190 to 100"],
  [{ minDbfs: -201 }, "minDbfs is -201, and must be a number from -200 to -10"],
  [{ minDbfs: -40, maxDbfs: -45 }, "minDbfs is -40, and must be a number from -200 to -55"],
  [{ window: 0.26 }, "window is 0.26, and must be a number from 0.001 to 0.25"],
  [{ window: 0 }, "window is 0, and must be a number from 0.001 to 0.25"],
];

for (const [refusals, error] of [[WRONG_TYPES, TypeError], [OUT_OF_BOUNDS, RangeError]] as const) {
  Deno.test(`each option is refused with a ${error.name} where it is wrong`, async () => {
    for (const [options, says] of refusals) {
      await assertRejects(
        () => toSvg(stereo, options),
        error,
        `Cannot draw a snapshot: ${says}`,
      );
    }
  });
}

Deno.test("what is left out, and what is undefined, is as it is said to be", async () => {
  const usual: Required<Omit<SvgOptions, "title" | "height" | "channel">> = {
    width: 960,
    timeAxis: "clock",
    timezone: "UTC",
    levelAxis: "linear",
    frequencyAxis: "linear",
    minFrequency: 0,
    maxFrequency: 8000,
    minDbfs: -100,
    maxDbfs: 0,
    window: 0.04,
    colors: "magma",
    theme: "auto",
  };
  const expected = await toSvg(stereo, {});
  assertEquals(await toSvg(stereo, usual), expected);
  const names = [...Object.keys(usual), "title", "height", "channel"];
  const unsaid = Object.fromEntries(names.map((name) => [name, undefined]));
  assertEquals(await toSvg(stereo, unsaid), expected);
});

Deno.test("samples that were given away are missed, not drawn as silence", async () => {
  const samples = new Float32Array(100);
  const snapshot = snapshotOf({ samples, sampleRate: 8000 });
  structuredClone(samples, { transfer: [samples.buffer] });
  await assertRejects(
    () => toSvg(snapshot, {}),
    RangeError,
    "Cannot draw a snapshot: of 100 samples 0 are there; was their buffer transferred?",
  );
});

Deno.test("the least height that is named is enough, and one less is not, for any channels", async () => {
  for (const channels of [1, 2, 5, 9, 254]) {
    for (const width of [320, 4096]) {
      const samples = new Float32Array(40 * channels).fill(0.5);
      const snapshot = snapshotOf({ samples, channels, sampleRate: 8000 });
      const error = await assertRejects(() => toSvg(snapshot, { width, height: 1 }));
      const [, least, most] = /from (\d+) to (\d+)/.exec((error as Error).message)!.map(Number);
      await assertRejects(() => toSvg(snapshot, { width, height: least - 1 }), RangeError);
      for (const height of [least, undefined, most]) {
        const root = parseXml(await toSvg(snapshot, { width, height }));
        const [drawnWidth, drawnHeight] = ["width", "height"].map((name) => numberOf(root, name));
        assertEquals(root.attributes.viewBox, `0 0 ${drawnWidth} ${drawnHeight}`);
        assertEquals(drawnWidth, width);
        assert(drawnHeight >= least && drawnHeight <= most, `${drawnHeight}`);
        if (height !== undefined) assertEquals(drawnHeight, height);
      }
    }
  }
});
