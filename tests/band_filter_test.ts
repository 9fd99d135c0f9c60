import { assert, assertEquals } from "@std/assert";
import { type Band, BandFilter } from "../ffi/band_filter.ts";
import { HopLevel, toDbfs } from "../ffi/level.ts";
import { random } from "./_speech.ts";

const SAMPLE_RATE = 48_000;

/** The gain for a tone in dB, as the filter does it: in and out over whole seconds, settled. */
function measuredGain(band: Band, hertz: number): number {
  const filter = new BandFilter(band, SAMPLE_RATE, 1);
  let before = 0;
  let after = 0;
  for (let i = 0; i < 3 * SAMPLE_RATE; i++) {
    const sample = Math.sin(2 * Math.PI * hertz * i / SAMPLE_RATE);
    const out = filter.next(0, sample);
    if (i < 2 * SAMPLE_RATE) continue;
    before += sample * sample;
    after += out * out;
  }
  return 10 * Math.log10(after / before);
}

/** Butterworth's gain in dB, where a filter of whole samples has its frequencies warped. */
function expectedGain({ highPass, lowPass }: Band, hertz: number): number {
  const warped = (value: number) => Math.tan(Math.PI * value / SAMPLE_RATE);
  let gain = 0;
  if (highPass) gain -= 10 * Math.log10(1 + (warped(highPass) / warped(hertz)) ** 4);
  if (lowPass) gain -= 10 * Math.log10(1 + (warped(hertz) / warped(lowPass)) ** 4);
  return gain;
}

const BANDS: Band[] = [
  { highPass: 20 },
  { highPass: 100 },
  { highPass: 8000 },
  { lowPass: 50 },
  { lowPass: 3400 },
  { highPass: 300, lowPass: 3400 },
];

for (const band of BANDS) {
  Deno.test(`the response of ${JSON.stringify(band)} is Butterworth's to 0.1 dB`, () => {
    for (const hertz of [10, 20, 50, 71, 100, 200, 500, 1000, 3400, 8000, 15_000, 20_000]) {
      const expected = expectedGain(band, hertz);
      // Far down, what is left of the beginning is louder than the tone.
      if (expected < -90) continue;
      const measured = measuredGain(band, hertz);
      assert(Math.abs(measured - expected) < 0.1, `${hertz} Hz: ${measured}, not ${expected} dB`);
    }
  });
}

Deno.test("the warp is no matter where frequencies are low: it is the analog response", () => {
  for (const hertz of [25, 50, 100, 400, 1000]) {
    const analog = -10 * Math.log10(1 + (100 / hertz) ** 4);
    const measured = measuredGain({ highPass: 100 }, hertz);
    assert(Math.abs(measured - analog) < 0.1, `${hertz} Hz: ${measured}, not ${analog} dB`);
  }
});

/** Random samples with a constant added that makes a click where a filter does not expect it. */
function noise(frames: number, channels: number, seed: number): Float32Array {
  const next = random(seed);
  return Float32Array.from({ length: frames * channels }, () => 0.25 + 0.01 * (next() - 0.5));
}

Deno.test("what it begins with is no click, nor after a reset", () => {
  const filter = new BandFilter({ highPass: 100, lowPass: 8000 }, SAMPLE_RATE, 1);
  const samples = noise(200, 1, 1);
  const loudest = () => Math.max(...samples.map((sample) => Math.abs(filter.next(0, sample))));
  const first = loudest();
  assert(first < 0.02, `${first}`);
  for (let i = 0; i < 1000; i++) filter.next(0, -0.5);
  filter.reset();
  assertEquals(loudest(), first);
});

Deno.test("what never changes passes a low-pass from the beginning, and no high-pass", () => {
  const low = new BandFilter({ lowPass: 50 }, SAMPLE_RATE, 1);
  const high = new BandFilter({ lowPass: 50, highPass: 20 }, SAMPLE_RATE, 1);
  for (let i = 0; i < 1000; i++) {
    assert(Math.abs(low.next(0, 0.25) - 0.25) < 1e-9, `sample ${i}`);
    assert(Math.abs(high.next(0, 0.25)) < 1e-9, `sample ${i}`);
  }
});

Deno.test("each channel is filtered by itself, in hops of any length", () => {
  const [frames, channels] = [3000, 3];
  const samples = noise(frames, channels, 2);
  const band = { highPass: 200, lowPass: 5000 };
  const level = new HopLevel(channels, new BandFilter(band, SAMPLE_RATE, channels));
  const alone = Array.from({ length: channels }, () => new BandFilter(band, SAMPLE_RATE, 1));
  for (let at = 0, hop = 0; at < frames; at += hop) {
    hop = Math.min(2 + (at * 7) % 400, frames - at);
    const energies = alone.map((filter, channel) => {
      let energy = 0;
      for (let i = at; i < at + hop; i++) {
        energy += filter.next(0, samples[i * channels + channel]) ** 2;
      }
      return energy;
    });
    const loudest = 10 * Math.log10(Math.max(...energies) / hop);
    const measured = level.measure(samples, at, hop);
    assert(Math.abs(measured - loudest) < 1e-9, `at ${at}: ${measured}, not ${loudest}`);
  }
});

Deno.test("a sample that is no finite number is silence, and does no harm to what follows", () => {
  const broken = noise(960, 1, 3);
  broken[10] = NaN;
  broken[11] = Infinity;
  broken[12] = -Infinity;
  const mended = broken.map((sample) => Number.isFinite(sample) ? sample : 0);
  const measure = (samples: Float32Array) =>
    new HopLevel(1, new BandFilter({ highPass: 100 }, SAMPLE_RATE, 1)).measure(samples, 0, 960);
  assertEquals(measure(broken), measure(mended));
  assert(Number.isFinite(measure(broken)));
});

Deno.test("what rings off in it comes to its end", () => {
  const filter = new BandFilter({ highPass: 100 }, SAMPLE_RATE, 1);
  for (let i = 0; i < 100; i++) filter.next(0, i % 2);
  for (let i = 0; i < SAMPLE_RATE; i++) {
    filter.next(0, 0);
    if (i % 960 === 0) filter.flush();
  }
  assertEquals(filter.next(0, 0), 0);
});

Deno.test("a hop's level is that of its loudest channel, in either format", () => {
  const left = [0.5, -0.5, 0.25, NaN];
  const right = [0.1, 0.1, -0.1, 0.1];
  const f32 = new Float32Array(left.flatMap((sample, i) => [sample, right[i]]));
  const expected = toDbfs(Math.sqrt((0.25 + 0.25 + 0.0625) / 4));
  assertEquals(new HopLevel(2, undefined).measure(f32, 0, 4), expected);
  assertEquals(new HopLevel(2, undefined).measure(f32, 3, 1), toDbfs(f32[7]));
  const s16 = f32.map((sample) => 32768 * sample || 0);
  assertEquals(new HopLevel(2, undefined).measure(Int16Array.from(s16), 0, 4), expected);
  assertEquals(new HopLevel(2, undefined).measure(new Int16Array(8), 0, 4), -Infinity);
});
