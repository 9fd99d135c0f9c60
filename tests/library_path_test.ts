import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { checkLibraryPath, pathOf } from "../ffi/library_path.ts";
import { holdLibrary } from "../ffi/_library.ts";
import { MicRing, MicRingError, push, sequence } from "../mod.ts";
import { libraryUrl } from "../native/build.ts";
import { bytesOf, LoadRoom, packedHere } from "./_load_room.ts";

const ACTION = "open";

Deno.test("a library's path is taken as text or as a file: URL, and a bare name is a file", () => {
  const check = (value: unknown) => checkLibraryPath(ACTION, value);
  assertEquals(check("/a b/lib.so"), "/a b/lib.so");
  assertEquals(check("lib.so"), "./lib.so");
  assertEquals(check("../lib.so"), "../lib.so");
  if (Deno.build.os === "windows") return;
  assertEquals(check(new URL("file:///a%20b/lib.so")), "/a b/lib.so");
  assertEquals(check("file:///a%20b/lib.so"), "/a b/lib.so");
});

Deno.test("a file: URL is a path of Windows there", () => {
  const path = (url: string) => pathOf("test", new URL(url), true);
  assertEquals(path("file:///C:/a%20b/lib.dll"), "C:\\a b\\lib.dll");
  assertEquals(path("file://server/share/lib.dll"), "\\\\server\\share\\lib.dll");
  assertEquals(path("file:///C:/100%/%zz%41.dll"), "C:\\100%\\%zzA.dll");
});

for (
  const [value, says] of [
    [5, "libraryPath is 5, not a path or a file: URL"],
    [null, "libraryPath is null, not a path or a file: URL"],
    [{}, "libraryPath is an object of type Object, not a path or a file: URL"],
    ["", "libraryPath is empty"],
    ["a\0b", "libraryPath is text with a NUL character in it"],
    ["file:///a%FFb", "file:///a%FFb has escapes that are no UTF-8"],
    ["file:///a%00b", "libraryPath is text with a NUL character in it"],
    [new URL("https://x.test/lib.so"), "libraryPath is https://x.test/lib.so, and must be a path"],
  ] as const
) {
  Deno.test(`a library's path that is ${Deno.inspect(value)} is refused at every door`, async () => {
    // deno-lint-ignore no-explicit-any
    const libraryPath = value as any;
    const open = () => MicRing.open({ seconds: 1, source: sequence(), libraryPath });
    await assertRejects(open, TypeError, `Cannot open: ${says}`);
    const list = () => MicRing.devices({ libraryPath });
    await assertRejects(list, TypeError, `Cannot list the devices: ${says}`);
    const watch = () => MicRing.watchDevices({ libraryPath });
    assertThrows(watch, TypeError, `Cannot watch the devices: ${says}`);
    await using ring = await MicRing.open({ seconds: 1, source: sequence() });
    const attach = () => MicRing.attach({ ...ring.share(), libraryPath });
    await assertRejects(attach, TypeError, `Cannot attach to the ring: ${says}`);
  });
}

const HEAD = `
  import { MicRing, MicRingError, sequence } from "./mod.ts";

  async function count(libraryPath) {
    try {
      await using ring = await MicRing.open({ seconds: 1, source: sequence(), libraryPath });
      const { samples, startFrame } = ring.snapshot();
      console.log(samples.every((sample, i) => sample === startFrame + i));
    } catch (error) {
      console.log(error instanceof MicRingError ? error.code : error.name, error.message);
    }
  }
`;

/** A room with no library of its own, and one beside it that is named. */
async function inRoom(test: (room: LoadRoom, path: string) => Promise<void>): Promise<void> {
  await using room = await LoadRoom.create();
  const path = `${room.path}/my library.so`;
  await Deno.writeFile(path, await bytesOf(await packedHere()));
  await test(room, path);
}

Deno.test("the library is loaded from the path that is named, wherever it can be named", () =>
  inRoom(async (room, path) => {
    const script = `${HEAD}
      const libraryPath = ${JSON.stringify(path)};
      await count(libraryPath);
      await count(new URL("./my library.so", import.meta.url));
      await count("./" + "my library.so");
      const devices = await MicRing.devices({ backend: "null", libraryPath });
      console.log(devices.map(({ backend }) => backend));
      const signal = AbortSignal.timeout(300);
      const options = { backend: "null", interval: 0.1, libraryPath, signal };
      for await (const change of MicRing.watchDevices(options)) console.log(change);
      await count();
    `;
    const { target } = Deno.build;
    const none = "library-missing Cannot load the native library: neither native/build/" +
      `${target} nor native/packed/${target}.js is there. Build it with: deno task build`;
    // The third is relative to the folder that the process is in, where there is none.
    const { out, err } = await room.run(script, ["--allow-ffi"]);
    assertEquals(err, "");
    const [first, second, third, ...rest] = out.trimEnd().split("\n");
    assertEquals([first, second, ...rest], ["true", "true", '[ "null" ]', none]);
    assertMatch(third, /^library-missing Cannot load the native library \.\/my library\.so: /);
  }));

