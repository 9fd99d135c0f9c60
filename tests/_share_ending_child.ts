/**
 * A process with a ring that Workers read, and that ends: both ends of it.
 *
 * @module
 */

import { MicRing, sequence } from "../mod.ts";
import { denoDir } from "./_deno_dir.ts";
import { READINGS } from "./_share_pieces.ts";
import { SharingWorker } from "./_share_worker.ts";
import { sleep } from "./_wait.ts";

/** How its Workers end, or it itself while they read; nothing is closed that was opened. */
export const SHARE_ENDINGS = [
  "its Workers are terminated",
  "its Workers close themselves",
  "its Workers fail",
  "the owner, a Worker, is terminated, and its readers after it",
  "the owner closes, and then the Workers close themselves",
  "Deno.exit",
  "uncaught error",
] as const;
export type ShareEnding = typeof SHARE_ENDINGS[number];

/** What became of the process. */
export interface ShareOutcome {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly output: string;
}

/** So long that nobody is ever too late. */
const SECONDS = 20;
const SOURCE = sequence({ speed: 4 });
const LONG_SECONDS = 20;
/** Only a process that hangs takes so long, and is then seen as one that was killed. */
const HANG_MS = 30_000;

/** Runs such a process until it ends. */
export async function runToEnd(ending: ShareEnding, delayMs: number): Promise<ShareOutcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-lock", "--no-prompt", "--allow-ffi", "--allow-read"]
      .concat(import.meta.url, ending, String(delayMs)),
    env: { DENO_DIR: denoDir(), NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const hang = setTimeout(() => child.kill("SIGKILL"), HANG_MS);
  const { code, signal, stdout, stderr } = await child.output();
  clearTimeout(hang);
  const decoder = new TextDecoder();
  return { code, signal, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** A Worker each that reads it, in each of the ways. */
async function readInWorkers(ring: Pick<MicRing, "share">): Promise<SharingWorker[]> {
  const token = ring.share();
  return await Promise.all(READINGS.map(async (reading) => {
    const worker = new SharingWorker();
    const there = await worker.call("attach", token);
    await worker.call("read", there, reading, "sequence");
    return worker;
  }));
}

async function end(ending: ShareEnding, delayMs: number): Promise<void> {
  const options = { seconds: SECONDS, source: SOURCE };
  if (ending.startsWith("the owner, a Worker")) {
    const owner = new SharingWorker();
    const own = await owner.call("open", { seconds: SECONDS, source: SOURCE.settings });
    const ring = await MicRing.attach(await owner.call("share", own));
    const readers = await readInWorkers(ring);
    await sleep(delayMs / 1000);
    owner.terminate();
    await ring.finished();
    for (const reader of readers) reader.terminate();
    return;
  }
  const ring = await MicRing.open(options);
  ring.addEventListener("state", () => {});
  const readers = await readInWorkers(ring);
  await sleep(delayMs / 1000);
  switch (ending) {
    case "its Workers are terminated":
      return readers.forEach((reader) => reader.terminate());
    case "its Workers close themselves":
      return readers.forEach((reader) => void reader.call("leave"));
    case "its Workers fail":
      for (const reader of readers) reader.call("fail");
      return void await Promise.all(readers.map((reader) => reader.failed()));
    case "the owner closes, and then the Workers close themselves":
      await ring.close();
      return readers.forEach((reader) => void reader.call("leave"));
    case "Deno.exit":
      return Deno.exit(7);
    case "uncaught error":
      setTimeout(() => {
        throw new Error("nobody catches this");
      });
      return await sleep(LONG_SECONDS);
  }
}

if (import.meta.main) await end(Deno.args[0] as ShareEnding, Number(Deno.args[1]));
