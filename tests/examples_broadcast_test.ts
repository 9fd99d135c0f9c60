/** The broadcaster: all blocks for all who listen, what is missed is told, and strangers get nothing. */

import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { MicRing, sequence, Snapshot, tone } from "@x/micring";
import { Broadcast } from "../examples/_broadcast.ts";
import { Listeners, type ListenerSocket } from "../examples/_listeners.ts";
import { decodeBlock, encodeBlock, type WireBlock } from "../examples/_wire.ts";
import { ExampleProcess, Folder, runExample } from "./_example_process.ts";
import { RawSocket } from "./_raw_socket.ts";
import { difference } from "./_signal.ts";
import { sleep, until } from "./_wait.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0 };

function liveOf(url: string): URL {
  return new URL("live", url);
}

/** Someone who listens, and keeps it all. */
class Ear implements AsyncDisposable {
  readonly blocks: WireBlock[] = [];
  readonly #socket: WebSocket;
  readonly closed: Promise<CloseEvent>;

  constructor(url: string) {
    this.#socket = new WebSocket(liveOf(url).href.replace("http", "ws"));
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = ({ data }) => this.blocks.push(decodeBlock(data));
    this.closed = new Promise((resolve) => this.#socket.onclose = resolve);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}

/** Checks that blocks are the sequence, each frame once, but for what they say was missed. */
function checkSequence(blocks: readonly WireBlock[], channels: number): number {
  let missed = 0;
  let at = blocks[0].startFrame - blocks[0].missedFrames;
  for (const block of blocks) {
    assertEquals(at + block.missedFrames, block.startFrame);
    const frames = block.samples.length / channels;
    const expected = Int16Array.from(
      { length: block.samples.length },
      (_, i) => (block.startFrame + Math.floor(i / channels)) % 2 ** 15,
    );
    assertEquals(difference(block.samples, expected), undefined);
    missed += block.missedFrames;
    at = block.startFrame + frames;
  }
  return missed;
}

Deno.test("each listener gets every block from when it comes to when it leaves", async () => {
  const source = sequence({ speed: 4 });
  await using ring = await MicRing.open({ seconds: 5, source, channels: 2, format: "s16" });
  await using broadcast = new Broadcast(ring, LOCAL);
  await using first = new Ear(broadcast.url);
  await until("the first blocks", () => first.blocks.length >= 5);
  {
    await using second = new Ear(broadcast.url);
    await until("the others' blocks", () => second.blocks.length >= 10);
    assertEquals(checkSequence(second.blocks, 2), 0);
    assert(second.blocks[0].startFrame > first.blocks[0].startFrame);
  }
  const { length } = first.blocks;
  await until("more blocks", () => first.blocks.length >= length + 10);
  assertEquals(checkSequence(first.blocks, 2), 0);
  for (
    const { sampleRate, channels, startFrame, startTime, silentFrames, samples } of first.blocks
  ) {
    assertEquals([sampleRate, channels, silentFrames, samples.length], [48_000, 2, 0, 4800]);
    assertAlmostEquals(startTime, ring.timeAt(startFrame), 2);
  }
});

Deno.test("what is sent can be another form than the ring's; what cannot be is refused at once", async () => {
  await using ring = await MicRing.open({ seconds: 5, source: tone({ speed: 2 }), channels: 2 });
  await using broadcast = new Broadcast(ring, { ...LOCAL, sampleRate: 16_000, channels: 1 });
  await using ear = new Ear(broadcast.url);
  await until("a few blocks", () => ear.blocks.length >= 6);
  for (const { sampleRate, channels, startFrame, startTime, samples } of ear.blocks) {
    assertEquals([sampleRate, channels, samples.length], [16_000, 1, 800]);
    assertAlmostEquals(startTime, ring.timeAt(3 * startFrame), 2);
    const turn = 2 * Math.PI * 440 / 16_000;
    samples.forEach((sample, i) => {
      // Before its first frame there was no tone: that is filtered in.
      if (startFrame + i < 64) return;
      const expected = 32_768 * 10 ** (-12 / 20) * Math.sin(turn * (startFrame + i));
      assertAlmostEquals(sample, expected, 1.6);
    });
  }
  let refused: unknown;
  try {
    await using never = new Broadcast(ring, { ...LOCAL, sampleRate: 7 });
    assertEquals(never, undefined);
  } catch (error) {
    refused = error;
  }
  assert(refused instanceof RangeError, `${refused}`);
});

Deno.test("a listener that does not read for a while is told what it missed", async () => {
  const source = sequence({ speed: 60 });
  await using ring = await MicRing.open({ seconds: 2, source, channels: 4, format: "s16" });
  await using broadcast = new Broadcast(ring, LOCAL);
  await using other = new Ear(broadcast.url);
  using slow = await RawSocket.connect(liveOf(broadcast.url));
  assertMatch(slow.status, / 101 /);
  // 23 MB a second: more than the system keeps for a connection.
  await sleep(0.8);
  const blocks: WireBlock[] = [];
  while (blocks.length < 3 || blocks.at(-2)!.missedFrames === 0) {
    blocks.push(decodeBlock((await slow.message())!));
    assert(blocks.length < 2000, "it is sent all there is");
  }
  assert(checkSequence(blocks, 4) > 0, "it missed nothing");
  // Nothing of that is the others' affair.
  checkSequence(other.blocks, 4);
  assert(other.blocks.length > blocks.length);
});

/** A block of some numbers. */
function block(startFrame: number, frames: number, missed = 0, hole = 0): Snapshot<"s16"> {
  const gap = (from: number, to: number, cause: "missed" | "device") => {
    return from === to ? [] : [{ startFrame: from, endFrame: to, cause, exact: true }];
  };
  return new Snapshot({
    samples: Int16Array.from({ length: frames }, (_, i) => i - 2),
    format: "s16",
    channels: 1,
    sampleRate: 8000,
    startFrame,
    startTime: 1e12 + 0.25,
    endTime: 1e12 + 0.25,
    gaps: [
      ...gap(startFrame - missed, startFrame, "missed"),
      ...gap(startFrame, startFrame + hole, "device"),
    ],
  });
}

Deno.test("a message says all there is to know of a block", () => {
  const message = encodeBlock(block(2 ** 40, 5, 4, 3), 7);
  // As the comment has it, byte by byte.
  assertEquals(
    new Uint8Array(message).toHex(),
    [
      "401f0000",
      "0100",
      "1000",
      "07000000",
      "03000000",
      "0000000000007042",
      "000800a2941a6d42",
      "feffffff000001000200",
    ].join(""),
  );
  const { samples, ...rest } = decodeBlock(message);
  assertEquals([...samples], [-2, -1, 0, 1, 2]);
  assertEquals(rest, {
    sampleRate: 8000,
    channels: 1,
    missedFrames: 7,
    silentFrames: 3,
    startFrame: 2 ** 40,
    startTime: 1e12 + 0.25,
  });
  for (const bytes of [0, 31, 33]) {
    let error: unknown;
    try {
      decodeBlock(new ArrayBuffer(bytes));
    } catch (caught) {
      error = caught;
    }
    assert(error instanceof TypeError || error instanceof RangeError, `${bytes} bytes`);
  }
});

/** A listener that takes as much as the test has it. */
class FakeSocket implements ListenerSocket {
  bufferedAmount = 0;
  readyState: number = WebSocket.OPEN;
  readonly sent: WireBlock[] = [];

  send(message: ArrayBuffer): void {
    this.sent.push(decodeBlock(message));
  }

  get marks(): number[][] {
    return this.sent.map(({ startFrame, missedFrames }) => [startFrame, missedFrames]);
  }
}

Deno.test("a slow listener is sent nothing more, and then how much that was", () => {
  const listeners = new Listeners();
  const [fast, slow, gone] = [new FakeSocket(), new FakeSocket(), new FakeSocket()];
  for (const socket of [fast, slow, gone]) listeners.add(socket);
  gone.readyState = WebSocket.CLOSING;
  const second = 16_000;
  listeners.send(block(0, 400));
  slow.bufferedAmount = 2 * second;
  listeners.send(block(400, 400));
  slow.bufferedAmount++;
  listeners.send(block(800, 400));
  // This program had missed some itself.
  listeners.send(block(1300, 400, 100));
  slow.bufferedAmount = 0;
  listeners.send(block(1700, 400));
  listeners.send(block(2200, 400, 100));
  listeners.remove(fast);
  listeners.send(block(2600, 400));
  assertEquals(listeners.count, 2);
  assertEquals(fast.marks, [[0, 0], [400, 0], [800, 0], [1300, 100], [1700, 0], [2200, 100]]);
  assertEquals(slow.marks, [[0, 0], [400, 0], [1700, 900], [2200, 100], [2600, 0]]);
  assertEquals(gone.marks, []);
});

Deno.test("only who knows the word is answered, and no page from elsewhere", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: tone() });
  await using broadcast = new Broadcast(ring, LOCAL);
  const page = new URL(broadcast.url);
  const local = `localhost:${page.port}`;
  const statusOf = async (url: URL, headers: Record<string, string>) => {
    using socket = await RawSocket.connect(url, { ...headers, connection: "upgrade, close" });
    return Number(socket.status.split(" ")[1]);
  };
  const live = liveOf(broadcast.url);
  const allowed: [URL, number][] = [[page, 200], [new URL("page.js", page), 200], [live, 101]];
  for (const [url, status] of allowed) {
    assertEquals(await statusOf(url, {}), status);
    assertEquals(await statusOf(url, { origin: page.origin }), status);
    assertEquals(await statusOf(url, { host: local, origin: `http://${local}` }), status);
    for (const host of ["example.com", `example.com:${page.port}`, "127.0.0.1", `${local}0`]) {
      assertEquals(await statusOf(url, { host, origin: `http://${host}` }), 421);
    }
    for (const origin of ["http://example.com", "null", "http://127.0.0.1:1", `http://${local}`]) {
      assertEquals(await statusOf(url, { origin }), 403);
    }
  }
  for (const path of ["/", "/live", `${page.pathname.slice(0, -2)}/live`]) {
    assertEquals(await statusOf(new URL(path, page.origin), {}), 404);
  }
  assertEquals(await statusOf(live, { upgrade: "h2c" }), 426);
  assert(page.pathname.length > 30, page.pathname);
});

