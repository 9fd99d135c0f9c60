/**
 * The microphone on a page of your browser: live waveform, spectrogram and level, and a button that
 * saves the last seconds. It is served to this machine only, and nothing is written to disk.
 *
 *     deno run --allow-ffi --allow-net=127.0.0.1 examples/scope/scope.ts [options]
 *
 *     --seconds N      how many of the last seconds can be saved; 60 if left out
 *     --source WHAT    tone, tone:FREQUENCY or an audio file (with --allow-read), instead of the
 *                      microphone
 *     --device NAME    which microphone
 *     --port N         where to listen; any port that is free if left out
 *     --token WORD     the word in the address, instead of a random one: with it and --port an open
 *                      page finds this program again when it was started anew
 *
 * Ctrl-C ends it.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { file, MicRing, MicRingError, type OpenOptions, type Source, tone } from "@x/micring";
import { type Scope, type ScopeOptions, serveScope } from "./serve_scope.ts";

/** The source that a name stands for; nothing for the microphone. */
function namedSource(name: string): Source | undefined {
  if (name === "microphone") return undefined;
  const [, frequency] = /^tone(?::(.+))?$/.exec(name) ?? [];
  if (frequency !== undefined) return tone({ frequency: Number(frequency) });
  return name === "tone" ? tone() : file(name, { loop: true });
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (text !== "" && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new TypeError(`Cannot use --${name}=${text}: it must be a whole number up to ${most}`);
}

function checkedToken(token: string): string {
  if (/^[\w-]+$/.test(token)) return token;
  throw new TypeError(`Cannot use --token=${token}: it may have letters, digits, "-" and "_"`);
}

/** What to open, and where to show it, from the command line. */
function readArguments(): { open: OpenOptions<"f32">; serve: ScopeOptions } {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seconds: { type: "string", default: "60" },
      source: { type: "string", default: "microphone" },
      device: { type: "string" },
      port: { type: "string", default: "0" },
      token: { type: "string" },
    },
  });
  const source = namedSource(values.source);
  return {
    open: {
      seconds: Number(values.seconds),
      ...(source === undefined ? {} : { source }),
      ...(values.device === undefined ? {} : { device: values.device }),
    },
    serve: {
      port: wholeNumber("port", values.port, 65_535),
      ...(values.token === undefined ? {} : { token: checkedToken(values.token) }),
    },
  };
}

function startServing(ring: MicRing, options: ScopeOptions): Scope {
  try {
    return serveScope(ring, options);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new TypeError(`Cannot listen on port ${options.port}: another program does`);
  }
}

async function main(): Promise<void> {
  const { open, serve } = readArguments();
  await using ring = await MicRing.open(open);
  await using scope = startServing(ring, serve);
  const interrupted = Promise.withResolvers<void>();
  const stop = () => interrupted.resolve();
  Deno.addSignalListener("SIGINT", stop);
  console.log(`${scope.url}\nOpen this address in a browser. Ctrl-C ends it.`);
  await interrupted.promise;
  Deno.removeSignalListener("SIGINT", stop);
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    // What a person can mend needs no stack trace: a wrong option, a missing microphone.
    const mendable = [MicRingError, TypeError, RangeError].some((kind) => error instanceof kind);
    if (!mendable || !(error instanceof Error)) throw error;
    console.error(error.message);
    Deno.exitCode = 1;
  }
}
