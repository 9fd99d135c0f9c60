/**
 * A process that records a sequence until it is ended, to the path that is its first argument, with
 * the options of its second. It says when the recording has begun.
 *
 * @module
 */

import { MicRing, type RecordOptions, sequence } from "../mod.ts";

const [path, options = "{}"] = Deno.args;

await using ring = await MicRing.open({ seconds: 5, source: sequence(), sampleRate: 48_000 });
const recording = await ring.recordTo(path, JSON.parse(options) as RecordOptions);
console.log("recording");
if (Deno.args[2] === "watch") {
  const error = await recording.finished.catch((error) => error);
  const before = ring.stats().writtenFrames;
  await new Promise((resolve) => setTimeout(resolve, 100));
  console.log(error.code, error.message, ring.state, ring.stats().writtenFrames > before);
} else {
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
