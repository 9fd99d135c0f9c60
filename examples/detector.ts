/**
 * A detector of your own: hears a smoke alarm, and keeps what it sounded like as a WAV, with the
 * seconds before and after it. Smoke alarms beep at about 3.1 kHz, three times for half a second, then
 * pause (ISO 8201).
 *
 *     deno run --allow-ffi --allow-write=. examples/detector.ts [options]
 *
 *     --hertz=N        the height of the tone; 3100 if left out. It may be a tenth off
 *     --pattern=LIST   its rhythm in seconds, on and off by turns: 0.5,0.5,0.5,0.5,0.5,1.5 if left out
 *     --out=FOLDER     where the clips go; here if left out
 *     --source=WHAT    an audio file instead of the microphone: see _source.ts
 *
 * A carbon monoxide alarm has the pattern 0.1,0.1,0.1,0.1,0.1,0.1,0.1,5. For what has no rhythm at
 * all, give `ring.detect` a simpler function: it is asked about one block after the other, and says
 * true, false, or a score.
 *
 * Needs --allow-ffi for the microphone, and --allow-write for the folder. Ctrl-C ends it.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { MicRing, type Snapshot, type TriggeredClip } from "@x/micring";
import { writeClip } from "./_clip_file.ts";
import { numberFrom } from "./_number.ts";
import { run } from "./_run.ts";
import { nameOf, SOURCE_OPTIONS, sourceFrom } from "./_source.ts";

/** A tone, and its rhythm. */
export interface AlarmSound {
  readonly hertz: number;
  /** Seconds, on and off by turns. */
  readonly pattern: readonly number[];
}

const HOP_SECONDS = 0.025;
/** By how much the tone may be off, either way. */
const TOLERANCE = 0.1;
/** So much more of the sound must be tone while it is on than while it is off. */
const CONTRAST = 0.1;
/** How fast the rhythm may be. */
const PACES = [0.9, 0.95, 1, 1.05, 1.1];
/** How well the rhythm must fit: 1 is perfectly, 0 is by chance only. */
const ABOVE = 0.85;
const BEFORE_SECONDS = 1;
const AFTER_SECONDS = 2;

/**
 * How much of a sound lies in a band: 1 is all of its energy, 0 is nothing (Goertzel, at each
 * frequency that the block tells from others).
 */
export function shareOf(
  samples: Float32Array,
  sampleRate: number,
  lowest: number,
  highest: number,
): number {
  const { length } = samples;
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0);
  if (energy === 0) return 0;
  let inBand = 0;
  const step = sampleRate / length;
  for (let bin = Math.ceil(lowest / step); bin <= highest / step; bin++) {
    const turn = 2 * Math.cos(2 * Math.PI * bin / length);
    let last = 0;
    let beforeLast = 0;
    for (const sample of samples) {
      const value = sample + turn * last - beforeLast;
      beforeLast = last;
      last = value;
    }
    inBand += last * last + beforeLast * beforeLast - turn * last * beforeLast;
  }
  return 2 * inBand / (length * energy);
}

/**
 * For each hop of one round of a pattern, whether the tone is on. Two thirds of the last pause stand
 * before the first beep and behind the last one: else the end of any beeping would be an alarm.
 */
function templateOf(pattern: readonly number[], pace: number): boolean[] {
  const hops = pattern.map((seconds) => Math.round(seconds * pace / HOP_SECONDS));
  const pause = Array<boolean>(Math.round(hops.pop()! * 2 / 3)).fill(false);
  return [...pause, ...hops.flatMap((count, i) => Array(count).fill(i % 2 === 0)), ...pause];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The correlation of what was heard last with a template: no matter how loud it is. */
function fit(heard: readonly number[], template: readonly boolean[]): number {
  if (heard.length < template.length) return 0;
  const shares = heard.slice(-template.length);
  const on = shares.filter((_, i) => template[i]);
  const off = shares.filter((_, i) => !template[i]);
  const contrast = mean(on) - mean(off);
  if (!(contrast > CONTRAST)) return 0;
  const middle = mean(shares);
  const spread = Math.sqrt(mean(shares.map((share) => (share - middle) ** 2)));
  return contrast * Math.sqrt(on.length * off.length) / shares.length / spread;
}

/** Hears an alarm, block by block. */
export class AlarmEar {
  readonly #lowest: number;
  readonly #highest: number;
  readonly #templates: readonly boolean[][];
  readonly #longest: number;
  #shares: number[] = [];
  #heardTo = 0;

  constructor({ hertz, pattern }: AlarmSound) {
    this.#lowest = hertz * (1 - TOLERANCE);
    this.#highest = hertz * (1 + TOLERANCE);
    this.#templates = PACES.map((pace) => templateOf(pattern, pace));
    this.#longest = this.#templates.at(-1)!.length;
  }

  /** YOUR FUNCTION: the score of what was heard up to the end of this block. */
  hear(block: Snapshot<"f32">): number {
    // What lies between was not heard, and nobody knows its rhythm.
    if (block.startFrame !== this.#heardTo) this.#shares = [];
    this.#heardTo = block.endFrame;
    const [samples] = block.planar();
    this.#shares.push(shareOf(samples, block.sampleRate, this.#lowest, this.#highest));
    if (this.#shares.length > this.#longest) this.#shares.shift();
    return Math.max(...this.#templates.map((template) => fit(this.#shares, template)));
  }
}

/**
 * Finds alarms in a ring, from now on.
 *
 * @param ring What is listened to; long enough for a few rounds of the pattern.
 * @param sound What is looked for.
 * @param signal Ends it.
 * @returns The clips: one for each alarm, from a second before its first round to some time after its
 * last one. Of one that does not end, as much as the ring has room for at a time.
 */
export function alarms(
  ring: MicRing<"f32">,
  sound: AlarmSound,
  signal: AbortSignal,
): AsyncIterable<TriggeredClip<"f32">> {
  const ear = new AlarmEar(sound);
  const roundSeconds = sound.pattern.reduce((sum, seconds) => sum + seconds, 0);
  return ring.detect((block) => ear.hear(block), {
    hop: HOP_SECONDS,
    above: ABOVE,
    // It is recognized by a whole round: that is to be in the clip.
    before: roundSeconds + BEFORE_SECONDS,
    after: AFTER_SECONDS,
    // The score is high once a round; a round that is drowned by other noise is no end.
    hold: 2.5 * roundSeconds,
    signal,
  });
}

function patternFrom(text: string): number[] {
  const pattern = text.split(",").map((part) => numberFrom("pattern", part, HOP_SECONDS));
  if (pattern.length % 2 === 0) return pattern;
  throw new TypeError(`Cannot use --pattern=${text}: it must be pairs of on and off`);
}

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      ...SOURCE_OPTIONS,
      hertz: { type: "string", default: "3100" },
      pattern: { type: "string", default: "0.5,0.5,0.5,0.5,0.5,1.5" },
      out: { type: "string", default: "." },
    },
  });
  const sound = {
    hertz: numberFrom("hertz", values.hertz, 1),
    pattern: patternFrom(values.pattern),
  };
  await Deno.mkdir(values.out, { recursive: true });
  await using ring = await MicRing.open({ seconds: 60, ...sourceFrom(values) });
  console.log(`Listening to ${nameOf(ring)}.`);
  for await (const clip of alarms(ring, sound, signal)) {
    const path = await writeClip(values.out, "alarm", clip);
    const words = clip.continued ? "It goes on" : "An alarm";
    console.log(`${words}, heard at ${new Date(clip.atTime).toISOString()}: ${path}`);
  }
}

if (import.meta.main) await run(main);
