/**
 * The microphone for others to hear: each who connects by WebSocket gets it block by block, as 16-bit
 * samples behind a header that says what they are and when they were (see _wire.ts). A page to listen
 * with is at the address that it prints.
 *
 *     deno run --allow-ffi --allow-net=127.0.0.1 examples/broadcast.ts [options]
 *
 *     --host=ADDRESS   where to listen; 127.0.0.1, for this machine only, if left out. 0.0.0.0 is for
 *                      all who can reach it: nothing is encrypted
 *     --port=N         8765 if left out; 0 is any that is free
 *     --token=WORD     the word in the address, instead of a random one
 *     --rate=HZ        sample rate, and --channels=N; the microphone's own if left out
 *     --source=WHAT    tone, sequence, or an audio file instead of the microphone: see _source.ts
 *
 * Who listens too slowly gets what is new, and is told how much it has missed: nothing piles up here.
 * Pages from elsewhere are refused, and so is everybody without the word.
 *
 *     const socket = new WebSocket("ws://127.0.0.1:8765/WORD/live"); // a client, in any program
 *     socket.binaryType = "arraybuffer";
 *     socket.onmessage = ({ data }) => console.log(decodeBlock(data)); // from ./_wire.ts
 *
 * Needs --allow-ffi for the microphone, and --allow-net for the address. Ctrl-C ends it.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { MicRing } from "@x/micring";
import { Broadcast, type BroadcastOptions } from "./_broadcast.ts";
import { numberFrom } from "./_number.ts";
import { run } from "./_run.ts";
import { nameOf, SOURCE_OPTIONS, sourceFrom } from "./_source.ts";

/** So long may this program be busy, and no listener misses anything. */
const RING_SECONDS = 5;

function tokenFrom(token: string): string {
  if (/^[\w-]+$/.test(token)) return token;
  throw new TypeError(`Cannot use --token=${token}: it may have letters, digits, "-" and "_"`);
}

function portFrom(text: string): number {
  const port = numberFrom("port", text, 0);
  if (Number.isInteger(port) && port < 65_536) return port;
  throw new TypeError(`Cannot use --port=${text}: it must be a whole number up to 65535`);
}

function serve(ring: MicRing, options: BroadcastOptions): Broadcast {
  try {
    return new Broadcast(ring, options);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new TypeError(`Cannot listen on port ${options.port}: another program does`);
  }
}

/** Resolves when no more will come. */
function over(ring: MicRing, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (ring.state === "ended" || signal.aborted) resolve();
    };
    ring.addEventListener("state", look);
    signal.addEventListener("abort", look);
    look();
  });
}

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      ...SOURCE_OPTIONS,
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "8765" },
      token: { type: "string" },
      rate: { type: "string" },
      channels: { type: "string" },
    },
  });
  const { host: hostname, token, rate, channels } = values;
  const options = {
    hostname,
    port: portFrom(values.port),
    ...(token === undefined ? {} : { token: tokenFrom(token) }),
    ...(rate === undefined ? {} : { sampleRate: numberFrom("rate", rate) }),
    ...(channels === undefined ? {} : { channels: numberFrom("channels", channels) }),
  };
  await using ring = await MicRing.open({
    seconds: RING_SECONDS,
    format: "s16",
    ...sourceFrom(values),
  });
  await using broadcast = serve(ring, options);
  console.log(`Broadcasting ${nameOf(ring)}: ${broadcast.url}`);
  await over(ring, signal);
}

if (import.meta.main) await run(main);
