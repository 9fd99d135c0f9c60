/** The dictation example: nothing of the first word is lost, and nothing behind it. */

import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { MicRing, sequence, type Snapshot } from "@x/micring";
import { dictate } from "../examples/dictation.ts";
import { ExampleProcess, Folder, runExample } from "./_example_process.ts";
import { readPlainWav } from "./_plain_wav.ts";
import { difference } from "./_signal.ts";
import { sleep } from "./_wait.ts";

const PERMISSIONS = ["--allow-ffi", "--allow-write=."];
const SEQUENCE = ["--source=sequence", "--format=f32"];
const PRE_ROLL = 33_600;

/** Frames [from, to) of the sequence, in which every sample is its frame's number. */
function numbers(from: number, to: number, channels = 1): Float32Array {
  return Float32Array.from(
    { length: (to - from) * channels },
    (_, i) => from + Math.floor(i / channels),
  );
}

function assertIsSequence({ samples, startFrame, endFrame, channels }: Snapshot): void {
  assertEquals(difference(samples, numbers(startFrame, endFrame, channels)), undefined);
}

Deno.test("a dictation is what came from 0.7 s before the key up to the next one", async () => {
  await using ring = await MicRing.open({ seconds: 5, source: sequence(), channels: 2 });
  await sleep(0.8);
  const earliest = ring.now();
  const { atFrame, end } = dictate(ring, 0.7);
  const latest = ring.now();
  assert(atFrame >= earliest && atFrame <= latest, `${earliest} ${atFrame} ${latest}`);
  await sleep(0.33);
  const endsFrom = ring.now();
  const ended = end();
  const endsTo = ring.now();
  const said = (await ended)!;
  assertEquals(said.startFrame, atFrame - PRE_ROLL);
  assert(said.endFrame >= endsFrom && said.endFrame <= endsTo, `${endsFrom} ${said.endFrame}`);
  assertIsSequence(said);
  assertAlmostEquals(said.startTime, ring.timeAt(said.startFrame), 5);
  assertAlmostEquals(said.endTime, ring.timeAt(said.endFrame), 5);
  assertEquals([said.complete, said.gaps], [true, []]);
});

Deno.test("one that is longer than the ring, and one right behind another, lack nothing", async () => {
  const source = sequence({ speed: 20 });
  await using ring = await MicRing.open({ seconds: 6, source });
  await sleep(0.1);
  const first = dictate(ring, 0.7);
  await sleep(0.5);
  const said = (await first.end())!;
  assert(said.seconds > 8, `${said.seconds} s`);
  assertEquals(said.startFrame, first.atFrame - PRE_ROLL);
  assertIsSequence(said);
  assert(said.complete);
  const second = dictate(ring, 0.7);
  const again = (await second.end())!;
  assertEquals(again.startFrame, second.atFrame - PRE_ROLL);
  assertIsSequence(again);
});

Deno.test("where there is less than the pre-roll, it begins with the first frame", async () => {
  await using ring = await MicRing.open({ seconds: 5, source: sequence() });
  const { end } = dictate(ring, 4);
  await sleep(0.1);
  const said = (await end())!;
  assertEquals(said.startFrame, 0);
  assertIsSequence(said);
});

Deno.test("what this script was too busy for is silence of its length, and a gap", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: sequence({ speed: 20 }) });
  await sleep(0.1);
  const { end } = dictate(ring, 0.1);
  await sleep(0.05);
  const until = performance.now() + 500;
  while (performance.now() < until) continue;
  const said = (await end())!;
  assert(!said.complete && said.gaps.length > 0, "nothing was missed");
  const expected = numbers(said.startFrame, said.endFrame);
  for (const { startFrame, endFrame, cause } of said.gaps) {
    assertEquals(cause, "missed");
    expected.fill(0, startFrame - said.startFrame, endFrame - said.startFrame);
  }
  assertEquals(difference(said.samples, expected), undefined);
});

/** What was written, and what was said about it. */
async function readDictation(folder: Folder, name: string, keyFrame: number, seconds: number) {
  const { samples, channels, sampleRate } = readPlainWav(
    await Deno.readFile(`${folder.path}/${name}`),
  );
  assertEquals([channels, sampleRate], [1, 48_000]);
  const from = Math.max(keyFrame - PRE_ROLL, 0);
  assertEquals(difference(samples, numbers(from, from + samples.length)), undefined);
  assertEquals((samples.length / 48_000).toFixed(2), seconds.toFixed(2));
  const sidecar = JSON.parse(await Deno.readTextFile(`${folder.path}/${name}.json`));
  const { startFrame, frames, complete } = sidecar;
  assertEquals([startFrame, frames, complete], [from, samples.length, true]);
}

