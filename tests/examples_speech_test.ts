/** Speech to text: every frame is handed over, in the right form, and what is not is told. */

import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { file, MicRing, push, sequence } from "@x/micring";
import { type Chunk, overlapping } from "../examples/_overlapping.ts";
import { type Told, transcribed } from "../examples/speech_to_text.ts";
import { Folder, runExample } from "./_example_process.ts";
import { room } from "./_noises.ts";
import { plainWav, readPlainWav } from "./_plain_wav.ts";
import { difference } from "./_signal.ts";
import { addWord } from "./_speech.ts";
import { sleep } from "./_wait.ts";

const RATE = 16_000;
const SPEECH = { sampleRate: RATE, channels: 1, format: "s16" } as const;
const NEVER = new AbortController().signal;

/** Chunks laid together: each frame once. Checks that they overlap as they say. */
function laidTogether(chunks: readonly Chunk[]): Int16Array {
  const { startFrame } = chunks[0].audio;
  const all: number[] = [];
  for (const { audio, overlapFrames, missedFrames } of chunks) {
    const at = audio.startFrame - startFrame;
    assertEquals(at + overlapFrames, all.length + missedFrames);
    const overlap = audio.samples.subarray(0, overlapFrames);
    assertEquals(difference(overlap, all.slice(at, at + overlapFrames)), undefined);
    for (let i = 0; i < missedFrames; i++) all.push(0);
    for (const sample of audio.samples.subarray(overlapFrames)) all.push(sample);
  }
  return Int16Array.from(all);
}

function numbers(from: number, to: number): Int16Array {
  return Int16Array.from({ length: to - from }, (_, i) => (from + i) % 2 ** 15);
}

Deno.test("chunks have every frame, once or in the overlap, up to where it was ended", async () => {
  await using ring = await MicRing.open({
    seconds: 30,
    source: sequence({ speed: 10 }),
    ...SPEECH,
  });
  const end = new AbortController();
  const chunks: Chunk[] = [];
  let endedAt = 0;
  for await (const chunk of overlapping(ring, { seconds: 1, overlap: 0.25, signal: end.signal })) {
    chunks.push(chunk);
    if (chunks.length !== 5) continue;
    // In the midst of the next one.
    await sleep(0.04);
    endedAt = ring.stats().writtenFrames - 65;
    end.abort();
  }
  const { audio } = chunks.at(-1)!;
  assert(audio.endFrame >= endedAt && audio.endFrame < endedAt + RATE, `${audio.endFrame}`);
  assertEquals(chunks.map(({ overlapFrames }) => overlapFrames).slice(0, 3), [0, 4000, 4000]);
  assertEquals(chunks.slice(0, 5).map((chunk) => chunk.audio.frames), [
    12_000,
    ...Array(4).fill(RATE),
  ]);
  assertEquals(difference(laidTogether(chunks), numbers(0, audio.endFrame)), undefined);
  for (const { audio } of chunks) {
    assertAlmostEquals(audio.startTime, ring.timeAt(audio.startFrame), 2);
    assertAlmostEquals(audio.endTime, ring.timeAt(audio.endFrame), 2);
    assert(audio.complete);
  }
});

Deno.test("what a slow function misses is told, and all else is there", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: sequence({ speed: 20 }), ...SPEECH });
  const end = new AbortController();
  const chunks: Chunk[] = [];
  for await (const chunk of overlapping(ring, { seconds: 0.5, overlap: 0.1, signal: end.signal })) {
    chunks.push(chunk);
    // Ten seconds pass, and the ring has room for six.
    if (chunks.length === 3) await sleep(0.5);
    if (chunks.filter(({ missedFrames }) => missedFrames > 0).length < 1) continue;
    if (chunks.length > 8) end.abort();
  }
  const late = chunks.filter(({ missedFrames }) => missedFrames > 0);
  assertEquals(late.map(({ overlapFrames, audio }) => [overlapFrames, audio.complete]), [[
    0,
    false,
  ]]);
  assert(late[0].missedFrames > 3 * RATE);
  const all = laidTogether(chunks);
  const expected = numbers(0, all.length);
  const from = late[0].audio.startFrame;
  expected.fill(0, from - late[0].missedFrames, from);
  assertEquals(difference(all, expected), undefined);
});

