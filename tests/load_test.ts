import { assert, assertEquals } from "@std/assert";
import { LoadRoom, packedHere, type Said } from "./_load_room.ts";
import { haveTools } from "./_tools.ts";

const ALONE = ["--allow-ffi"];

/** A script's beginning: what it may use to look at rings sample by sample. */
const HEAD = `
  import { MicRing, MicRingError, sequence, tone } from "./mod.ts";

  const counts = ({ samples, startFrame, frames }) =>
    frames > 0 && samples.every((sample, i) => sample === startFrame + i);

  const sounds = ({ samples, startFrame, frames, sampleRate }) => {
    const turn = 2 * Math.PI * 440 / sampleRate;
    const expected = (i) => 10 ** (-12 / 20) * Math.sin(turn * (startFrame + i));
    return frames > 0 && samples.every((sample, i) => Math.abs(sample - expected(i)) < 1e-6);
  };

  async function count() {
    await using ring = await MicRing.open({ seconds: 1, source: sequence() });
    return counts(ring.snapshot());
  }
`;

const CLEAN = (out: string): Said => ({ out, err: "" });

async function inRoom(test: (room: LoadRoom) => Promise<void>): Promise<void> {
  await using room = await LoadRoom.create(await packedHere());
  await test(room);
}

Deno.test("the packed library loads with --allow-ffi alone: twice at once, after close, again", () =>
  inRoom(async (room) => {
    const script = `${HEAD}
      {
        await using ring = await MicRing.open({
          seconds: 1,
          source: tone({ frequency: 440, levelDbfs: -12 }),
        });
        console.log(sounds(ring.snapshot()));
      }
      console.log(await Promise.all([count(), count()]), await count());
      const devices = await MicRing.devices({ backend: "null" });
      console.log(devices.map(({ backend }) => backend));
    `;
    assertEquals(await room.run(script, ALONE), CLEAN('true\n[ true, true ] true\n[ "null" ]\n'));
  }));

Deno.test("what is called often is made for it, and nothing is opened while a ring is", () =>
  inRoom(async (room) => {
    const script = `${HEAD}
      import { push } from "./mod.ts";

      const made = [];
      let opened = 0;
      const dlopen = Deno.dlopen;
      Deno.dlopen = (path, functions) => {
        const library = dlopen(path, functions);
        opened++;
        for (const [name, { type }] of Object.entries(functions)) if (!type) made.push(name);
        return library;
      };
      await using ring = await MicRing.open({ seconds: 1, source: push(), sampleRate: 8000 });
      const before = opened;
      const right = [];
      for (let i = 0; i < 20; i++) {
        ring.push(Float32Array.from({ length: 100 }, (_, k) => 100 * i + k));
        const taken = ring.snapshot();
        right.push(counts(taken) && taken.endFrame === 100 * (i + 1));
        right.push(ring.peek({ seconds: 0.005 }, (samples) => samples[39] === taken.endFrame - 1));
        await ring.pause();
        await ring.resume();
      }
      console.log(right.length, right.every(Boolean), opened - before);
      const times = (name) => made.filter((other) => other === "micring_" + name).length;
      console.log(["push", "snapshot_at", "holds", "pause", "open_push"].map(times));
    `;
    assertEquals(await room.run(script, ALONE), CLEAN("40 true 0\n[ 1, 1, 1, 0, 0 ]\n"));
  }));

Deno.test("a snapshot is written at once after the last ring is closed, but not before the first", () =>
  inRoom(async (room) => {
    const script = `${HEAD}
      import { Snapshot } from "./mod.ts";

      const bare = new Snapshot({
        samples: Float32Array.of(0.25, -0.5), format: "f32", channels: 1, sampleRate: 8000,
        startFrame: 0, startTime: 0, endTime: 0, gaps: [],
      });
      try {
        bare.toWav();
      } catch (error) {
        console.log(error instanceof MicRingError, error.code, error.message);
      }
      await count();
      const wav = bare.toWav();
      console.log(new Float32Array(wav.buffer.slice(-8)));
    `;
    const says = "Cannot load the native library at once: nothing has loaded it before. Wait for " +
      "MicRing.open() or MicRing.devices() first";
    assertEquals(
      await room.run(script, ALONE),
      CLEAN(`true library-missing ${says}\nFloat32Array(2) [ 0.25, -0.5 ]\n`),
    );
  }));

const WORKER = `${HEAD}
  import { holdLibrary } from "./ffi/_library.ts";

  self.onmessage = async ({ data: gate }) => {
    // All of them go on at the same moment.
    if (gate !== undefined) {
      Atomics.add(gate, 0, 1);
      while (Atomics.load(gate, 0) < gate.length);
    }
    await using ring = await MicRing.open({ seconds: 1, source: sequence() });
    using library = holdLibrary();
    // Where the copy is that this Worker's calls go to.
    const text = library.native.micring_miniaudio_version();
    self.postMessage([String(Deno.UnsafePointer.value(text)), counts(ring.snapshot())]);
  };
  self.postMessage("ready");
`;

