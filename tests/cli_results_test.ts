/** What the command line's options make of the audio, and how it divides it. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type AudioFormat, Snapshot } from "../mod.ts";
import { Cli, endToEnd, runCli, SEQUENCE, spanOf, wavsIn } from "./_cli.ts";
import { inFolder } from "./_in_folder.ts";
import { difference, signal } from "./_signal.ts";
import { readWav } from "./_wav_reader.ts";

const RATE = 16_000;

/** Two seconds in which no sample is like another, as a file and as a snapshot. */
async function writeSource(path: string): Promise<Snapshot<"f32">> {
  const source = new Snapshot({
    samples: signal("f32", 2, 0, 2 * RATE),
    format: "f32",
    channels: 2,
    sampleRate: RATE,
    startFrame: 0,
    startTime: 0,
    endTime: 2000,
  });
  await Deno.writeFile(path, source.toWav());
  return source;
}

/** The bytes of a whole source, as they are in a WAV. */
function bytesOf({ samples }: Snapshot<AudioFormat>): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

const WANTED: [string[], { channels?: number; sampleRate?: number; format: AudioFormat }][] = [
  [[], { format: "s16" }],
  [["--format=s24", "--channels=1"], { format: "s24", channels: 1 }],
  [["--format=u8", "--channels=3"], { format: "u8", channels: 3 }],
  [["--format=s32", "--sample-rate=8000"], { format: "s32", sampleRate: 8000 }],
  [["--format=f32", "--sample-rate=48000", "--channels=1"], {
    format: "f32",
    sampleRate: 48_000,
    channels: 1,
  }],
];

Deno.test("record: a file from its first frame to its last, in each format, rate and channel count", () =>
  inFolder(async (folder) => {
    const source = await writeSource(`${folder}/source.wav`);
    const allow = ["--allow-ffi", "--allow-write", "--allow-read"];
    await Promise.all(WANTED.map(async ([options, wanted], i) => {
      const path = `${folder}/${i}.wav`;
      const args = ["record", path, `--source=${folder}/source.wav`, "--speed=4", "--json"];
      await using cli = new Cli([...args, ...options], { allow });
      assertEquals(await cli.code(), 0, cli.err);
      const converted = source.convert(wanted);
      const [{ event, files, seconds }] = cli.objects();
      assertEquals([event, files, Math.round(100 * (seconds as number))], [
        "recorded",
        [path],
        200,
      ]);
      const wav = readWav(await Deno.readFile(path));
      assertEquals(
        [wav.channels, wav.sampleRate, wav.frames, wav.tag],
        [converted.channels, converted.sampleRate, converted.frames, i === 4 ? 3 : 1],
      );
      const data = wav.data.subarray(0, wav.dataBytes);
      assertEquals(difference(data, bytesOf(converted)), undefined, options.join(" "));
    }));
  }));

Deno.test("record: files of so many bytes, end to end", () =>
  inFolder(async (folder) => {
    const args = ["record", ...SEQUENCE, `${folder}/r.wav`, "--rotate-bytes=65536", "--for=1.2"];
    const { code, out } = await runCli(args);
    assertEquals(code, 0);
    const paths = await wavsIn(folder);
    assertEquals(out.split("\n").slice(0, -2), paths);
    assert(paths.length >= 3, out);
    for (const [i, path] of paths.entries()) {
      const { size } = await Deno.stat(path);
      assert(size <= 65_536 && (i === paths.length - 1 || size > 60_000), `${path}: ${size}`);
    }
    assertEquals((await endToEnd(paths))[0], 0);
  }));

Deno.test("schedule: by cron, the seconds before each time", () =>
  inFolder(async (folder) => {
    const args = ["schedule", "--cron=* * * * * *", "--seconds=0.5", "--for=2.6", "--json", folder];
    await using cli = new Cli([...args, ...SEQUENCE]);
    assertEquals(await cli.code(), 0);
    const clips = cli.objects() as { path: string; start: string; seconds: number }[];
    assert(clips.length >= 2, cli.out);
    // The first may have begun before there was anything.
    for (const { path, start, seconds } of clips.slice(1)) {
      const [from, to] = await spanOf(path);
      assertEquals([to - from, seconds], [24_000, 0.5]);
      const end = Date.parse(start) + 500;
      const off = Math.abs(end - 1000 * Math.round(end / 1000));
      assert(off < 60, `${start}: ${off} ms beside a whole second`);
    }
  }));

Deno.test("a library's refusal names options as they are typed", async () => {
  const args = ["watch", "--source=tone", "--low-pass=100", "--high-pass=20000"];
  const { code, err } = await runCli(args);
  assertEquals(code, 2);
  assertMatch(err, /\nCannot [^\n]*: --low-pass is 100, and must be a number from 20000 to \d+\n$/);
  // What follows an option is no value if it is an option.
  const missing = await runCli(["meter", "--source", "--json"]);
  assertEquals([missing.code, missing.err], [
    2,
    "--source takes a value: --source=WHAT. --help tells more.\n",
  ]);
});
