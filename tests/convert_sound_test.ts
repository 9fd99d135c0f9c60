import { assert, assertEquals } from "@std/assert";
import { Snapshot } from "../mod.ts";
import { seeded } from "./_seeded.ts";
import { testWith } from "./_tools.ts";

/* How good a change of sample rate is: by itself, and beside SoX at its best. */

const PAIRS = [[48_000, 16_000], [44_100, 16_000], [16_000, 48_000], [44_100, 48_000]];
/** Up to here, as a part of the lower rate, nothing changes; from half of it on nothing passes. */
const PASSBAND = 0.43;
const SECONDS = 0.5;

function make(sampleRate: number, samples: Float32Array): Snapshot<"f32"> {
  const endTime = 1000 * samples.length / sampleRate;
  return new Snapshot({
    samples,
    format: "f32",
    channels: 1,
    sampleRate,
    startFrame: 0,
    startTime: 0,
    endTime,
  });
}

/** A tone, faded in and out, so that its ends are no clicks. */
function toneOf(sampleRate: number, frequency: number): Float32Array {
  const length = SECONDS * sampleRate;
  return Float32Array.from({ length }, (_, i) => {
    const fade = Math.sin(Math.PI * i / length) ** 2;
    return 0.5 * fade * Math.sin(2 * Math.PI * frequency * i / sampleRate);
  });
}

function power(samples: ArrayLike<number>): number {
  return Array.from(samples).reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
}

const decibels = (ratio: number) => 10 * Math.log10(ratio);

/** What is left of the first if the second is taken away, in decibels of the second. */
function residue(actual: Float32Array, wanted: Float32Array): number {
  assertEquals(actual.length, wanted.length);
  return decibels(power(actual.map((sample, i) => sample - wanted[i])) / power(wanted));
}

for (const [from, to] of PAIRS) {
  const lower = Math.min(from, to);

  Deno.test(`${from} to ${to} Hz: what passes is the same tone, to 110 dB`, () => {
    let worst = -Infinity;
    for (const part of [0.001, 0.01, 0.1, 0.2, 0.3, 0.4, PASSBAND]) {
      const frequency = part * lower;
      const converted = make(from, toneOf(from, frequency)).convert({ sampleRate: to });
      worst = Math.max(worst, residue(converted.samples, toneOf(to, frequency)));
    }
    assert(worst < -110, `${worst} dB`);
    console.log(`${from} to ${to} Hz: ${worst.toFixed(1)} dB`);
  });

  if (from > to) {
    Deno.test(`${from} to ${to} Hz: what is too high is gone, to 115 dB`, () => {
      let worst = -Infinity;
      for (const part of [0.51, 0.55, 0.6, 0.75, 0.99, 1, 1.2]) {
        const tone = toneOf(from, part * to);
        const { samples } = make(from, tone).convert({ sampleRate: to });
        worst = Math.max(worst, decibels(power(samples) / power(tone)));
      }
      assert(worst < -115, `${worst} dB`);
      console.log(`${from} to ${to} Hz: ${worst.toFixed(1)} dB of what is too high`);
    });
  } else {
    Deno.test(`${from} to ${to} Hz: nothing is above half of the lower rate, to 115 dB`, () => {
      for (const part of [0.1, 0.3, PASSBAND]) {
        const { samples } = make(from, toneOf(from, part * from)).convert({ sampleRate: to });
        // Back down: what was an image would fold onto the tone.
        const back = make(to, samples).convert({ sampleRate: from });
        assert(residue(back.samples, toneOf(from, part * from)) < -105);
        const image = from - part * from;
        assert(amplitudeAt(samples, image / to) < 10 ** (-115 / 20), `an image at ${image} Hz`);
      }
    });
  }

  testWith(["sox"], "sox", `${from} to ${to} Hz: a sweep, noise and tones are SoX's`, async () => {
    const inputs = {
      sweep: sweep(from, PASSBAND * lower),
      noise: bandNoise(from, 0.42 * lower),
      tone: toneOf(from, 0.123 * lower),
    };
    for (const [name, samples] of Object.entries(inputs)) {
      const converted = make(from, samples).convert({ sampleRate: to });
      const theirs = await sox(samples, from, to);
      const apart = residue(converted.samples, theirs.subarray(0, converted.frames));
      assert(apart < -90, `${name}: ${apart} dB apart`);
      console.log(`${from} to ${to} Hz, ${name}: ${apart.toFixed(1)} dB apart from SoX`);
    }
  });
}

/** How much of a frequency there is, as a part of the sample rate. */
function amplitudeAt(samples: Float32Array, frequency: number): number {
  let [real, imaginary] = [0, 0];
  samples.forEach((sample, i) => {
    real += sample * Math.cos(2 * Math.PI * frequency * i);
    imaginary += sample * Math.sin(2 * Math.PI * frequency * i);
  });
  return 2 * Math.hypot(real, imaginary) / samples.length;
}

function sweep(sampleRate: number, highest: number): Float32Array {
  const length = SECONDS * sampleRate;
  return Float32Array.from({ length }, (_, i) => {
    const fade = Math.sin(Math.PI * i / length) ** 2;
    const time = i / sampleRate;
    return 0.5 * fade * Math.sin(Math.PI * highest / SECONDS * time * time);
  });
}

/** Noise of many tones, none above a frequency. */
function bandNoise(sampleRate: number, highest: number): Float32Array {
  const random = seeded(7);
  const sum = new Float32Array(SECONDS * sampleRate);
  for (let i = 0; i < 60; i++) {
    const tone = toneOf(sampleRate, random() * highest);
    for (let at = 0; at < sum.length; at++) sum[at] += tone[at] / 30;
  }
  return sum;
}

/** What SoX makes of it, at very high quality. */
async function sox(samples: Float32Array, from: number, to: number): Promise<Float32Array> {
  const raw = ["-t", "f32", "-c", "1", "-r"];
  const child = new Deno.Command("sox", {
    args: [...raw, `${from}`, "-", ...raw, `${to}`, "-", "rate", "-v"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(new Uint8Array(samples.buffer as ArrayBuffer));
  await writer.close();
  const { success, stdout } = await output;
  assert(success);
  return new Float32Array(stdout.slice().buffer);
}
