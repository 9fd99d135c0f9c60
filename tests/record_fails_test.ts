import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { rotatedPath } from "../ffi/recording.ts";
import { startRecording } from "../ffi/record_to.ts";
import { MicRing, MicRingError, push, type RecordOptions, Snapshot } from "../mod.ts";
import { denoDir } from "./_deno_dir.ts";
import { FakeFeed, rampAt } from "./_fake_feed.ts";
import { inFolder, namesIn, sidecarOf } from "./_in_folder.ts";
import { difference } from "./_signal.ts";
import { until } from "./_wait.ts";
import { floatsOf, readWav } from "./_wav_reader.ts";

/* What stands in the way of a file, and what is left then. */

const linux = Deno.build.os === "linux";

function ramp(from: number, to: number): Float32Array {
  return Float32Array.from({ length: to - from }, (_, i) => rampAt("f32", from + i));
}

function start(feed: FakeFeed, path: string, options: RecordOptions = {}) {
  return startRecording(feed, 0, path, options, () => undefined);
}

async function samplesOf(path: string): Promise<Float32Array> {
  return floatsOf(readWav(await Deno.readFile(path)));
}

function snapshotOf(frames: number): Snapshot {
  const parts = { format: "f32", channels: 1, sampleRate: 1000, startFrame: 0 } as const;
  return new Snapshot({ ...parts, samples: ramp(0, frames), startTime: 0, endTime: frames });
}

Deno.test("a JSON that is there is somebody's: it stays, and no WAV is begun", () =>
  inFolder(async (folder) => {
    const path = `${folder}/mine.wav`;
    await Deno.writeTextFile(`${path}.json`, "mine");
    const feed = new FakeFeed();
    const ways = [
      (options = {}) => snapshotOf(10).saveTo(path, options),
      async (options = {}) => void await (await start(feed, path, options)).stop(),
    ];
    for (const write of ways) {
      await Deno.writeTextFile(`${path}.json`, "mine");
      const error = await assertRejects(write, MicRingError, 'of that name with ".json" behind it');
      assertEquals(error.code, "file-write-failed");
      assert(error.cause instanceof Deno.errors.AlreadyExists, `${error.cause}`);
      assertEquals(await Deno.readTextFile(`${path}.json`), "mine");
      assertEquals(await namesIn(folder), ["mine.wav.json"]);
      await write({ exists: "replace" });
      assertEquals((await sidecarOf(path)).file, "mine.wav");
      await Deno.remove(path);
    }
  }));

Deno.test("what replaces a file is not removed if it fails: it may be no file", () =>
  inFolder(async (folder) => {
    const path = `${folder}/there.wav`;
    const replace = { exists: "replace" } as const;
    await Deno.mkdir(`${path}.json`);
    await assertRejects(() => snapshotOf(10).saveTo(path, replace), MicRingError);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["there.wav.json"]);
    await Deno.remove(`${path}.json`);
    await snapshotOf(10).saveTo(path);
    await Deno.remove(`${path}.json`);
    await Deno.mkdir(`${path}.json`);
    await assertRejects(() => snapshotOf(20).saveTo(path, replace), MicRingError);
    assertEquals(difference(await samplesOf(path), ramp(0, 10)), undefined);
  }));

Deno.test("what replaces a file on a full disk leaves nothing that is wrong", () =>
  inFolder(async (folder) => {
    if (!linux) return console.log("skipped: it takes a device of the system");
    const replace = { exists: "replace" } as const;
    const [full, beside] = [`${folder}/full.wav`, `${folder}/beside.wav`];
    await Deno.symlink("/dev/full", full);
    await snapshotOf(10).saveTo(beside);
    await Deno.remove(`${beside}.json`);
    await Deno.symlink("/dev/full", `${beside}.json`);
    const ways: ((path: string) => Promise<unknown>)[] = [
      (path) => start(new FakeFeed(), path, replace),
      (path) => snapshotOf(20).saveTo(path, replace),
    ];
    const samples = [ramp(0, 10)];
    for (const write of ways) {
      for (const path of [full, beside]) {
        await assertRejects(() => write(path), MicRingError, "No space left on device");
      }
      // No JSON beside what could not be begun; a recording begins with the JSON.
      assertEquals(await namesIn(folder), ["beside.wav", "beside.wav.json", "full.wav"]);
      assertEquals((await Deno.lstat(full)).isSymlink, true);
      const expected = samples.pop();
      if (expected === undefined) assertEquals((await Deno.stat(beside)).size, 0);
      else assertEquals(difference(await samplesOf(beside), expected), undefined);
    }
  }));

Deno.test("a folder that nobody may write to is told", async () => {
  // Who runs the tests may be allowed to write to any of a disk.
  if (!linux) return console.log("skipped: it takes a folder of the system");
  await using ring = await MicRing.open({ seconds: 1, source: push() });
  const ways = [() => ring.recordTo("/sys/no.wav"), () => snapshotOf(10).saveTo("/sys/no.wav")];
  for (const write of ways) {
    const error = await assertRejects<MicRingError>(write, MicRingError, "/sys/no.wav: ");
    assertEquals(error.code, "file-write-failed");
    assertMatch(error.message, /Permission denied|Read-only file system/);
  }
  assertEquals(ring.state, "running");
});

