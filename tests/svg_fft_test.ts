import { assert, assertEquals } from "@std/assert";
import { RealFft } from "../ffi/svg/fft.ts";
import { seeded } from "./_seeded.ts";

/** The power of a bin, by its definition. */
function directPower(samples: Float64Array, bin: number): number {
  let re = 0;
  let im = 0;
  for (let i = 0; i < samples.length; i++) {
    const angle = 2 * Math.PI * (bin * i % samples.length) / samples.length;
    re += samples[i] * Math.cos(angle);
    im -= samples[i] * Math.sin(angle);
  }
  return re * re + im * im;
}

function noise(size: number, seed: number): Float64Array {
  const next = seeded(seed);
  return Float64Array.from({ length: size }, () => 2 * next() - 1);
}

for (const size of [4, 8, 16, 64, 256, 1024]) {
  Deno.test(`${size} samples: each bin is what a direct sum finds, more than once`, () => {
    const fft = new RealFft(size);
    const powers = new Float64Array(fft.bins);
    assertEquals([fft.size, fft.bins], [size, size / 2 + 1]);
    for (const seed of [1, 2]) {
      const samples = noise(size, seed);
      fft.powers(samples, powers);
      for (let bin = 0; bin < fft.bins; bin++) {
        const expected = directPower(samples, bin);
        const error = Math.abs(powers[bin] - expected);
        assert(error < 1e-10 * size, `seed ${seed}, bin ${bin}: ${powers[bin]}, not ${expected}`);
      }
    }
  });
}

Deno.test("65536 samples: the energy is the same in time and in frequency", () => {
  const fft = new RealFft(65_536);
  const samples = noise(fft.size, 3);
  const powers = new Float64Array(fft.bins);
  fft.powers(samples, powers);
  const inTime = samples.reduce((sum, sample) => sum + sample * sample, 0);
  // All but the first and the last stand for two.
  const twice = powers.reduce((sum, power) => sum + 2 * power, 0) - powers[0] - powers.at(-1)!;
  assert(Math.abs(twice / fft.size / inTime - 1) < 1e-12, `${twice / fft.size}, not ${inTime}`);
});