Deno.test("a file of 48 kHz and two channels comes as if all of it were converted at once", async () => {
  const rate = 48_000;
  const mono = room(3.3, rate, -50, []);
  for (let at = 1000, seed = 1; at < 2 * rate; seed++) {
    at = addWord(mono, at, -20, rate, seed).to + 3000;
  }
  const samples = Float32Array.from(
    { length: 2 * mono.length },
    (_, i) => i % 2 === 0 ? mono[i >> 1] : 0.5 * mono[mono.length - 1 - (i >> 1)],
  );
  await using folder = new Folder();
  await Deno.writeFile(`${folder.path}/speech.wav`, plainWav(samples, rate, 2));
  const source = file(`${folder.path}/speech.wav`, { speed: 10 });
  await using ring = await MicRing.open({ seconds: 30, source });
  const options = { seconds: 1, overlap: 0.2, signal: NEVER };
  const all = laidTogether(await Array.fromAsync(overlapping(ring, options)));
  const { samples: whole } = ring.snapshot().convert(SPEECH);
  assertEquals(whole.length, 3.3 * RATE);
  assertEquals(difference(all, whole), undefined);
});

Deno.test("what fails, or never answers, is told as lost; what is quiet is left out", async () => {
  await using ring = await MicRing.open({ seconds: 30, source: push(), ...SPEECH });
  const level = (dbfs: number, from = 0, to = RATE) => {
    const samples = new Int16Array(RATE);
    return samples.map((_, i) =>
      i >= from && i < to ? (i % 2 * 2 - 1) * 32_768 * 10 ** (dbfs / 20) : 0
    );
  };
  // A second each; the fourth has a tenth of a second that is loud.
  for (const second of [level(-20), level(-21), level(-22), level(-32, 6400, 8000), level(-60)]) {
    ring.push(second);
  }
  const end = new AbortController();
  const given: Int16Array[] = [];
  const waiting: AbortSignal[] = [];
  const words: Told[] = [];
  const transcribe = (samples: Int16Array, _at: Date, signal: AbortSignal): Promise<string> => {
    given.push(samples);
    if (given.length === 2) throw new Error("no idea");
    if (given.length === 3) {
      waiting.push(signal);
      return new Promise(() => {});
    }
    return Promise.resolve(`${Math.max(...samples)}`);
  };
  const signal = AbortSignal.any([end.signal, AbortSignal.timeout(10_000)]);
  const options = { seconds: 1, overlap: 0, gateDbfs: -40, patience: 0.1, signal };
  for await (const told of transcribed(ring, transcribe, options)) {
    if (words.push(told) < 4) continue;
    // The fifth is there, and nobody is asked about it.
    setTimeout(() => end.abort(), 50);
  }
  assertEquals(words.map(({ at: _, ...told }) => told), [
    { text: "3276" },
    { lostSeconds: 1, reason: "no idea" },
    { lostSeconds: 1, reason: "there was no answer within 0.1 s" },
    { text: "823" },
  ]);
  assertEquals(waiting.map(({ aborted }) => aborted), [true]);
  given.forEach((samples, i) => {
    const second = ring.snapshot({ from: i * RATE, to: (i + 1) * RATE });
    assertEquals(difference(samples, second.samples), undefined);
  });
  assertEquals(given.length, 4);
});

