import { assert, assertEquals } from "@std/assert";
import { toSvg } from "../ffi/svg/to_svg.ts";
import { paletteOf } from "../ffi/svg/colors.ts";
import type { Gap } from "../ffi/gaps.ts";
import { draw, sampled, sine, snapshotOf } from "./_svg_picture.ts";
import { elements, numberOf, onlyElement, parseXml, textOf, type XmlElement } from "./_svg.ts";

/* What a picture is besides the sound: one file, for everybody, that says what it shows. */

const gaps: Gap[] = [{ startFrame: 100, endFrame: 300, cause: "device", exact: false }];
const samples = sampled(1, 16_000, sine(440, -6));
const snapshot = snapshotOf({ samples, sampleRate: 16_000, gaps });

function everything(root: XmlElement): XmlElement[] {
  return [
    root,
    ...root.children.flatMap((child) => typeof child === "string" ? [] : everything(child)),
  ];
}

Deno.test("a picture is one file: nothing in it runs, and nothing is fetched", async () => {
  for (const theme of ["auto", "light", "dark"] as const) {
    const { root } = await draw(snapshot, { theme, title: "javascript:alert(1)" });
    const names = new Set(everything(root).map(({ name }) => name));
    assertEquals([...names].sort(), [
      ...["defs", "desc", "g", "image", "linearGradient", "path", "pattern", "rect", "stop"],
      ...["style", "svg", "text", "title"],
    ]);
    const ids = new Set(everything(root).map(({ attributes }) => attributes.id));
    for (const { attributes } of everything(root)) {
      for (const [name, value] of Object.entries(attributes)) {
        assert(!name.startsWith("on") && name !== "style", name);
        if (name === "href") assert(value.startsWith("data:image/png;base64,"));
        else if (name === "xmlns") assertEquals(value, "http://www.w3.org/2000/svg");
        else if (/url/.test(value)) assert(ids.has(/^url\(#([\w-]+)\)$/.exec(value)![1]), value);
        else assert(!/[:/]{2}/.test(value), `${name}=${value}`);
      }
    }
    assert(!/url|import|expression|http/.test(textOf(onlyElement(root, "style"))));
  }
});

Deno.test("who cannot see it is told what it shows", async () => {
  const { root } = await draw(snapshot, { title: "Front door", frequencyAxis: "log" });
  assertEquals(root.attributes.role, "img");
  const [title, desc] = root.children.filter((child) => typeof child !== "string");
  assertEquals([title.name, desc.name], ["title", "desc"]);
  assertEquals(textOf(title), "Front door");
  assertEquals(
    textOf(desc),
    "A waveform, and below it a spectrogram from 0.05 kHz to 8 kHz, its colors from \u2212100 to " +
      "0 dBFS. The audio: from 2026-11-23 07:49:31.250 UTC, 1 s, 16 kHz, 1 channel, f32, peak " +
      "\u22126.0 dBFS, RMS \u22129.0 dBFS, 1 gap of 12.5 ms. Gaps: device: 12.5 ms, from 6.25 ms in " +
      "(frames 100 to 300, by the clock).",
  );
});

Deno.test("it is headed with the time, or with words and the time below", async () => {
  const facts =
    "1 s \u00b7 16 kHz \u00b7 1 channel \u00b7 f32 \u00b7 peak \u22126.0 dBFS \u00b7 RMS " +
    "\u22129.0 dBFS \u00b7 1 gap of 12.5 ms";
  const headOf = async (title?: string) => {
    const { root } = await draw(snapshot, { title });
    return ["title", "facts"].map((name) => {
      return textOf(onlyElement(root, "text", name)).replaceAll("  ", " ");
    });
  };
  const date = "2026-11-23 07:49:31.250 UTC";
  assertEquals(await headOf(), [date, facts]);
  assertEquals(await headOf("Mill & Sons"), ["Mill & Sons", `${date} \u00b7 ${facts}`]);
});

Deno.test("words of any kind come out as they are, but for what XML has not", async () => {
  const possible = `</text><script>alert("1")</script> & 'é' ]]> -- \u{1f3a4} `;
  const { root } = await draw(snapshot, { title: `${possible}\u0001\ud800\uffff`, width: 4096 });
  for (const found of [elements(root, "title")[0], onlyElement(root, "text", "title")]) {
    assertEquals(textOf(found), `${possible}\ufffd\ufffd\ufffd`);
  }
});

Deno.test("a title that is too long is cut where it is drawn only; facts go on in the next line", async () => {
  const title = "\u{1f3a4} a word ".repeat(40).trim();
  const { root } = await draw(snapshot, { title, width: 320 });
  assertEquals(textOf(elements(root, "title")[0]), title);
  const drawn = textOf(onlyElement(root, "text", "title"));
  assert(drawn.length < 40 && drawn.endsWith("\u2026") && drawn.isWellFormed(), drawn);
  assert(title.startsWith(drawn.slice(0, -1)), drawn);
  const lines = elements(root, "text", "facts");
  assert(lines.length > 2, `${lines.length} lines`);
  const ys = lines.map((line) => numberOf(line, "y"));
  ys.slice(1).forEach((y, i) => assert(y >= ys[i] + 15));
  assert(ys.at(-1)! < numberOf(elements(root, "rect", "frame")[0], "y"));
  const facts = lines.map(textOf).join(" \u00b7 ");
  assertEquals(facts.split(/ +\u00b7 +/).length, 8, facts);
});

/** The colours of a style's rules, by what they are for. */
function colorsOf(style: string): Map<string, string> {
  const rules = [...style.matchAll(/^\.[\w-]+ (\.?\w+)\{fill:(#\w{6})/gm)];
  return new Map(rules.map(([, name, color]) => [name, color]));
}

/** How light a colour is, by the Web's guidelines. */
function luminance(color: string): number {
  const [red, green, blue] = [...Uint8Array.fromHex(color.slice(1))].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

Deno.test("light, dark, or as is preferred; and legible on each", async () => {
  const styleOf = async (theme?: "auto" | "light" | "dark") => {
    const root = parseXml(await toSvg(snapshot, { theme }));
    assertEquals(root.attributes.class, `micring-${theme ?? "auto"}`);
    return textOf(onlyElement(root, "style"));
  };
  const query = "@media (prefers-color-scheme:dark){";
  const [light, dark] = [await styleOf("light"), await styleOf("dark")].map((style) => {
    assert(!style.includes("@media"));
    return colorsOf(style);
  });
  assert(luminance(light.get(".page")!) > 0.8 && luminance(dark.get(".page")!) < 0.05);
  const [before, after] = (await styleOf()).split(query);
  assertEquals([colorsOf(before), colorsOf(after)], [light, dark]);
  for (const colors of [light, dark]) {
    const page = colors.get(".page")!;
    for (const name of ["text", ".title", ".tag"]) {
      const found = contrast(colors.get(name)!, page);
      assert(found >= 4.5, `${name}: ${found}`);
    }
    assert(contrast(colors.get(".area")!, page) >= 3);
  }
});

Deno.test("rules hold for their own picture only: two on one page do not disturb each other", async () => {
  const [light, dark] = [
    await draw(snapshot, { theme: "light" }),
    await draw(snapshot, { theme: "dark" }),
  ];
  for (const [{ root }, name] of [[light, "micring-light"], [dark, "micring-dark"]] as const) {
    const selectors = textOf(onlyElement(root, "style")).trim().split("\n")
      .flatMap((rule) => rule.split("{")[0].split(","));
    assert(selectors.every((selector) => selector.startsWith(`.${name} `)), `${selectors}`);
    assertEquals(onlyElement(root, "pattern").attributes.id, `${name}-gap`);
  }
  // The same name is the same thing.
  const definition = (root: XmlElement) => JSON.stringify(onlyElement(root, "linearGradient"));
  assertEquals(definition(light.root), definition(dark.root));
});

/** How light a colour looks, from 0 to 100: L* of CIELAB. */
function lightness(color: string): number {
  const y = luminance(color);
  return y > 216 / 24_389 ? 116 * Math.cbrt(y) - 16 : y * 24_389 / 27;
}

Deno.test("equal steps in level are steps in lightness that are alike, one way only", () => {
  for (
    const [map, first, last] of [["magma", 0, 98], ["viridis", 15, 91], ["gray", 100, 0]] as const
  ) {
    const palette = paletteOf(map);
    const lights = Array.from({ length: 256 }, (_, i) => {
      return lightness(`#${palette.subarray(3 * i, 3 * i + 3).toHex()}`);
    });
    assert(Math.abs(lights[0] - first) < 1 && Math.abs(lights[255] - last) < 1, `${map}`);
    lights.forEach((light, i) => {
      const even = first + (last - first) * i / 255;
      assert(Math.abs(light - even) < 6, `${map} ${i}: ${light}, not ${even}`);
      const step = (light - lights[Math.max(0, i - 4)]) * Math.sign(last - first);
      assert(i === 0 || step > 0, `${map} ${i}: ${step}`);
    });
  }
});

Deno.test("no frames are a picture, too, and one of its own words", async () => {
  for (const channels of [1, 2]) {
    const empty = snapshotOf({ samples: new Float32Array(0), channels, sampleRate: 48_000 });
    const root = parseXml(await toSvg(empty, {}));
    assertEquals(elements(root, "image"), []);
    assertEquals(elements(root, "g", "wave"), []);
    assert(elements(root, "text").some((text) => textOf(text) === "There are no frames."));
    assert(!/NaN|Infinity|undefined/.test(await toSvg(empty, { levelAxis: "dbfs" })));
  }
});

Deno.test("how loud it is goes by all channels, as a snapshot's own words do", async () => {
  const samples = Float32Array.from({ length: 16_000 }, (_, i) => i % 2 === 0 ? 0.5 : 0.05);
  const stereo = snapshotOf({ samples, channels: 2, sampleRate: 16_000 });
  const { peakDbfs, rmsDbfs } = stereo.level();
  const shown = (level: number) => `\u2212${(-level).toFixed(1)} dBFS`;
  const facts = textOf(onlyElement((await draw(stereo)).root, "text", "facts"));
  assert(facts.includes(`peak ${shown(peakDbfs)}`), facts);
  assert(facts.endsWith(`RMS ${shown(rmsDbfs)}`), facts);
});

Deno.test("silence is called that; a picture of the same is the same", async () => {
  const silent = snapshotOf({ samples: new Float32Array(800), sampleRate: 8000 });
  const text = await toSvg(silent, {});
  assert(textOf(onlyElement(parseXml(text), "text", "facts")).endsWith("digital silence"));
  assertEquals(await toSvg(silent, {}), text);
});

Deno.test("what is drawn is what was there at the call", async () => {
  const samples = sampled(0.5, 16_000, sine(440, -6));
  const snapshot = snapshotOf({ samples, sampleRate: 16_000 });
  const expected = await toSvg(snapshot, {});
  const drawing = toSvg(snapshot, {});
  samples.fill(0);
  assertEquals(await drawing, expected);
});
