import { assert, assertEquals } from "@std/assert";
import { MicRing, sequence, type Snapshot } from "../mod.ts";

/* Ten minutes of audio at 50 times real time, through eight consumers at once. */

const SECONDS = 600;
const SPEED = 50;
const BLOCKS = [0.007, 0.02, 0.1, 1, 0.007, 0.02, 0.1];
const SLOW = { seconds: 1, restMs: 500 };
/** A leak of every block would be 8 times 115 MB. */
const MOST_GROWTH_BYTES = 60e6;

interface Account {
  blocks: number;
  heard: number;
  missed: number;
}

/** Each frame exactly once, or in a gap. */
class Reader {
  readonly account: Account = { blocks: 0, heard: 0, missed: 0 };
  next: number;

  constructor(from: number) {
    this.next = from;
  }

  read({ startFrame, endFrame, samples, gaps, complete }: Snapshot<"f32">): void {
    assert(gaps.length <= 1 && complete === (gaps.length === 0), "more than one gap");
    for (const gap of gaps) {
      assertEquals(gap, {
        startFrame: this.next,
        endFrame: startFrame,
        cause: "missed",
        exact: true,
      });
      this.account.missed += startFrame - this.next;
      this.next = startFrame;
    }
    assertEquals(startFrame, this.next);
    for (let i = 0; i < samples.length; i++) {
      if (samples[i] === (startFrame + i) % 2 ** 24) continue;
      throw new Error(`frame ${startFrame + i} is ${samples[i]}`);
    }
    this.account.blocks++;
    this.account.heard += samples.length;
    this.next = endFrame;
  }
}

/** The bytes that are in use when nothing is left over. */
function usedBytes(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

Deno.test("every frame exactly once in each of eight loops, or in a gap, and memory stays flat", async () => {
  await using ring = await MicRing.open({ seconds: 20, source: sequence({ speed: SPEED }) });
  const end = SECONDS * ring.sampleRate;
  const { writtenFrames: from } = ring.stats();
  const before = usedBytes();
  let most = 0;
  const watch = setInterval(() => most = Math.max(most, usedBytes()), 100);

  async function consume(seconds: number, restMs = 0): Promise<Account> {
    const reader = new Reader(from);
    for await (const block of ring.blocks({ seconds, from })) {
      reader.read(block);
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
      if (reader.next >= end) break;
    }
    assertEquals(reader.account.heard + reader.account.missed, reader.next - from);
    return reader.account;
  }

  const [slow, ...quick] = await Promise.all([
    consume(SLOW.seconds, SLOW.restMs),
    ...BLOCKS.map((seconds) => consume(seconds)),
  ]);
  clearInterval(watch);
  assertEquals(quick.map(({ missed }) => missed), BLOCKS.map(() => 0));
  for (const [i, { blocks }] of quick.entries()) {
    assertEquals(blocks, Math.ceil((end - from) / Math.round(BLOCKS[i] * ring.sampleRate)));
  }
  assert(slow.missed > 0 && slow.blocks > 1, JSON.stringify(slow));
  assert(most - before < MOST_GROWTH_BYTES, `${(most - before) / 1e6} MB more`);
  console.log("slow:", JSON.stringify(slow), `${((most - before) / 1e6).toFixed(1)} MB more`);
});
