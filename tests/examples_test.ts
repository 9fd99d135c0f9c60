/** The examples, as a person runs them: each with the permissions that it claims, and no more. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";

const ESCAPE = "\x1b";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const CTRL_C = "\x03";
const TONE_LINE = "peak  -12.0  rms  -15.0 dBFS";

/** A directory of its own, in which no sound system can be found, until it is disposed. */
class Place implements AsyncDisposable {
  readonly #root = Deno.makeTempDirSync();
  /** Where the example runs. */
  readonly cwd = Deno.realPathSync(this.#root) + "/cwd";
  readonly env: Record<string, string> = {};

  constructor() {
    Deno.mkdirSync(this.cwd);
    Deno.mkdirSync(`${this.#root}/runtime`);
    Deno.writeTextFileSync(`${this.#root}/alsa.conf`, "");
    // What processes, and Deno's cache, need on each system.
    for (const name of ["PATH", "HOME", "DENO_DIR", "SystemRoot", "LOCALAPPDATA", "TEMP"]) {
      const value = Deno.env.get(name);
      if (value !== undefined) this.env[name] = value;
    }
    Object.assign(this.env, {
      ALSA_CONFIG_PATH: `${this.#root}/alsa.conf`,
      JACK_DEFAULT_SERVER: `none-${Deno.pid}`,
      PULSE_SERVER: "/nonexistent",
      XDG_RUNTIME_DIR: `${this.#root}/runtime`,
    });
  }

  /** What the example has left behind. */
  files(): string[] {
    return Array.from(Deno.readDirSync(this.cwd), ({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#root, { recursive: true });
  }
}

/** An example that runs: its output so far, and its keyboard. */
class Running implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #keyboard: WritableStreamDefaultWriter<Uint8Array>;
  readonly #screen: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  #output = "";
  #ended = false;

  constructor(command: string, args: string[], place: Place) {
    const { cwd, env } = place;
    this.#child = new Deno.Command(command, {
      args,
      cwd,
      env,
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#keyboard = this.#child.stdin.getWriter();
    this.#screen = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#errors = new Response(this.#child.stderr).text();
  }

  async type(keys: string): Promise<void> {
    await this.#keyboard.write(new TextEncoder().encode(keys));
  }

  /** Everything up to the end of what matches, which is taken out of the output. */
  async readUntil(pattern: RegExp): Promise<string> {
    while (true) {
      const match = pattern.exec(this.#output);
      if (match) {
        const end = match.index + match[0].length;
        const read = this.#output.slice(0, end);
        this.#output = this.#output.slice(end);
        return read;
      }
      if (!await this.#readMore()) {
        throw new Error(
          `Cannot find ${pattern}: the example ended with ${this.#output}${await this.#errors}`,
        );
      }
    }
  }

  /** No more keys: waits for the end. */
  async end(): Promise<{ code: number; output: string; errors: string }> {
    await this.#keyboard.close();
    return await this.result();
  }

  /** Waits for the end, the keyboard at hand. */
  async result(): Promise<{ code: number; output: string; errors: string }> {
    while (await this.#readMore()) continue;
    const [{ code }, errors] = await Promise.all([this.#child.status, this.#errors]);
    this.#ended = true;
    return { code, output: this.#output, errors };
  }

  async #readMore(): Promise<boolean> {
    const { done, value } = await this.#screen.read();
    this.#output += value ?? "";
    return !done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) {
      this.#child.kill();
      await this.result();
    }
    await this.#keyboard.abort().catch(() => {});
  }
}

/** The arguments that run an example with Deno. */
function denoArguments(name: string, permissions: string[], args: string[]): string[] {
  const url = new URL(`../examples/${name}.ts`, import.meta.url);
  // A path as the system has it: on Windows that begins with a drive, not with a slash.
  const path = decodeURIComponent(url.pathname).replace(/^\/(?=[A-Za-z]:)/, "");
  return ["run", "--quiet", "--no-prompt", ...permissions, path, ...args];
}

function start(place: Place, name: string, permissions: string[], ...args: string[]): Running {
  return new Running(Deno.execPath(), denoArguments(name, permissions, args), place);
}

/** Starts an example in a pseudo terminal. */
function startInTerminal(
  place: Place,
  columns: number,
  name: string,
  permissions: string[],
  ...args: string[]
): Running {
  const words = [Deno.execPath(), ...denoArguments(name, permissions, args)];
  const command = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const sized = `stty cols ${columns} rows 24; exec ${command}`;
  return new Running("script", ["-qec", sized, "/dev/null"], place);
}

async function run(place: Place, name: string, permissions: string[], ...args: string[]) {
  await using example = start(place, name, permissions, ...args);
  return await example.end();
}

interface Wav {
  tag: number;
  channels: number;
  sampleRate: number;
  samples: Float32Array;
}

/** Reads a WAV of 32-bit floats, independently of MicRing. */
function readWav(bytes: Uint8Array<ArrayBuffer>): Wav {
  const view = new DataView(bytes.buffer);
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  assertEquals([name(0), name(8)], ["RIFF", "WAVE"]);
  assertEquals(view.getUint32(4, true), bytes.length - 8);
  const chunks = new Map<string, number>();
  for (let at = 12; at < bytes.length;) {
    chunks.set(name(at), at + 8);
    const size = view.getUint32(at + 4, true);
    at += 8 + size + size % 2;
  }
  const format = chunks.get("fmt ")!;
  const data = chunks.get("data")!;
  const length = view.getUint32(data - 4, true) / 4;
  return {
    tag: view.getUint16(format, true),
    channels: view.getUint16(format + 2, true),
    sampleRate: view.getUint32(format + 4, true),
    samples: Float32Array.from({ length }, (_, i) => view.getFloat32(data + i * 4, true)),
  };
}

/** Writes a WAV of 32-bit floats, independently of MicRing. */
function writeWav(samples: Float32Array, sampleRate: number, channels: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 4));
  const name = (at: number, text: string) =>
    [...text].forEach((character, i) => view.setUint8(at + i, character.charCodeAt(0)));
  name(0, "RIFF");
  view.setUint32(4, view.byteLength - 8, true);
  name(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 3, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * 4, true);
  view.setUint16(32, channels * 4, true);
  view.setUint16(34, 32, true);
  name(36, "data");
  view.setUint32(40, samples.length * 4, true);
  samples.forEach((sample, i) => view.setFloat32(44 + i * 4, sample, true));
  return new Uint8Array(view.buffer);
}

/** The numbers in what last_two_seconds prints for an Enter. */
function readReport(text: string) {
  const [, frames, channels, startFrame, endFrame, peak, rms] = text.match(
    /(\d+) frames of (\d+) channel\(s\): (\d+) to (\d+)\n +level +peak (\S+) dBFS, rms (\S+) dBFS/,
  )!.map(Number);
  const [, from, to] = text.match(/from +(\S+)\n +to +(\S+)\n/)!.map(Date.parse);
  return { frames, channels, startFrame, endFrame, peak, rms, milliseconds: to - from };
}

Deno.test("last_two_seconds: Enter gives what there is, and 2 seconds once they are over", async () => {
  await using place = new Place();
  await using example = start(place, "last_two_seconds", ["--allow-ffi"], "--tone");
  assertStringIncludes(await example.readUntil(/Ctrl-D to end\.\n/), "the built-in tone");
  let report;
  let reports = 0;
  do {
    await example.type("\n");
    report = readReport(await example.readUntil(/^ +to .+\n/m));
    reports++;
    assertEquals(report.channels, 1);
    assertEquals(report.endFrame - report.startFrame, report.frames);
    // The times are rounded to milliseconds.
    assertAlmostEquals(report.milliseconds, report.frames / 48, 1.01);
    // Fewer only while the ring still has its very first frame.
    if (report.frames < 96_000) assertEquals(report.startFrame, 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (report.frames < 96_000);
  assertEquals([report.frames, report.peak, report.rms], [96_000, -12, -15]);
  assert(reports > 1, "the ring was full at once");

  await example.type("\n\nno Enter behind this");
  const { code, output, errors } = await example.end();
  assertEquals(output.match(/96000 frames/g)?.length, 2);
  assertEquals([code, errors], [0, ""]);
});

Deno.test("level_meter: in a pipe a plain line a second", async () => {
  await using place = new Place();
  const args = ["--tone", "--seconds", "2"];
  const { code, output, errors } = await run(place, "level_meter", ["--allow-ffi"], ...args);
  assertEquals(output.split("\n"), [
    "The built-in tone, 48000 Hz",
    `   1 s  1: ${TONE_LINE}`,
    `   2 s  1: ${TONE_LINE}`,
    "",
  ]);
  assertEquals([code, errors], [0, ""]);
});

Deno.test("level_meter: takes a device", async () => {
  await using place = new Place();
  const args = ["--device", "null:0", "--seconds", "1"];
  const { code, output, errors } = await run(place, "level_meter", ["--allow-ffi"], ...args);
  assertMatch(output, /^NULL Capture Device, \d+ Hz\n +1 s( +\d: peak +-inf +rms +-inf dBFS)+\n$/);
  assertEquals([code, errors], [0, ""]);
});

Deno.test("level_meter: says in a line what is wrong", async () => {
  await using place = new Place();
  const wrong: [string[], RegExp][] = [
    [["--device", "null:9"], /^Cannot open the device null:9: .+\n$/],
    [["--device", "null:0", "--tone"], /^Cannot open: device is for the microphone.+\n$/],
    [["--seconds", "soon"], /^Cannot run for soon seconds: it must be a number above 0\n$/],
    [["--loud"], /^Unknown option '--loud'.*\n$/],
  ];
  for (const [args, message] of wrong) {
    const { code, output, errors } = await run(place, "level_meter", ["--allow-ffi"], ...args);
    assertMatch(errors, message);
    assertEquals([code, output], [1, ""]);
  }
});

Deno.test("file_through_ring: prints each second's level, and saves the last one", async () => {
  const rate = 44_100;
  const channels = 2;
  const loudness = [0.9, 0.3, 0.1, 0.03];
  const samples = Float32Array.from(
    { length: 3.5 * rate * channels },
    (_, i) => loudness[Math.floor(i / channels / rate)] * Math.sin(i * i),
  );
  const lines = loudness.map((_, second) => {
    const part = samples.subarray(second * rate * channels, (second + 1) * rate * channels);
    const peak = Math.max(...part.map(Math.abs));
    const rms = Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / part.length);
    const [peakDbfs, rmsDbfs] = [peak, rms].map((ratio) =>
      (20 * Math.log10(ratio)).toFixed(1).padStart(6)
    );
    return `   ${second}.0 s  peak ${peakDbfs}  rms ${rmsDbfs} dBFS`;
  });
  await using place = new Place();
  await Deno.writeFile(`${place.cwd}/in.wav`, writeWav(samples, rate, channels));

  const permissions = ["--allow-ffi", "--allow-read"];
  const played = await run(place, "file_through_ring", permissions, "in.wav", "--speed", "5");
  const heading = "in.wav: 44100 Hz, 2 channel(s), 5 x real time";
  assertEquals(played.errors, "");
  assertEquals(played.output.split("\n"), [heading, ...lines, ""]);
  assertEquals(place.files(), ["in.wav"]);

  const args = ["in.wav", "--speed", "50", "--last", "1", "--out", "out.wav"];
  permissions.push("--allow-write");
  const saved = await run(place, "file_through_ring", permissions, ...args);
  assertEquals([saved.code, saved.errors], [0, ""]);
  assertEquals(saved.output.split("\n").slice(1), [...lines, "The last 1 s are in out.wav", ""]);
  const wav = readWav(await Deno.readFile(`${place.cwd}/out.wav`));
  assertEquals([wav.tag, wav.channels, wav.sampleRate], [3, channels, rate]);
  assertEquals(wav.samples, samples.subarray(-rate * channels));
});

Deno.test("file_through_ring: says in a line what is wrong", async () => {
  await using place = new Place();
  await Deno.writeTextFile(`${place.cwd}/text.wav`, "no audio");
  const read = ["--allow-ffi", "--allow-read"];
  const wrong: [string[], string[], RegExp][] = [
    [read, [], /^Cannot play 0 files: give one WAV, FLAC or MP3\n$/],
    [read, ["none.wav"], /^Cannot open the file none\.wav: there is no such file\n$/],
    [read, ["text.wav"], /^Cannot open the file text\.wav: it is no WAV, FLAC or MP3.*\n$/],
    [read, ["text.wav", "--speed", "0"], /^Cannot use a file: speed is 0.*\n$/],
    [["--allow-ffi"], ["text.wav"], /^Requires read access to "text\.wav".*\n$/],
  ];
  for (const [permissions, args, message] of wrong) {
    const { code, errors } = await run(place, "file_through_ring", permissions, ...args);
    assertMatch(errors, message);
    assertEquals(code, 1);
  }
});

const DEMO_PERMISSIONS = ["--allow-ffi", "--allow-write=."];

/** The dots of a Braille drawing, row by row from the top. */
function readDots(lines: string[]): boolean[][] {
  const bits = [[0, 3], [1, 4], [2, 5], [6, 7]];
  return lines.flatMap((line) =>
    bits.map((pair) =>
      [...line].flatMap((character) =>
        pair.map((bit) => (character.charCodeAt(0) >> bit & 1) === 1)
      )
    )
  );
}

/** The wall clock's time of day, in milliseconds. */
function readClock(text: string): number {
  const [, hours, minutes, seconds] = text.match(/^(\d\d):(\d\d):(\d\d\.\d{3})$/)!.map(Number);
  return Math.round(((hours * 60 + minutes) * 60 + seconds) * 1000);
}

/** Checks that samples are the tone of 440 Hz and -12 dBFS, from some frame on, without a break. */
function assertTone({ samples, sampleRate }: Wav): void {
  const turn = 2 * Math.PI * 440 / sampleRate;
  const amplitude = 10 ** (-12 / 20);
  const beginsAt = (frame: number) =>
    samples.every((sample, i) =>
      Math.abs(sample - amplitude * Math.sin(turn * (frame + i))) < 1e-6
    );
  // 11 periods of the tone: after so many frames it is the same again.
  const frames = Array.from({ length: 1200 }, (_, frame) => frame);
  assertEquals(frames.filter(beginsAt).length, 1);
}

// Only on Linux does the environment decide whether there is a microphone.
if (Deno.build.os === "linux") {
  Deno.test("last_two_seconds: without a microphone it says so", async () => {
    await using place = new Place();
    const { code, output, errors } = await run(place, "last_two_seconds", ["--allow-ffi"]);
    assertStringIncludes(errors, "MicRingError: Cannot open the microphone: ");
    assertStringIncludes(errors, "or test without one with source: tone()");
    assertEquals([code, output], [1, ""]);
  });

  Deno.test("demo: without a microphone it records, draws and describes the tone", async () => {
    await using place = new Place();
    const { code, output, errors } = await run(place, "demo", DEMO_PERMISSIONS);
    assertEquals([code, errors], [0, ""]);
    assert(!output.includes(ESCAPE), "escape codes in a pipe");
    const lines = output.split("\n");
    assert(lines.every((line) => line.length <= 80 || line.startsWith("File")), output);
    const [said, shown, overview, closeUp, described] = output.split("\n\n")
      .map((part) => part.split("\n"));

    assertEquals(said[0], "There is no microphone to record:");
    assertStringIncludes(said.slice(1, -1).join(" "), "Cannot open the microphone: ");
    assertStringIncludes(said.at(-1)!, "the built-in tone, a sine of 440 Hz");

    const seconds = [1, 2, 3].map((second) => `   ${second} s  1: ${TONE_LINE}`);
    assertEquals(shown, ["The level of the tone, for 3 seconds", ...seconds]);

    assertEquals(place.files(), ["last-two-seconds.wav"]);
    const wav = readWav(await Deno.readFile(`${place.cwd}/last-two-seconds.wav`));
    assertEquals([wav.tag, wav.channels, wav.sampleRate], [3, 1, 48_000]);
    assertEquals(wav.samples.length, 96_000);
    assertTone(wav);

    assertEquals(overview[0], "The last 2 seconds");
    assertEquals(overview.slice(1).map((line) => line.length), Array(6).fill(80));
    assertEquals(overview.slice(1).map((line) => line.slice(0, 8)), [
      "+0.25 ┤ ",
      ...Array(4).fill("      │ "),
      "-0.25 ┤ ",
    ]);
    const band = readDots(overview.slice(1).map((line) => line.slice(8)));
    assertEquals(band, band.toReversed());
    assert(band.every((row) => row.every(Boolean)), "the tone does not fill its scale");

    assertEquals(closeUp[0], "The last 10 milliseconds of them");
    assertEquals(closeUp.slice(1).map((line) => line.length), Array(4).fill(80));
    const curve = readDots(closeUp.slice(1).map((line) => line.slice(8)));
    const amplitude = 10 ** (-12 / 20);
    wav.samples.subarray(-480).forEach((sample, i) => {
      const column = Math.floor(i * 144 / 480);
      const row = (1 - sample / amplitude) / 2 * 15;
      const drawn = [Math.floor(row + 1e-3), Math.ceil(row - 1e-3)].some((at) => curve[at][column]);
      assert(drawn, `sample ${i} is not drawn`);
    });
    assert(curve.flat().filter(Boolean).length < curve.flat().length / 2, "the curve is a block");

    const facts = new Map(described.map((line) => [line.slice(0, 13).trim(), line.slice(13)]));
    const start = readClock(facts.get("Start")!);
    const end = readClock(facts.get("End")!);
    const day = 24 * 60 * 60 * 1000;
    assertAlmostEquals((end - start + day) % day, 2000, 1.01);
    facts.delete("Start");
    facts.delete("End");
    facts.delete("");
    assertEquals(Object.fromEntries(facts), {
      "Peak": "-12.0 dBFS",
      "RMS": "-15.0 dBFS",
      "Duration": "2 s, 96000 frames",
      "Sample rate": "48000 Hz",
      "Channels": "1",
      "Device": "none: the built-in tone",
      "File": `${place.cwd}/last-two-seconds.wav`,
    });
  });

  Deno.test("demo: Ctrl-C ends it, the cursor back and nothing written", async () => {
    await using place = new Place();
    await using example = startInTerminal(place, 100, "demo", DEMO_PERMISSIONS);
    await example.readUntil(/█/);
    await example.type(CTRL_C);
    const { code, output } = await example.result();
    assert(output.endsWith(SHOW_CURSOR), output);
    assertEquals([code, place.files()], [0, []]);
  });

  Deno.test("demo: in a terminal it draws in colour, as wide as the terminal", async () => {
    await using place = new Place();
    await using example = startInTerminal(place, 100, "demo", DEMO_PERMISSIONS);
    const { code, output } = await example.result();
    const drawn = output.split("\r\n").filter((line) => /[\u2800-\u28ff]/.test(line));
    assertEquals(drawn.map((line) => stripAnsiCode(line).length), Array(10).fill(100));
    assert(drawn.every((line) => line.includes("\x1b[36m")), "no colour");
    assert(output.indexOf(SHOW_CURSOR) < output.indexOf(drawn[0]), "the cursor is hidden");
    assertEquals(code, 0);
  });

  Deno.test("level_meter: in a terminal it redraws bars of its width", async () => {
    await using place = new Place();
    const args = ["--tone", "--seconds", "0.5"];
    await using example = startInTerminal(place, 60, "level_meter", ["--allow-ffi"], ...args);
    const { code, output } = await example.result();
    const [heading, ...bars] = output.split("\r\n");
    assertEquals(heading, "The built-in tone, 48000 Hz");
    const end = bars.pop()!;
    assertEquals(bars.length, 10);
    assert(bars[0].startsWith(`${HIDE_CURSOR}\x1b[?7l\r\x1b[K  1 `), bars[0]);
    for (const line of bars.slice(1)) assert(line.startsWith("\x1b[1A\r\x1b[K  1 "), line);
    // The first one may still be too early for 50 ms.
    const last = bars.at(-1)!.replace("\x1b[1A\r\x1b[K", "");
    assert(last.includes("\x1b[32m█"), "no colour");
    assertEquals(stripAnsiCode(last), `  1 ${"█".repeat(19)}▒│${"·".repeat(5)}  ${TONE_LINE}`);
    assertEquals(end, `\r\x1b[K\x1b[?7h${SHOW_CURSOR}`);
    assertEquals(code, 0);
  });

  Deno.test("level_meter: in a terminal NO_COLOR leaves the bars plain", async () => {
    await using place = new Place();
    place.env.NO_COLOR = "1";
    const args = ["--tone", "--seconds", "0.5"];
    await using example = startInTerminal(place, 60, "level_meter", ["--allow-ffi"], ...args);
    const { output } = await example.result();
    assertStringIncludes(output, TONE_LINE);
    const colours = output.split(ESCAPE).filter((part) => /^\[\d+m/.test(part));
    assertEquals(colours, []);
  });

  Deno.test("level_meter: Ctrl-C ends it, the cursor back", async () => {
    await using place = new Place();
    await using example = startInTerminal(place, 60, "level_meter", ["--allow-ffi"], "--tone");
    await example.readUntil(/█/);
    await example.type(CTRL_C);
    const { code, output } = await example.result();
    assert(output.endsWith(`\r\x1b[K\x1b[?7h${SHOW_CURSOR}`), output);
    assertEquals(code, 0);
  });
}