Deno.test("broadcast: is heard until Ctrl-C, and says good-bye", async () => {
  await using folder = new Folder();
  const permissions = ["--allow-ffi", "--allow-net=127.0.0.1"];
  const args = ["--source=sequence", "--port=0"];
  await using example = new ExampleProcess("broadcast", folder.path, permissions, args);
  const [, url] = await example.readUntil(/^Broadcasting the built-in sequence: (http:\S+)\n/);
  await using ear = new Ear(url);
  await until("some blocks", () => ear.blocks.length >= 6);
  example.interrupt();
  const { code, reason } = await ear.closed;
  assertEquals([code, reason], [1001, "the broadcast is over"]);
  const ended = await example.result();
  assertEquals([ended.code, ended.output, ended.errors], [0, "", ""]);
  assertEquals(checkSequence(ear.blocks, 1), 0);
});

Deno.test("broadcast: says in a line what is wrong", async () => {
  using taken = Deno.listen(LOCAL);
  await using folder = new Folder();
  const port = (taken.addr as Deno.NetAddr).port;
  const wrong: [string[], RegExp][] = [
    [["--port=99999"], /^Cannot use --port=99999: it must be a whole number up to 65535\n$/],
    [["--token=a/b"], /^Cannot use --token=a\/b: it may have letters, .*\n$/],
    [[`--port=${port}`], /^Cannot listen on port \d+: another program does\n$/],
    [["--host=0.0.0.0"], /^Requires net access to "0\.0\.0\.0:8765".*\n$/],
    [["--rate=1"], /^Cannot listen: sampleRate is 1.*\n$/],
  ];
  for (const [args, message] of wrong) {
    const { code, errors, output } = await runExample("broadcast", folder.path, [
      "--allow-ffi",
      "--allow-net=127.0.0.1",
    ], ["--source=tone", ...args]);
    assertMatch(errors, message);
    assertEquals([code, output], [1, ""]);
  }
});