Deno.test("a Worker attaches with the library that the ring's owner has named", () =>
  inRoom(async (room, path) => {
    const script = `${HEAD}
      const libraryPath = ${JSON.stringify(path)};
      const code = \`
        import { MicRing } from "\${import.meta.resolve("./mod.ts")}";
        self.onmessage = async ({ data }) => {
          await using ring = await MicRing.attach(data);
          const { samples, startFrame } = ring.snapshot();
          self.postMessage(samples.every((sample, i) => sample === startFrame + i));
        };
      \`;
      await using ring = await MicRing.open({ seconds: 1, source: sequence(), libraryPath });
      const url = "data:application/javascript," + encodeURIComponent(code);
      const worker = new Worker(url, { type: "module" });
      worker.postMessage(ring.share());
      console.log(await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data)));
      worker.terminate();
    `;
    const said = await room.run(script, ["--allow-ffi", "--allow-read"]);
    assertEquals(said, { out: "true\n", err: "" });
  }));

Deno.test("a named file that is missing or no library of MicRing's is refused", () =>
  inRoom(async (room, path) => {
    await Deno.writeTextFile(`${room.path}/text.so`, "no library");
    const cut = (await Deno.readFile(path)).slice(0, 40);
    await Deno.writeFile(`${room.path}/cut.so`, cut);
    const others = Deno.build.os === "linux" ? ["libm.so.6"] : [];
    const names = ["none.so", "text.so", "cut.so", ""].map((name) => `${room.path}/${name}`);
    for (const other of others) {
      // Its real path: a bare name is not looked for.
      const maps = await Deno.readTextFile("/proc/self/maps");
      const found = maps.split("\n").find((line) => line.endsWith(`/${other}`));
      names.push(found!.slice(found!.indexOf("/")));
    }
    for (const name of names) {
      const { out, err } = await room.run(`${HEAD} await count(${JSON.stringify(name)});`, [
        "--allow-ffi",
      ]);
      assertEquals(err, "");
      assert(out.startsWith(`library-missing Cannot load the native library ${name}: `), out);
      assertMatch(
        out,
        /\. Its path was given as libraryPath: it must be MicRing's library for .*, of this version\n$/,
      );
    }
  }));

Deno.test("one library at a time: another path is refused until all of the first is closed", () =>
  inRoom(async (room, path) => {
    const other = `${room.path}/other.so`;
    await Deno.copyFile(path, other);
    const script = `${HEAD}
      const one = ${JSON.stringify(path)}, two = ${JSON.stringify(other)};
      const options = { seconds: 1, source: sequence() };
      const opening = MicRing.open({ ...options, libraryPath: one });
      await count(two);
      const ring = await opening;
      await count(two);
      await count(one);
      await count();
      const devices = () => MicRing.devices({ backend: "null", libraryPath: two });
      await devices().catch(({ code }) => console.log(code));
      await ring.close();
      await count(two);
      await Promise.all([count("/nowhere.so"), count(two)]);
    `;
    const refused =
      `library-conflict Cannot load the native library ${other}: ${path} is in use. ` +
      "Close what was opened with it, or name the same libraryPath everywhere";
    const expected = [refused, refused, "true", "true", "library-conflict", "true", "true", ""];
    const { out, err } = await room.run(script, ["--allow-ffi"]);
    const lines = out.split("\n");
    // Whoever comes while another one's library turns out to be none gets its own.
    const [missing] = lines.splice(6, 1);
    assert(missing.startsWith("library-missing Cannot load the native library /nowhere.so"), out);
    assertEquals([lines, err], [expected, ""]);
  }));

Deno.test("another library than the module's own is refused while that is in use", async () => {
  const options = { seconds: 1, source: sequence() };
  await using _ring = await MicRing.open(options);
  const libraryPath = "/nowhere/libmicring.so";
  const used = pathOf("test", libraryUrl);
  const error = await assertRejects(
    () => MicRing.open({ ...options, libraryPath }),
    MicRingError,
    `Cannot load the native library ${libraryPath}: ${used} is in use. Close what was opened`,
  );
  assertEquals(error.code, "library-conflict");
  // The module's own by its path is the same.
  await using named = await MicRing.open({ ...options, libraryPath: libraryUrl });
  const { samples, startFrame } = named.snapshot();
  assert(samples.every((sample, i) => sample === startFrame + i));
});

Deno.test("a hold of the library that is disposed of twice is one hold less, and not two", async () => {
  await using ring = await MicRing.open({ seconds: 1, source: push() });
  const hold = holdLibrary();
  hold[Symbol.dispose]();
  hold[Symbol.dispose]();
  // The ring's own is left: it is still in use.
  const other = () => MicRing.devices({ libraryPath: "/none/libmicring.so" });
  await assertRejects(other, MicRingError, "is in use");
  ring.push(new Float32Array(10));
  assertEquals(ring.snapshot().frames, 10);
});