/** Runs so many Workers, which begin at the same moment, and says what each has found. */
const WORKERS = `
  const next = (worker) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
  });
  async function runWorkers(count) {
    const workers = Array.from({ length: count }, () =>
      new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }));
    await Promise.all(workers.map(next));
    const gate = new Int32Array(new SharedArrayBuffer(4 * count));
    const found = workers.map(next);
    for (const worker of workers) worker.postMessage(gate);
    const answers = await Promise.all(found);
    for (const worker of workers) worker.terminate();
    return answers;
  }
`;

/** Deno lets a Worker read only what it may read, even its own script. */
const WITH_WORKERS = (room: LoadRoom) => [...ALONE, `--allow-read=${room.path}`];

Deno.test("the packed library loads in Workers, before, beside and after the main thread", () =>
  inRoom(async (room) => {
    await Deno.writeTextFile(`${room.path}/worker.ts`, WORKER);
    const script = `${HEAD}${WORKERS}
      const first = await runWorkers(1);
      const beside = await Promise.all([count(), runWorkers(2)]);
      const last = [await count(), ...await runWorkers(1)];
      console.log(first[0][1], beside[0], beside[1][0][1], beside[1][1][1], last[0], last[1][1]);
      const places = [first, beside[1], last.slice(1)].flat().map(([place]) => place);
      console.log(places.length, new Set(places).size);
    `;
    assertEquals(
      await room.run(script, WITH_WORKERS(room)),
      CLEAN("true true true true true true\n4 1\n"),
    );
  }));

const ROUNDS = 50;

Deno.test("Workers that load at the same moment use one copy", () =>
  inRoom(async (room) => {
    await Deno.writeTextFile(`${room.path}/worker.ts`, WORKER);
    const script = `${WORKERS}
      const answers = await runWorkers(4);
      console.log(answers.every(([_, right]) => right), new Set(answers.map(([at]) => at)).size);
    `;
    for (let round = 0; round < ROUNDS; round++) {
      assertEquals(await room.run(script, WITH_WORKERS(room)), CLEAN("true 1\n"), `round ${round}`);
    }
  }));

Deno.test("no descriptor stays open, and a process loads one copy and no more", () =>
  inRoom(async (room) => {
    if (Deno.build.os !== "linux") return;
    await Deno.writeTextFile(`${room.path}/worker.ts`, WORKER);
    const script = `${HEAD}${WORKERS}
      const links = () => [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => {
        try {
          return Deno.readLinkSync("/proc/self/fd/" + name);
        } catch {
          return "";
        }
      }).filter((link) => link.includes("micring"));
      const copies = () => Deno.readTextFileSync("/proc/self/maps").split("\\n")
        .filter((line) => line.includes("micring") && line.includes("r-x")).length;
      for (let i = 0; i < 3; i++) {
        console.log(await count(), links(), copies());
        // The next descriptor has another number.
        Deno.openSync("/dev/null");
        await runWorkers(1);
      }
    `;
    const said = await room.run(script, ["--allow-all"]);
    assertEquals(said, CLEAN("true [] 1\n".repeat(3)));
  }));

/** What a process asked of the system: the calls of its log, each once. */
async function callsOf(log: string): Promise<string[]> {
  const lines = (await Deno.readTextFile(log)).split("\n");
  return lines.map((line) => line.replace(/^\d+ +/, ""));
}

Deno.test("loading writes no file and calls nobody", async () => {
  if (Deno.build.os !== "linux" || !await haveTools(["strace"], "strace")) return;
  await inRoom(async (room) => {
    const calls = "open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat," +
      "symlink,symlinkat,mknod,mknodat,unlink,unlinkat,socket,connect,bind,sendto,memfd_create";
    const traced = async (script: string) => {
      const log = `${room.path}/calls`;
      const strace = ["strace", "-f", "-qq", "-s", "256", "-e", `trace=${calls}`, "-o", log];
      // The first run fills Deno's own caches.
      await room.run(script, ALONE);
      assertEquals(await room.run(script, ALONE, strace), CLEAN("true\n"));
      return await callsOf(log);
    };
    const loaded = await traced(`${HEAD} console.log(await count());`);
    const made = loaded.filter((call) => call.startsWith("memfd_create"));
    assertEquals(made.length, 1, made.join("\n"));
    const denoDir = new RegExp(String.raw`"[^"]*/deno/|"${room.path}/script-`);
    const writes = loaded.filter((call) =>
      !call.startsWith("memfd_create") && !/^open.*\bO_RDONLY\b/.test(call) &&
      /^\w+\(/.test(call) && !denoDir.test(call)
    );
    const idle = new Set(await traced(`${HEAD} console.log(true);`));
    assertEquals(writes.filter((call) => !idle.has(call)), []);
    assert(idle.size > 1);
  });
});
