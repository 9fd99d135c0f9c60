import { assert, assertEquals } from "@std/assert";
import { measureSpectrogram, type Spectrogram } from "../ffi/svg/spectrogram.ts";
import { type FrequencyAxis, FrequencyScale } from "../ffi/svg/frequency.ts";
import { ChannelReader } from "../ffi/svg/samples.ts";
import { measureWaveform } from "../ffi/svg/waveform.ts";
import { sampled, sine } from "./_svg_picture.ts";

const SAMPLE_RATE = 48_000;

interface Setting {
  readonly sampleRate?: number;
  readonly windowFrames?: number;
  readonly mostColumns?: number;
  readonly rows?: number;
  readonly axis?: FrequencyAxis;
  readonly least?: number;
  readonly most?: number;
}

/** The spectrogram of channels, each by itself. */
function measure(channels: readonly Float32Array[], setting: Setting = {}): Spectrogram {
  const { sampleRate = SAMPLE_RATE, windowFrames = 2048, mostColumns = 40 } = setting;
  const { rows = 256, axis = "linear", least = 0, most = sampleRate / 2 } = setting;
  const readers = channels.map((samples) => {
    return new ChannelReader({ samples, format: "f32", channels: 1 }, 0);
  });
  const frames = channels[0].length;
  return measureSpectrogram({
    readers,
    frames,
    sampleRate,
    windowFrames,
    mostColumns,
    rows,
    scale: new FrequencyScale(axis, least, most),
    waveforms: readers.map((reader) => measureWaveform(reader, frames, mostColumns)),
  });
}

/** A column from the lowest frequency up. */
function columnOf({ columns, rows, levels }: Spectrogram, column: number): number[] {
  return Array.from({ length: rows }, (_, row) => levels[(rows - 1 - row) * columns + column]);
}

function near(actual: number, expected: number, tolerance: number, what = ""): void {
  assert(Math.abs(actual - expected) <= tolerance, `${actual} is not near ${expected} ${what}`);
}

Deno.test("a sine of full scale in the middle of a bin is 0 dBFS, in any length of window", () => {
  // 750 Hz are a whole number of bins in transforms of 256 to 16384 samples.
  for (const windowFrames of [128, 480, 2048, 3000, 8192]) {
    const sines = [sampled(1, SAMPLE_RATE, sine(750, 0)), sampled(1, SAMPLE_RATE, sine(4500, -20))];
    for (const [i, expected] of [0, -20].entries()) {
      const spectrogram = measure([sines[i]], { windowFrames });
      for (let column = 0; column < spectrogram.columns; column++) {
        const loudest = Math.max(...columnOf(spectrogram, column));
        near(loudest, expected, 0.01, `in column ${column} of windows of ${windowFrames}`);
      }
    }
  }
});

Deno.test("a sine between two bins is 0.35 dB less at the most", () => {
  for (let hertz = 1000; hertz < 1012; hertz += 1.17) {
    const spectrogram = measure([sampled(0.5, SAMPLE_RATE, sine(hertz, -10))]);
    const loudest = Math.max(...columnOf(spectrogram, 5));
    assert(loudest > -10.36 && loudest < -9.99, `${hertz} Hz: ${loudest}`);
  }
});

Deno.test("what never changes, and what always does, are of full scale, too", () => {
  const still = columnOf(measure([sampled(0.5, SAMPLE_RATE, () => 1)]), 3);
  near(still[0], 0, 0.01);
  assertEquals(Math.max(...still), still[0]);
  const samples = Float32Array.from({ length: 24_000 }, (_, i) => i % 2 === 0 ? 1 : -1);
  const fast = columnOf(measure([samples]), 3);
  near(fast.at(-1)!, 0, 0.01);
  assertEquals(Math.max(...fast), fast.at(-1));
});

Deno.test("two sines that are 10 dB apart are 10 dB apart, and nothing is beside them", () => {
  const [low, high] = [sine(3000, -12), sine(9000, -22)];
  const column = columnOf(measure([sampled(1, SAMPLE_RATE, (t) => low(t) + high(t))]), 20);
  // A row has 93.75 Hz; each of these is in the middle of a bin that begins one.
  near(column[32], -12, 0.01);
  near(column[96], -22, 0.01);
  column.forEach((level, row) => {
    if (Math.abs(row - 32) > 8 && Math.abs(row - 96) > 8) assert(level < -90, `${row}: ${level}`);
  });
});

Deno.test("of each frequency, the loudest channel is shown", () => {
  const left = sampled(1, SAMPLE_RATE, sine(3000, -12));
  const right = sampled(1, SAMPLE_RATE, sine(9000, -40));
  const both = measure([left, right, new Float32Array(left.length)]);
  const alone = [measure([left]), measure([right])];
  both.levels.forEach((level, i) => {
    assertEquals(level, Math.max(alone[0].levels[i], alone[1].levels[i]));
  });
});

Deno.test("silence is nothing at all", () => {
  const { levels } = measure([new Float32Array(SAMPLE_RATE)]);
  assert(levels.every((level) => level === -400));
});