/** A server that makes some text of speech, and keeps what it gets. */
class Listener implements AsyncDisposable {
  readonly wavs: Uint8Array[] = [];
  readonly fields: [string, FormDataEntryValue | null][][] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = Deno.serve(options, async (request) => {
      const form = await request.formData();
      this.wavs.push(await (form.get("file") as File).bytes());
      this.fields.push(["model", "response_format"].map((name) => [name, form.get(name)]));
      if (this.wavs.length === 2) return new Response("too busy\n", { status: 503 });
      return Response.json({ text: ` words ${this.wavs.length}\n` });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/v1/audio/transcriptions`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

Deno.test("speech_to_text: a server gets each chunk as a WAV, and its words are printed", async () => {
  const whole = Int16Array.from(room(4.1, RATE, -20, []), (sample) => 32_768 * sample);
  await using folder = new Folder();
  const sounds = plainWav(Float32Array.from(whole, (sample) => sample / 32_768), RATE);
  await Deno.writeFile(`${folder.path}/speech.wav`, sounds);
  await using server = new Listener();
  const permissions = ["--allow-ffi", "--allow-read=speech.wav", "--allow-net=127.0.0.1"];
  const args = [
    "--source=speech.wav",
    "--speed=4",
    "--seconds=1.5",
    "--overlap=0.5",
    `--url=${server.url}`,
    "--model=small",
  ];
  const { code, output, errors } = await runExample(
    "speech_to_text",
    folder.path,
    permissions,
    args,
  );
  assertEquals([code, errors], [0, ""]);
  const [heading, ...lines] = output.trimEnd().split("\n");
  assertEquals(heading, "Listening to speech.wav.");
  assertEquals(lines.map((line) => line.slice(26)), [
    "words 1",
    "(1.0 s lost: 503 too busy)",
    "words 3",
    "words 4",
    "words 5",
  ]);
  const times = lines.map((line) => Date.parse(line.slice(0, 24)));
  // Each begins half a second of the file before the end of the one before.
  times.slice(1).forEach((time, i) => assertAlmostEquals(time - times[0], (i + 0.5) * 250, 40));
  assertEquals(server.wavs.length, 5);
  server.wavs.forEach((bytes, i) => {
    const wav = readPlainWav(bytes);
    assertEquals([wav.sampleRate, wav.channels], [RATE, 1]);
    const from = Math.max(i - 0.5, 0) * RATE;
    assertEquals(difference(wav.samples, whole.subarray(from, (i + 1) * RATE)), undefined);
  });
  const fields = [["model", "small"], ["response_format", "json"]];
  assertEquals(server.fields, Array(5).fill(fields));
});

Deno.test("speech_to_text: without a server it tells how loud each chunk is", async () => {
  await using folder = new Folder();
  const samples = room(3.5, RATE, -90, [{ at: 0, seconds: 1.4, hertz: 500, levelDbfs: -17 }]);
  await Deno.writeFile(`${folder.path}/speech.wav`, plainWav(samples, RATE));
  const permissions = ["--allow-ffi", "--allow-read=speech.wav"];
  const args = ["--source=speech.wav", "--speed=4", "--seconds=1", "--overlap=0", "--gate=-45"];
  const { code, output, errors } = await runExample(
    "speech_to_text",
    folder.path,
    permissions,
    args,
  );
  assertEquals([code, errors], [0, ""]);
  assertMatch(
    output,
    /^Listening to speech\.wav\.\n\S+Z {2}1\.0 s, -20\.\d dBFS\n\S+Z {2}1\.0 s, -24\.\d dBFS\n$/,
  );
});

Deno.test("speech_to_text: says in a line what is wrong", async () => {
  await using folder = new Folder();
  const wrong: [string[], RegExp][] = [
    [["--overlap=5"], /^Cannot use --overlap=5: a chunk has 5 s\n$/],
    [["--seconds=0"], /^Cannot use --seconds=0: it must be a number of at least 0\.1\n$/],
    [["--url=nowhere"], /^Invalid URL: 'nowhere'\n$/],
  ];
  for (const [args, message] of wrong) {
    const { code, errors } = await runExample("speech_to_text", folder.path, ["--allow-ffi"], args);
    assertMatch(errors, message);
    assertEquals(code, 1);
  }
});
