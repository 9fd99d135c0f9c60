/**
 * A process that saves a snapshot to the path that is its first argument, and says how that went.
 *
 * @module
 */

import { MicRing, push } from "../mod.ts";

await using ring = await MicRing.open({ seconds: 5, source: push(), sampleRate: 48_000 });
ring.push(new Float32Array(200_000).fill(0.5));
const error = await ring.snapshot().saveTo(Deno.args[0]).catch((error) => error);
console.log(error?.code, error?.message);
