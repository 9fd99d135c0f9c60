/** What a page of the scope is sent: one that is slow costs no memory, and is told what it missed. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { MicRing, push } from "@x/micring";
import { type Block, decodeBlock, type Status } from "../examples/scope/page/messages.ts";
import { PageLink } from "../examples/scope/page_link.ts";
import { serveScope } from "../examples/scope/serve_scope.ts";
import { sleep, until } from "./_wait.ts";

const RATE = 48_000;
const SENT_RATE = 16_000;
const FREQUENCY = 700;
const PEAK = 0.25;

/** A sine that goes on where it was: of the frames [from, to). */
function sine(from: number, to: number): Float32Array {
  const turn = 2 * Math.PI * FREQUENCY / RATE;
  return Float32Array.from({ length: to - from }, (_, i) => PEAK * Math.sin(turn * (from + i)));
}

/** Pushes so many seconds of it. */
function pushOn(ring: MicRing<"f32">, seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    const from = ring.stats().writtenFrames;
    ring.push(sine(from, from + RATE));
  }
}

function openRing(seconds: number): Promise<MicRing<"f32">> {
  return MicRing.open({ seconds, source: push(), sampleRate: RATE });
}

const STATUS: Status = {
  state: "running",
  reason: null,
  source: "push",
  sampleRate: RATE,
  channels: 1,
  ringSeconds: 60,
  clips: [],
};

/** A page that takes what it is sent when it likes. */
class SlowPage {
  readonly blocks: Block[] = [];
  readonly statuses: Status[] = [];
  bufferedAmount = 0;
  readyState: number = WebSocket.OPEN;

  send(message: string | Uint8Array<ArrayBuffer>): void {
    if (typeof message === "string") this.statuses.push(JSON.parse(message));
    else this.blocks.push(decodeBlock(message.buffer));
  }

  get endFrame(): number {
    const last = this.blocks.at(-1);
    return last === undefined ? 0 : last.startFrame + last.samples.length;
  }
}

/** Blocks are the sine where they stand, and between them are gaps that say so. */
function checkBlocks(blocks: readonly Block[]): void {
  const turn = 2 * Math.PI * FREQUENCY / SENT_RATE;
  let next = blocks[0].startFrame;
  for (const { startFrame, samples, gaps, sampleRate } of blocks) {
    assertEquals(sampleRate, SENT_RATE);
    for (const gap of gaps) {
      assertEquals([gap.startFrame, gap.cause], [next, "missed"]);
      next = gap.endFrame;
    }
    assertEquals(startFrame, next);
    // The first frames of all are behind nothing: the converter hears the tone begin.
    const settled = startFrame === 0 ? 100 : 0;
    for (let i = settled; i < samples.length; i++) {
      assertAlmostEquals(samples[i], PEAK * Math.sin(turn * (startFrame + i)), 5e-5);
    }
    next += samples.length;
  }
}

/** So many frames were left out of these blocks. */
function missedFrames(blocks: readonly Block[]): number {
  const gaps = blocks.flatMap(({ gaps }) => gaps);
  return gaps.reduce((sum, { startFrame, endFrame }) => sum + endFrame - startFrame, 0);
}

Deno.test("for a page that is slow nothing is kept, and a gap says what it missed", async () => {
  await using ring = await openRing(30);
  const page = new SlowPage();
  const link = new PageLink(page, ring, () => STATUS);
  const ended = new AbortController();
  const running = link.run(ended.signal);
  const drawn = (seconds: number) => () => page.endFrame > (seconds - 0.1) * SENT_RATE;
  pushOn(ring, 5);
  await until("five seconds", drawn(5));
  assertEquals(missedFrames(page.blocks), 0);

  // It takes nothing: of what comes meanwhile, a block at the most is sent.
  page.bufferedAmount = 1e6;
  const before = page.blocks.length;
  pushOn(ring, 20);
  link.tell();
  await sleep(0.2);
  assert(page.blocks.length <= before + 1);
  assertEquals(page.statuses, []);
  page.bufferedAmount = 0;
  await until("the newest", drawn(25));
  assertEquals(page.statuses, [STATUS]);
  const first = missedFrames(page.blocks) / SENT_RATE;
  assert(first > 8 && first < 10, `${first} s were left out`);

  // And then for longer than the ring is.
  page.bufferedAmount = 1e6;
  pushOn(ring, 50);
  await sleep(0.1);
  page.bufferedAmount = 0;
  await until("the newest again", drawn(75));
  const second = missedFrames(page.blocks) / SENT_RATE - first;
  assert(second > 38 && second < 41, `${second} s were left out`);
  checkBlocks(page.blocks);
  page.readyState = WebSocket.CLOSED;
  pushOn(ring, 1);
  await running;
});