Deno.test("a click of one sample in a long silence is in its own column only, in all rows", () => {
  const columns = 30;
  const samples = new Float32Array(30 * 10_000);
  for (const at of [1100, 39_999, 160_000, 255_555, samples.length - 1100]) {
    samples.fill(0);
    samples[at] = 1;
    const spectrogram = measure([samples], { mostColumns: columns });
    for (let column = 0; column < columns; column++) {
      const own = column === Math.floor(at / 10_000);
      const levels = columnOf(spectrogram, column);
      assert(levels.every((level) => own ? level > -70 : level === -400), `${at}: ${column}`);
    }
  }
});

Deno.test("a sweep is where its frequency is, column by column", () => {
  const seconds = 4;
  const samples = sampled(seconds, SAMPLE_RATE, (t) => Math.sin(2 * Math.PI * 2500 * t * t));
  const { columns, rows, levels } = measure([samples], { mostColumns: 100 });
  assertEquals(columns, 100);
  for (let column = 4; column < 96; column++) {
    const expected = 5000 * seconds * (column + 0.5) / columns;
    const found = columnOf({ columns, rows, levels }, column);
    const row = found.indexOf(Math.max(...found));
    near((row + 0.5) * SAMPLE_RATE / 2 / rows, expected, 150, `Hz in column ${column}`);
  }
});

Deno.test("rows narrower than a bin lie between two, and rise up to a sine from either side", () => {
  const samples = sampled(1, SAMPLE_RATE, sine(60 * SAMPLE_RATE / 4096, -6));
  const setting = { least: 690, most: 716, rows: 101 };
  const column = columnOf(measure([samples], setting), 10);
  const loudest = column.indexOf(Math.max(...column));
  const hertz = 690 + (loudest + 0.5) * 26 / 101;
  near(hertz, 703.125, 26 / 101);
  near(column[loudest], -6, 0.05);
  for (let row = 1; row < 101; row++) {
    const rises = column[row] > column[row - 1];
    if (row !== loudest + 1 || rises) assertEquals(rises, row <= loudest, `row ${row}`);
  }
});

Deno.test("what is shorter than a window is measured as it is, down to one frame and none", () => {
  for (const frames of [1, 2, 5, 15, 16, 17, 100, 2047]) {
    const { columns, levels } = measure([new Float32Array(frames).fill(0.5)]);
    assert(columns >= 1 && columns <= frames, `${frames} frames are ${columns} columns`);
    assert(levels.every(Number.isFinite), `${frames} frames`);
    const loudest = Math.max(...levels);
    assert(loudest <= -6.02 && loudest > -26, `${frames} frames: ${loudest}`);
    if (frames >= 16) near(loudest, -6.02, 0.01, `${frames} frames`);
    // One frame is what it is of the sixteen that a window has at the least.
    if (frames === 1) near(loudest, 20 * Math.log10(0.5 / 8 * 0.9904), 0.01);
  }
  assertEquals(measure([new Float32Array(0)]).columns, 0);
});

/** A recording that is made while it is read, and counts how often it is. */
class Counted extends ChannelReader {
  count = 0;

  constructor() {
    super({ samples: new Float32Array(0), format: "f32", channels: 1 }, 0);
  }

  override read(_from: number, count: number, into: Float32Array): void {
    this.count += count;
    into.fill(0.25, 0, count);
  }
}

/** A waveform that nobody has looked at, as loud all the way. */
function assumedWaveform(columns: number, frames: number) {
  const of = (value: number) => new Float32Array(columns).fill(value);
  const loudest = Float64Array.from(
    { length: columns },
    (_, i) => Math.floor(i * frames / columns),
  );
  return { columns, least: of(0.25), most: of(0.25), loudest, peak: 0.25, energy: frames / 16 };
}

for (const [channels, hours, sampleRate] of [[1, 1, 48_000], [2, 24, 384_000], [254, 3, 48_000]]) {
  Deno.test(`${hours} h of ${channels} channels at ${sampleRate} Hz: as much work as minutes`, () => {
    const readers = Array.from({ length: channels }, () => new Counted());
    const frames = hours * 3600 * sampleRate;
    const columns = 820;
    const spectrogram = measureSpectrogram({
      readers,
      frames,
      sampleRate,
      windowFrames: sampleRate / 25,
      mostColumns: columns,
      rows: 64,
      scale: new FrequencyScale("linear", 0, sampleRate / 2),
      waveforms: readers.map(() => assumedWaveform(columns, frames)),
    });
    assertEquals(spectrogram.columns, columns);
    const read = readers.reduce((sum, { count }) => sum + count, 0);
    // Each column is read at least once.
    assert(read >= columns * sampleRate / 25, `${read} samples`);
    assert(read < 2 ** 25, `${read} samples`);
    // The lowest row is what never changes, a quarter of full scale.
    for (let column = 0; column < columns; column++) {
      near(columnOf(spectrogram, column)[0], -12.04, 0.01, `in column ${column}`);
    }
  });
}
