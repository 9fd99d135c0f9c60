import { assert, assertEquals, assertRejects } from "@std/assert";
import { Clip, MicRing, MicRingError, type SaveOptions, sequence, Snapshot } from "../mod.ts";
import { difference, signal } from "./_signal.ts";
import { floatsOf, readWav } from "./_wav_reader.ts";
import { inFolder, sidecarOf } from "./_in_folder.ts";

const START = Date.UTC(2026, 10, 23, 6, 30, 15, 500);

const PARTS = {
  samples: signal("f32", 2, 0, 4000),
  format: "f32",
  channels: 2,
  sampleRate: 8000,
  startFrame: 1000,
  startTime: START,
  endTime: START + 500,
  timeUncertainty: 0.02,
} as const;

Deno.test("what is saved is what was there when it was asked for", () =>
  inFolder(async (folder) => {
    const samples = signal("f32", 2, 0, 4000);
    const snapshot = new Snapshot({ ...PARTS, samples });
    const options = [{}, { channels: 1 }] as const;
    const wanted = options.map((option) => snapshot.convert<"f32">(option).samples);
    // The next snapshot goes into the same array, before the files are begun.
    const saving = options.map((option, i) => snapshot.saveTo(`${folder}/${i}.wav`, option));
    samples.fill(-0.5);
    await Promise.all(saving);
    for (const [i, samples] of wanted.entries()) {
      const wav = readWav(await Deno.readFile(`${folder}/${i}.wav`));
      assertEquals(difference(floatsOf(wav), samples), undefined);
    }
  }));

/* What an older snapshot left. */
async function saveOld(path: string): Promise<Uint8Array[]> {
  await new Snapshot({ ...PARTS, samples: signal("f32", 2, 9000, 9500) }).saveTo(path);
  return await contents(path);
}

function contents(path: string): Promise<Uint8Array[]> {
  return Promise.all([path, `${path}.json`].map((name) => Deno.readFile(name)));
}

Deno.test("what cannot be replaced stays as it was", () =>
  inFolder(async (folder) => {
    const path = `${folder}/kept.wav`;
    const old = await saveOld(path);
    const program = `
      import { MicRing, Snapshot, tone } from "${new URL("../mod.ts", import.meta.url)}";
      await using ring = await MicRing.open({ seconds: 1, source: tone() });
      const options = { exists: "replace" };
      const failures = [ring.snapshot().saveTo(Deno.args[0], options), ring.recordTo(Deno.args[0], options)];
      for (const { reason } of await Promise.allSettled(failures)) console.log(reason?.code);`;
    await Deno.writeTextFile(`${folder}/child.ts`, program);
    // Not the JSON beside it.
    const allow = ["--allow-ffi", `--allow-write=${path}`, "--no-prompt", "--no-check"];
    const config = `--config=${new URL("../deno.json", import.meta.url).pathname}`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", config, ...allow, `${folder}/child.ts`, path],
      env: { NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stdout);
    assertEquals(said, "file-write-failed\nfile-write-failed\n");
    assertEquals(await contents(path), old);
  }));

