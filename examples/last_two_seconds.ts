/**
 * Press Enter, and get the two seconds *before* it.
 *
 *     deno run --allow-ffi examples/last_two_seconds.ts [--tone]
 *
 * With `--tone` it listens to the built-in tone instead of the microphone.
 *
 * @module
 */

import { MicRing, microphone, type Snapshot, tone } from "@x/micring";

/** YOUR FUNCTION: it gets the last two seconds, and they are its own to keep. */
function handle(snapshot: Snapshot<"f32">): void {
  const { frames, startFrame, endFrame, startTime, endTime, channels } = snapshot;
  const { peakDbfs, rmsDbfs } = snapshot.level();
  console.log(`${frames} frames of ${channels} channel(s): ${startFrame} to ${endFrame}`);
  console.log(`  level  peak ${peakDbfs.toFixed(1)} dBFS, rms ${rmsDbfs.toFixed(1)} dBFS`);
  console.log(`  from   ${new Date(startTime).toISOString()}`);
  console.log(`  to     ${new Date(endTime).toISOString()}`);
}

const ENTER = "\n".charCodeAt(0);

const source = Deno.args.includes("--tone") ? tone() : microphone();
await using ring = await MicRing.open({ seconds: 2, source });

console.log(`Listening to ${ring.device?.name ?? "the built-in tone"}.`);
console.log("Press Enter for the last 2 seconds, Ctrl-D to end.");

for await (const chunk of Deno.stdin.readable) {
  for (const byte of chunk) {
    if (byte === ENTER) handle(ring.snapshot());
  }
}