Deno.test("a page that comes while nothing is recorded gets once what there is", async () => {
  await using ring = await openRing(30);
  pushOn(ring, 12);
  // The clock goes on, and the ring does not.
  await sleep(1.2);
  const page = new SlowPage();
  const ended = new AbortController();
  const running = new PageLink(page, ring, () => STATUS).run(ended.signal);
  await until("what there is", () => page.endFrame > 11.9 * SENT_RATE);
  await sleep(0.1);
  ended.abort();
  await running;
  checkBlocks(page.blocks);
  assertAlmostEquals(page.blocks[0].startFrame, 1.5 * SENT_RATE, 100);
});

/** The messages in what a WebSocket's server sent, as far as they are whole; blocks only. */
function blocksIn(bytes: Uint8Array): Block[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const blocks: Block[] = [];
  for (let at = 0; at + 10 < bytes.length;) {
    const short = bytes[at + 1];
    const start = at + (short < 126 ? 2 : 4);
    const end = start + (short < 126 ? short : view.getUint16(at + 2));
    const isBinary = (bytes[at] & 15) === 2;
    if (isBinary && end <= bytes.length) blocks.push(decodeBlock(bytes.slice(start, end).buffer));
    at = end;
  }
  return blocks;
}

/** Asks for the audio, and does not read the answer. */
async function connectLive(address: string): Promise<Deno.TcpConn> {
  const url = new URL("live", address);
  const connection = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
  const lines = [
    `GET ${url.pathname} HTTP/1.1`,
    `host: ${url.host}`,
    "upgrade: websocket",
    "connection: upgrade",
    "sec-websocket-key: AQIDBAUGBwgJCgsMDQ4PEA==",
    "sec-websocket-version: 13",
  ];
  await connection.write(new TextEncoder().encode([...lines, "", ""].join("\r\n")));
  return connection;
}

/** What has come, from behind the headers of the answer on. */
function messages(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  const headers = new TextDecoder().decode(all.subarray(0, 1000));
  return all.subarray(headers.indexOf("\r\n\r\n") + 4);
}

Deno.test("a page that does not read gets the newest when it does, others get all", async () => {
  await using ring = await openRing(12);
  await using scope = serveScope(ring);
  const connection = await connectLive(scope.url);
  const other = new SlowPage();
  const ended = new AbortController();
  const running = new PageLink(other, ring, () => STATUS).run(ended.signal);
  // More than the system takes on its way: it has room for some megabytes.
  const pushed = 250;
  for (let seconds = 10; seconds <= pushed; seconds += 10) {
    pushOn(ring, 10);
    await until("the other page", () => other.endFrame > (seconds - 0.1) * SENT_RATE);
  }
  assertEquals(missedFrames(other.blocks), 0);
  ended.abort();
  await running;

  const parts: Uint8Array[] = [];
  const reading = Array.fromAsync(connection.readable, (part) => void parts.push(part));
  let blocks: Block[] = [];
  await until("the newest", () => {
    blocks = blocksIn(messages(parts));
    return (blocks.at(-1)?.startFrame ?? 0) > (pushed - 0.2) * SENT_RATE;
  });
  const missed = missedFrames(blocks) / SENT_RATE;
  assert(missed > 10, `${missed} s were left out`);
  checkBlocks(blocks);
  await scope[Symbol.asyncDispose]();
  await reading;
});
