import { assertEquals, assertThrows } from "@std/assert";
import { windowsLoader } from "../ffi/_load_windows.ts";
import { MicRingError } from "../mod.ts";
import { FakeWindows, LIBRARY, TEMP, USUAL } from "./_fake_windows.ts";

Deno.test("Windows: a library is written whole under its name, and loaded from there", () => {
  const windows = new FakeWindows();
  windows.loadFrom(USUAL);
  assertEquals([...windows.files], [[USUAL, LIBRARY.bytes]]);
});

Deno.test("Windows: one that is there already, and right, is not written again", () => {
  const windows = new FakeWindows();
  windows.files.set(USUAL, LIBRARY.bytes);
  windows.room = 0;
  windows.loadFrom(USUAL);
});

const changed = LIBRARY.bytes.with(500, 1);
for (
  const [what, bytes] of [
    ["of which one byte is another", changed],
    ["that is cut off", LIBRARY.bytes.slice(0, -1)],
    ["that is longer", Uint8Array.of(...LIBRARY.bytes, 0)],
    ["that is empty", new Uint8Array()],
  ] as const
) {
  Deno.test(`Windows: one ${what} is replaced`, () => {
    const windows = new FakeWindows();
    windows.files.set(USUAL, bytes);
    windows.loadFrom(USUAL);
    assertEquals([...windows.files], [[USUAL, LIBRARY.bytes]]);
  });

  Deno.test(`Windows: for one ${what} and is in use, another directory is taken`, () => {
    const windows = new FakeWindows();
    windows.files.set(USUAL, bytes);
    windows.inUse.add(USUAL);
    const own = `${TEMP}micring-4711-1`;
    windows.loadFrom(`${own}\\${LIBRARY.fileName}`);
    assertEquals(windows.directories, [own]);
    assertEquals(windows.files.get(USUAL), bytes);
  });
}

Deno.test("Windows: Workers that load at once go to the same place, past what is wrong there", () => {
  const windows = new FakeWindows();
  windows.files.set(USUAL, changed);
  windows.inUse.add(USUAL);
  // Left by an earlier process of this number.
  const first = `${TEMP}micring-4711-1\\${LIBRARY.fileName}`;
  windows.files.set(first, changed);
  windows.inUse.add(first);
  const place = `${TEMP}micring-4711-2\\${LIBRARY.fileName}`;
  for (const _ of ["one Worker", "another"]) {
    // Neither has seen the other's when it looked.
    windows.loads.length = 0;
    windowsLoader(windows.system).load(LIBRARY);
    assertEquals(windows.loads, [`opened ${place}`, `kept ${place}`, `closed ${place}`]);
  }
});

Deno.test("Windows: where every place is taken, that is said", () => {
  const windows = new FakeWindows();
  const own = [1, 2, 3].map((number) => `${TEMP}micring-4711-${number}\\${LIBRARY.fileName}`);
  for (const path of [USUAL, ...own]) {
    windows.files.set(path, changed);
    windows.inUse.add(path);
  }
  windows.refuses(`what is written to ${TEMP} is changed at once`);
});

Deno.test("Windows: where another process is first, its file is taken if it is right", () => {
  for (const bytes of [LIBRARY.bytes, changed]) {
    const windows = new FakeWindows();
    windows.beforeMove = () => {
      if (windows.inUse.has(USUAL)) return;
      windows.files.set(USUAL, bytes);
      windows.inUse.add(USUAL);
    };
    const own = `${TEMP}micring-4711-1\\${LIBRARY.fileName}`;
    windows.loadFrom(bytes === changed ? own : USUAL);
  }
});

Deno.test("Windows: a file that somebody is writing to is not waited for", () => {
  const windows = new FakeWindows();
  windows.files.set(USUAL, new Uint8Array());
  windows.inUse.add(USUAL);
  windows.open.set(1n, { path: USUAL, access: 0x40000000, share: 0, at: 0 });
  using loader = windowsLoader({
    ...windows.system,
    dlopen(path) {
      windows.open.delete(1n);
      return windows.system.dlopen(path);
    },
  });
  assertEquals(loader.load(LIBRARY), LIBRARY.fileName);
  assertEquals(
    windows.modules.get(LIBRARY.fileName),
    `${TEMP}micring-4711-1\\${LIBRARY.fileName}`,
  );
});

Deno.test("Windows: a full disk and a directory that is not there are said", () => {
  const full = new FakeWindows();
  full.room = 600;
  full.refuses(`${TEMP}micring-random-1.tmp cannot be written`);
  const none = new FakeWindows();
  none.temp = "";
  none.refuses("there is no temporary directory");
  const long = new FakeWindows();
  long.temp = `C:\\${"x".repeat(300)}\\`;
  long.refuses("there is no temporary directory");
});

Deno.test("Windows: what it does not load is said in its words", () => {
  const windows = new FakeWindows();
  using loader = windowsLoader({
    ...windows.system,
    dlopen() {
      throw new Error("Could not open library: Could not open library: LoadLibrary failed.\r\n");
    },
  });
  const error = assertThrows(() => loader.load(LIBRARY), MicRingError);
  assertEquals(error.message.includes("from a file: LoadLibrary failed. Make room"), true);
  assertEquals(windows.open.size, 0);
});