Deno.test("dictation: Enter begins a file 0.7 s earlier, Enter ends it; Ctrl-D keeps the last", async () => {
  await using folder = new Folder();
  await using example = new ExampleProcess("dictation", folder.path, PERMISSIONS, SEQUENCE);
  await example.readUntil(/^Listening to the built-in sequence\.\n.+ ends the program\.\n/);
  await sleep(0.75);
  await example.type("\n");
  const [, first] = await example.readUntil(/^Speak: frame (\d+), with 0\.70 s before it\.\n/);
  await sleep(0.2);
  await example.type("\n");
  const [, seconds, name] = await example.readUntil(/^(\d\.\d\d) s: \.\/(dictation_\S+\.wav)\n/);
  await readDictation(folder, name, Number(first), Number(seconds));
  assertMatch(name, /^dictation_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.\d{3}\.wav$/);

  await example.type("no key\n");
  const [, second] = await example.readUntil(/^Speak: frame (\d+), with 0\.70 s before it\.\n/);
  const { code, output, errors } = await example.end();
  assertEquals([code, errors], [0, ""]);
  const [, rest, last] = /^(\d\.\d\d) s: \.\/(dictation_\S+\.wav)\n$/.exec(output)!;
  await readDictation(folder, last, Number(second), Number(rest));
  assertEquals(folder.names(".wav"), [name, last].sort());
});

Deno.test("dictation: Ctrl-C keeps what is being said, a key at the opening has less before it", async () => {
  await using folder = new Folder();
  const args = [...SEQUENCE, "--out=a/b", "--before=9"];
  await using example = new ExampleProcess("dictation", folder.path, PERMISSIONS, args);
  await example.type("\n");
  const [, frame, before] = await example.readUntil(/Speak: frame (\d+), with (\S+) s before it/);
  assertEquals((Number(frame) / 48_000).toFixed(2), before);
  await sleep(0.1);
  example.interrupt();
  const { code, output, errors } = await example.result();
  assertEquals([code, errors], [0, ""]);
  const [, seconds, name] = /(\d\.\d\d) s: a\/b\/(dictation_\S+\.wav)\n$/.exec(output)!;
  const { samples } = readPlainWav(await Deno.readFile(`${folder.path}/a/b/${name}`));
  assertEquals((samples.length / 48_000).toFixed(2), seconds);
  assertEquals(difference(samples, numbers(0, samples.length)), undefined);
});

Deno.test("dictation: one that cannot be written is told, and the next one is", async () => {
  await using folder = new Folder();
  const args = [...SEQUENCE, "--out=dictations"];
  await using example = new ExampleProcess("dictation", folder.path, PERMISSIONS, args);
  await example.readUntil(/ends the program\.\n/);
  await Deno.remove(`${folder.path}/dictations`);
  await example.type("\n\n");
  await example.readUntil(/^Speak: frame \d+, .+\n/);
  await sleep(0.3);
  await Deno.mkdir(`${folder.path}/dictations`);
  await example.type("\n\n");
  await example.readUntil(/^Speak: frame \d+, .+\n\S+ s: dictations\/dictation_\S+\.wav\n/);
  const { code, output, errors } = await example.end();
  assertMatch(errors, /^Cannot keep a dictation: Cannot save a snapshot to dictations\/.+\n$/);
  assertEquals([code, output], [1, ""]);
});

Deno.test("dictation: says in a line what is wrong", async () => {
  await using folder = new Folder();
  const wrong: [string[], RegExp][] = [
    [["--before=soon"], /^Cannot use --before=soon: it must be a number of at least 0\n$/],
    [["--before=-1"], /^Cannot use --before=-1: it must be a number of at least 0\n$/],
    [["--format=mp3"], /^Cannot use --format=mp3: it must be s16, s24, s32, f32 or u8\n$/],
    [["--loud"], /^Unknown option '--loud'.*\n$/],
    [["--speed=2"], /^Cannot use --speed: a microphone has its own\n$/],
    [["--out=/nowhere"], /^Requires write access to "\/nowhere".*\n$/],
  ];
  for (const [args, message] of wrong) {
    const { code, errors, output } = await runExample("dictation", folder.path, PERMISSIONS, args);
    assertMatch(errors, message);
    assertEquals([code, output], [1, ""]);
  }
});
