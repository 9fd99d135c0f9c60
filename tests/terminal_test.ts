/** What the examples draw with. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { brightBlack, green, red, setColorEnabled, stripAnsiCode, yellow } from "@std/fmt/colors";
import {
  bar,
  clockTime,
  decibels,
  holdPeak,
  meterLine,
  NOTHING_HELD,
  waveform,
  wrap,
} from "../examples/_terminal.ts";

const SILENCE = { peakDbfs: -Infinity, rmsDbfs: -Infinity };
const BLANK = "\u2800";
const FULL = "\u28ff";

/** The bar without its colours. */
function plainBar(peakDbfs: number, rmsDbfs: number, holdDbfs: number, width: number): string {
  return stripAnsiCode(bar({ peakDbfs, rmsDbfs }, holdDbfs, width));
}

/** The dots of a Braille drawing, from the top. */
function dotRows(lines: string[]): string[] {
  const bits = [[0, 3], [1, 4], [2, 5], [6, 7]];
  return lines.flatMap((line) =>
    bits.map((pair) =>
      [...line].map((character) => {
        const dots = character.charCodeAt(0) - 0x2800;
        return pair.map((bit) => dots >> bit & 1 ? "#" : " ").join("");
      }).join("")
    )
  );
}

Deno.test("decibels are six characters wide, silence too", () => {
  assertEquals(
    [-Infinity, -123.45, -12, -3.01, 0].map(decibels),
    ["  -inf", "-123.5", " -12.0", "  -3.0", "   0.0"],
  );
});

Deno.test("a clock time has three digits of milliseconds", () => {
  const date = new Date(2025, 10, 22, 7, 8, 9, 42);
  assertEquals(clockTime(date.getTime() + 0.6), "07:08:09.042");
});

Deno.test("text is wrapped between words, and a longer word stands alone", () => {
  assertEquals(wrap("one two three", 7), ["one two", "three"]);
  assertEquals(wrap("one two three", 6), ["one", "two", "three"]);
  assertEquals(wrap("a microphone b", 5), ["a", "microphone", "b"]);
});

Deno.test("a bar reaches from -60 to 0 dBFS: solid RMS, shaded peak, a line at the hold", () => {
  assertEquals(plainBar(-30, -45, -15, 12), "███▒▒▒··│···");
  assertEquals(plainBar(0, 0, 0, 6), "██████");
  assertEquals(plainBar(-61, -70, -60, 6), "······");
  assertEquals(plainBar(6, 3, 6, 6), "██████");
  assertEquals(plainBar(-Infinity, -Infinity, -Infinity, 6), "······");
  assertEquals(plainBar(-30, -45, -15, 0), "");
});

Deno.test("a bar turns yellow at -18 and red at -6 dBFS", () => {
  // Where NO_COLOR is set this stays without effect, on both sides.
  setColorEnabled(true);
  try {
    const expected = green("███████") + yellow("██") + red("█") + brightBlack("");
    assertEquals(bar({ peakDbfs: 0, rmsDbfs: 0 }, 0, 10), expected);
  } finally {
    setColorEnabled(false);
  }
});

Deno.test("a meter's line is as wide as told, whatever it shows", () => {
  for (const width of [40, 80, 133]) {
    for (const level of [SILENCE, { peakDbfs: -0.1, rmsDbfs: -100 }]) {
      for (const channel of [0, 99]) {
        assertEquals(meterLine(channel, level, -3, width).length, width);
      }
    }
  }
  assertMatch(meterLine(1, { peakDbfs: -6, rmsDbfs: -9 }, -3, 50), /^ {2}2 █.*-6\.0.*-9\.0 dBFS$/);
});

Deno.test("a peak is held until a higher one comes, or its time is over", () => {
  const first = holdPeak(NOTHING_HELD, -20, 1000);
  assertEquals(first.dbfs, -20);
  assertEquals(holdPeak(first, -30, 1000), first);
  assertEquals(holdPeak(first, -30, first.untilMs - 1), first);
  assertEquals(holdPeak(first, -30, first.untilMs).dbfs, -30);
  const higher = holdPeak(first, -10, 1100);
  assertEquals(higher.dbfs, -10);
  assert(higher.untilMs > first.untilMs);
});

Deno.test("a waveform has the rows and columns asked for", () => {
  const lines = waveform(new Float32Array(1000).fill(0.5), 17, 3, 1);
  assertEquals(lines.map((line) => line.length), [17, 17, 17]);
});

Deno.test("a waveform of a sine is the same upside down", () => {
  const sine = Float32Array.from({ length: 4800 }, (_, i) => 0.7 * Math.sin(2 * Math.PI * i / 48));
  const rows = dotRows(waveform(sine, 40, 5, 1));
  assertEquals(rows, rows.toReversed());
  // 0.7 of the height of 20 dots, at every column.
  assertEquals(rows.map((row) => row.includes("#")).lastIndexOf(true), 17);
  assertEquals(rows[2], "#".repeat(80));
  assertEquals(rows[1], " ".repeat(80));
});

Deno.test("a waveform reaches its edges at the scale, and goes no further", () => {
  assertEquals(waveform(Float32Array.of(1, -1, 1, -1), 1, 2, 1), [FULL, FULL]);
  assertEquals(waveform(Float32Array.of(9, -9, 9, -9), 1, 2, 1), [FULL, FULL]);
});

Deno.test("a waveform shows one loud sample among thousands", () => {
  const samples = new Float32Array(50_000);
  samples[25_100] = 1;
  const rows = dotRows(waveform(samples, 50, 4, 1));
  assertEquals(rows[0], " ".repeat(50) + "#" + " ".repeat(49));
});

Deno.test("a waveform with fewer samples than dots is a curve without gaps", () => {
  const ramp = Float32Array.from({ length: 5 }, (_, i) => 1 - i / 2);
  const rows = dotRows(waveform(ramp, 20, 4, 1));
  for (let x = 0; x < 40; x++) assert(rows.some((row) => row[x] === "#"), `column ${x}`);
  for (let y = 0; y < 16; y++) assert(rows[y].includes("#"), `row ${y}`);
});

Deno.test("a waveform of silence, of no samples, and of no numbers is the middle line", () => {
  const middle = ["\u28c0".repeat(4), "\u2809".repeat(4)];
  assertEquals(waveform(new Float32Array(100), 4, 2, 1), middle);
  assertEquals(waveform(new Float32Array(0), 4, 2, 1), middle);
  assertEquals(waveform(new Float32Array(100).fill(NaN), 4, 2, 1), middle);
  assertEquals(waveform(new Float32Array(100), 4, 4, 1)[0], BLANK.repeat(4));
});