Deno.test("a file that is removed while it is written is told", () =>
  inFolder(async (folder) => {
    const feed = new FakeFeed();
    const [early, late] = [`${folder}/early.wav`, `${folder}/late.wav`];
    const recordings = [await start(feed, early), await start(feed, late)];
    const finished = recordings.map((recording) => recording.finished);
    feed.writeRamp(500);
    await until("it is written", () => recordings.every(({ frames }) => frames === 500));
    await Deno.remove(early);
    feed.writeRamp(500);
    const gone = await assertRejects(() => finished[0], MicRingError, "is not there any more");
    assertEquals(gone.code, "file-write-failed");
    assert(gone.message.startsWith(`Cannot record to ${early}: `), gone.message);
    await until("it is written", () => recordings[1].frames === 1000);
    await Deno.remove(late);
    await assertRejects(() => recordings[1].stop(), MicRingError, "is not there any more");
  }));

Deno.test("the file that cannot be begun is told, and those before it are whole", () =>
  inFolder(async (folder) => {
    const path = `${folder}/part.wav`;
    for (const way of ["taken", "gone"]) {
      const feed = new FakeFeed({ startTime: way === "taken" ? 0 : 5000 });
      const recording = await start(feed, path, { rotate: { seconds: 1 } });
      const { finished } = recording;
      const [first] = recording.files;
      const second = rotatedPath(path, feed.timeAt(1000));
      feed.writeRamp(1000);
      await until("it is written", () => recording.frames === 1000);
      if (way === "taken") await Deno.writeTextFile(second, "mine");
      else await Deno.rename(folder, `${folder}-away`);
      feed.writeRamp(500);
      const error = await assertRejects(() => finished, MicRingError);
      if (way === "gone") await Deno.rename(`${folder}-away`, folder);
      const why = way === "gone" ? "the folder is not there" : "there is a file of that name";
      assert(error.message.startsWith(`Cannot record to ${second}: ${why}`), error.message);
      assertEquals([recording.path, recording.files], [first, [first]]);
      assertEquals(difference(await samplesOf(first), ramp(0, 1000)), undefined);
      const { finished: whole, frames } = await sidecarOf(first);
      assertEquals([whole, frames], [true, 1000]);
      if (way === "taken") assertEquals(await Deno.readTextFile(second), "mine");
    }
  }));

const RUN = ["run", "--quiet", "--no-check", "--allow-ffi", "--allow-write", "--no-prompt"];
const ENV = { DENO_DIR: denoDir(), NO_COLOR: "1" };
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const pathOf = (program: string) => new URL(program, import.meta.url).pathname;

Deno.test("a removed file is noticed without the permission to read it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/gone.wav`;
    const child = new Deno.Command(Deno.execPath(), {
      args: [...RUN, pathOf("_recording_child.ts"), path, "{}", "watch"],
      env: ENV,
      stdout: "piped",
    }).spawn();
    const said = child.stdout.getReader();
    assertEquals(text((await said.read()).value), "recording\n");
    await Deno.remove(path);
    assertEquals(
      text((await said.read()).value),
      `file-write-failed Cannot record to ${path}: the file is not there any more running true\n`,
    );
    assertEquals((await said.read()).done, true);
    assertEquals((await child.status).code, 0);
  }));

/** Runs a program on a disk that takes 100 kB of a file; what it says. */
async function onFullDisk(program: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: [
      "-c",
      `trap '' XFSZ; ulimit -f 200; exec "$0" "$@"`,
      Deno.execPath(),
      ...RUN,
      pathOf(program),
      ...args,
    ],
    env: ENV,
  }).output();
  assertEquals(text(stderr), "");
  return text(stdout);
}

Deno.test("on a full disk a recording ends with the last frame that its header tells of", () =>
  inFolder(async (folder) => {
    if (!linux) return console.log("skipped: it takes a shell's limits");
    const path = `${folder}/full.wav`;
    const said = await onFullDisk("_recording_child.ts", path, "{}", "watch");
    assertMatch(said, /file-write-failed/);
    const { data, dataBytes, frames } = readWav(await Deno.readFile(path));
    assert(frames > 10_000, `${frames}`);
    assertEquals(data.length, dataBytes);
  }));

Deno.test("a snapshot for which there is no room leaves nothing in its way", () =>
  inFolder(async (folder) => {
    if (!linux) return console.log("skipped: it takes a shell's limits");
    const said = await onFullDisk("_record_save_child.ts", `${folder}/full.wav`);
    assertMatch(said, /^file-write-failed Cannot save a snapshot to \S+: File too large/);
    assertEquals(await namesIn(folder), []);
  }));

Deno.test("a file of somebody else's, which may not be read, is there all the same", () =>
  inFolder(async (folder) => {
    const { utime } = Deno;
    const { querySync } = Deno.permissions;
    Deno.permissions.querySync = () => ({ state: "prompt" }) as Deno.PermissionStatus;
    Deno.utime = () => Promise.reject(new Deno.errors.PermissionDenied("only its owner may"));
    try {
      const feed = new FakeFeed();
      const recording = await start(feed, `${folder}/a.wav`);
      feed.writeRamp(500);
      assertEquals((await recording.stop()).frames, 500);
    } finally {
      Deno.utime = utime;
      Deno.permissions.querySync = querySync;
    }
  }));
