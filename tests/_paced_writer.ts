/**
 * A counter, written into a pipe at the pace of a microphone. A process of its own (run it with
 * the pipe, the format, the rate, the channels and the first number), so that a busy test does not
 * starve it.
 *
 * Every frame is one more than the one before, and none is ever zero: what is lost, repeated or
 * invented shows. The first channel has the number, the second its negative, and so on.
 *
 * @module
 */

/** How the counter is stored in the pipe. */
export type CounterFormat = "f32" | "s16";

/** The numbers go from 1 to this one, and begin anew: all of them exact, none of them 0. */
export const LAST_NUMBER = { f32: 2 ** 24 - 1, s16: 2 ** 15 - 1 } as const;

/** The number behind a number. */
export function nextNumber(format: CounterFormat, number: number, frames = 1): number {
  return (number - 1 + frames) % LAST_NUMBER[format] + 1;
}

const PACE_MS = 5;
/** A pipe that nobody reads is waited for; its reader must not get all of the wait at once. */
const MOST_BEHIND_MS = 1000;

function block(format: CounterFormat, channels: number, number: number, frames: number) {
  const length = frames * channels;
  const samples = format === "f32" ? new Float32Array(length) : new Int16Array(length);
  const scale = format === "f32" ? 2 ** -24 : 1;
  for (let i = 0; i < length; i += channels) {
    for (let channel = 0; channel < channels; channel++) {
      samples[i + channel] = (channel % 2 === 0 ? number : -number) * scale;
    }
    number = nextNumber(format, number);
  }
  return new Uint8Array(samples.buffer);
}

async function write(
  pipe: Deno.FsFile,
  format: CounterFormat,
  rate: number,
  channels: number,
  number: number,
): Promise<never> {
  let began = performance.now();
  let written = 0;
  while (true) {
    const now = performance.now();
    const behind = now - began - written / rate * 1000;
    if (behind > MOST_BEHIND_MS) began += behind;
    const due = Math.floor((now - began) / 1000 * rate);
    if (due > written) {
      const bytes = block(format, channels, number, due - written);
      for (let at = 0; at < bytes.length;) at += pipe.writeSync(bytes.subarray(at));
      number = nextNumber(format, number, due - written);
      written = due;
    }
    await new Promise((resolve) => setTimeout(resolve, PACE_MS));
  }
}

if (import.meta.main) {
  const [path, format, rate, channels, number] = Deno.args;
  using pipe = await Deno.open(path, { write: true });
  // Who started it waits for this.
  console.log("writing");
  try {
    await write(pipe, format as CounterFormat, Number(rate), Number(channels), Number(number));
  } catch (error) {
    // The server has ended, and with it what this is for.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