Deno.test("of what could be replaced in part only, nothing is left that is wrong", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lost.wav`;
    await saveOld(path);
    const { write } = Deno.FsFile.prototype;
    let room = 20_000;
    Deno.FsFile.prototype.write = function (bytes) {
      room -= bytes.length;
      if (room < 0) return Promise.reject(new Error("No space left on device"));
      return write.call(this, bytes);
    };
    const saving = new Snapshot(PARTS).saveTo(path, { exists: "replace" });
    const refused = await assertRejects(() => saving, MicRingError, "No space left");
    Deno.FsFile.prototype.write = write;
    assertEquals(refused.code, "file-write-failed");
    // Neither half of the new audio, nor what was true of the old.
    assertEquals((await contents(path)).map(({ length }) => length), [0, 0]);
  }));

Deno.test("a snapshot is a file, and what it knows stands beside it", () =>
  inFolder(async (folder) => {
    const gap = { startFrame: 1800, endFrame: 2600, cause: "sleep", exact: false } as const;
    const snapshot = new Snapshot({ ...PARTS, gaps: [gap] });
    const path = `${folder}/it.wav`;
    await snapshot.saveTo(path);
    const wav = readWav(await Deno.readFile(path));
    assertEquals(difference(floatsOf(wav), snapshot.samples), undefined);
    assertEquals([wav.sampleRate, wav.channels, wav.startTime], [8000, 2, START]);
    assertEquals(await sidecarOf(path), {
      file: "it.wav",
      finished: true,
      start: "2026-11-23T06:30:15.500Z",
      startTime: START,
      end: "2026-11-23T06:30:16.000Z",
      endTime: START + 500,
      frames: 4000,
      timeUncertainty: 0.02,
      sampleRate: 8000,
      channels: 2,
      format: "f32",
      startFrame: 1000,
      complete: false,
      gaps: [{
        ...gap,
        startFrame: 800,
        endFrame: 1600,
        start: "2026-11-23T06:30:15.600Z",
        end: "2026-11-23T06:30:15.700Z",
      }],
    });
  }));

Deno.test("a clip tells what it is about, whatever it becomes", () =>
  inFolder(async (folder) => {
    const about = { atFrame: 3000, atTime: START + 250, missingFrames: 0 };
    const clip = new Clip({ ...PARTS, ...about });
    for (const [options, atFrame] of [[{}, 2000], [{ sampleRate: 16_000 }, 4000]] as const) {
      const path = `${folder}/${atFrame}.wav`;
      await clip.saveTo(new URL(`file://${path}`), options);
      const sidecar = await sidecarOf(path);
      assertEquals([sidecar.atFrame, sidecar.at], [atFrame, "2026-11-23T06:30:15.750Z"]);
      assertEquals(sidecar.frames, 2 * atFrame);
    }
  }));

Deno.test("it is converted on the way", () =>
  inFolder(async (folder) => {
    await using ring = await MicRing.open({ seconds: 0.5, source: sequence({ speed: 100 }) });
    const snapshot = ring.snapshot();
    const result = { sampleRate: 16_000, format: "s24", channels: 1 } as const;
    await snapshot.saveTo(`${folder}/a.wav`, result);
    const { data } = readWav(await Deno.readFile(`${folder}/a.wav`));
    const { samples, frames } = snapshot.convert(result);
    assertEquals(difference(data.subarray(0, 3 * frames), samples), undefined);
  }));

Deno.test("what cannot be saved is refused, with what to do", () =>
  inFolder(async (folder) => {
    const snapshot = new Snapshot(PARTS);
    const path = `${folder}/it.wav`;
    const bad: [unknown, unknown, new (...args: never[]) => Error, string][] = [
      [5, {}, TypeError, "the path is 5"],
      ["", {}, TypeError, "the path is empty"],
      [path, { exists: "maybe" }, TypeError, 'exists is "maybe"'],
      [path, { format: "mp3" }, TypeError, 'format is "mp3"'],
      [path, { overwrite: true }, TypeError, '"overwrite"'],
      [path, null, TypeError, "the options are null"],
    ];
    for (const [where, options, error, words] of bad) {
      await assertRejects(
        () => snapshot.saveTo(where as string, options as SaveOptions),
        error,
        words,
      );
    }
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    await snapshot.saveTo(path);
    const there = await Deno.readFile(path);
    const error = await assertRejects(() => snapshot.saveTo(path), MicRingError, "of that name");
    assertEquals(error.code, "file-write-failed");
    assertEquals(difference(await Deno.readFile(path), there), undefined);
    const half = new Snapshot({ ...PARTS, samples: signal("f32", 2, 0, 100) });
    await half.saveTo(path, { exists: "replace" });
    assertEquals(readWav(await Deno.readFile(path)).frames, 100);
    assertEquals((await sidecarOf(path)).frames, 100);
    const none = await assertRejects(() => half.saveTo(`${folder}/no/it.wav`), MicRingError);
    assert(none.message.endsWith("/no/it.wav: the folder is not there"), none.message);
    if (Deno.build.os !== "linux") return;
    // By a name of its own, so that whatever is done to the file is not done to the device.
    await Deno.symlink("/dev/full", `${folder}/full.wav`);
    const full = await assertRejects(
      () => half.saveTo(`${folder}/full.wav`, { exists: "replace" }),
      MicRingError,
    );
    assert(full.message.includes("No space left on device"), full.message);
  }));
