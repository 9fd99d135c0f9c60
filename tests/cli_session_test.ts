import { assert, assertEquals, assertMatch } from "@std/assert";
import { onCommandLine, sentence } from "../cli/sentence.ts";
import { ended } from "../cli/session.ts";
import { endToEnd, runCli, SEQUENCE, wavsIn } from "./_cli.ts";
import { inFolder } from "./_in_folder.ts";
import { signal } from "./_signal.ts";
import { Snapshot } from "../mod.ts";

/* How the commands end, and what they say by then. */

Deno.test("a time that no timer can take is waited for all the same", async () => {
  const { setTimeout, clearTimeout } = globalThis;
  const real = { setTimeout, clearTimeout, now: performance.now };
  let now = 0;
  const waits: number[] = [];
  const controller = new AbortController();
  try {
    performance.now = () => now;
    globalThis.clearTimeout = () => {};
    // A clock that goes on by as much as it is asked to wait.
    globalThis.setTimeout = Object.assign((call: () => void, ms = 0) => {
      waits.push(ms);
      now += ms;
      queueMicrotask(call);
      return 1 as never;
    }, setTimeout);
    await ended(controller.signal, 3e6);
    assertEquals(waits, [2 ** 31 - 1, 3e9 - (2 ** 31 - 1)]);
    const endless = ended(controller.signal);
    controller.abort();
    await endless;
    assertEquals(waits.length, 2);
    await ended(controller.signal, 5);
    assertEquals(waits.length, 2, "it was aborted before");
  } finally {
    performance.now = real.now;
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
  }
});

Deno.test("the library's advice is in words of the command line, with one full stop", () => {
  assertEquals(onCommandLine("try source: tone()"), "try --source=tone");
  assertEquals(
    sentence('Cannot a: choose another, or exists: "replace"'),
    "Cannot a: choose another, or --replace.",
  );
  assertEquals(sentence("Is it held by another program?"), "Is it held by another program?");
  assertEquals(sentence("So it is."), "So it is.");
});

Deno.test("schedule: what the disk is too slow for is saved at the end, every clip of it", () =>
  inFolder(async (folder) => {
    // Each write takes its time: the clips are due far more often than they can be saved.
    const slow = `${folder}/slow.ts`;
    await Deno.writeTextFile(
      slow,
      `const { write } = Deno.FsFile.prototype;
       Deno.FsFile.prototype.write = async function (bytes) {
         await new Promise((resolve) => setTimeout(resolve, 150));
         return await write.call(this, bytes);
       };`,
    );
    const allow = ["--allow-ffi", "--allow-write", `--preload=${slow}`];
    const clips = `${folder}/not/there/yet`;
    const whole = ["schedule", ...SEQUENCE, "--every=0.2", "--for=1.5", clips];
    const { code, err } = await runCli(whole, { allow });
    assertEquals(code, 0, err);
    const [from, to] = await endToEnd(await wavsIn(clips));
    assert(from < 10_000 && to > 1.4 * 48_000, `${from} to ${to}`);
    const each = ["schedule", ...SEQUENCE, "--every=0.2", "--seconds=0.1", "--for=1.1", clips];
    const { out } = await runCli(each, { allow });
    assertEquals(out.match(/ {2}0\.10 s/g)?.length, 5, out);
    // More of them wait than may: that is told.
    const many = await runCli([...each.slice(0, -2), "--for=5", clips], { allow });
    assertEquals(many.code, 1);
    assertMatch(
      many.err,
      /\n\d+ clips were due while too many waited for the disk, and are lost\./,
    );
  }));

Deno.test("schedule: of a source that is faster than any disk, what the ring has is saved", () =>
  inFolder(async (folder) => {
    const args = ["schedule", "--source=tone", "--speed=400", "--every=60", "--for=0.5", folder];
    const { code, err } = await runCli(args);
    assertEquals([code, (await wavsIn(folder)).length], [0, 1], err);
  }));

Deno.test("record: Ctrl-C before it has begun is an end like any other", async () => {
  const { RECORD } = await import("../cli/record.ts");
  const { COMMON_OPTIONS } = await import("../cli/help.ts");
  const { readOptions } = await import("../cli/options.ts");
  const { Terminal } = await import("../cli/terminal.ts");
  await inFolder(async (folder) => {
    const args = [`${folder}/r.wav`, "--source=tone", "--quiet", "--json"];
    const given = readOptions(args, { ...RECORD.options, ...COMMON_OPTIONS }, RECORD.operand);
    const terminal = new Terminal(true, true);
    const results: unknown[] = [];
    terminal.result = (_, data) => void results.push(data.event);
    const code = await RECORD.run({ given, terminal, signal: AbortSignal.abort() });
    assertEquals([code, results], [0, ["recorded"]]);
    assertEquals(await wavsIn(folder), [`${folder}/r.wav`]);
  });
});

Deno.test("meter: what is counted between two lines is in the next, however far they are apart", () =>
  inFolder(async (folder) => {
    // A second that is clipped, and seven that are not.
    const samples = signal("f32", 1, 0, 64_000).map((sample) => sample / 4);
    samples.fill(1, 0, 8000);
    const parts = { samples, format: "f32", channels: 1, sampleRate: 8000 } as const;
    const path = `${folder}/loud.wav`;
    await new Snapshot({ ...parts, startFrame: 0, startTime: 0, endTime: 8000 }).saveTo(path);
    const allow = ["--allow-ffi", "--allow-read"];
    const args = ["meter", `--source=${path}`, "--speed=4", "--interval=3.5", "--json"];
    const { code, out, err } = await runCli(args, { allow });
    assertEquals(code, 0, err);
    const lines = out.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.length, 3, out);
    // What had come before the meter was there is not counted.
    const [{ channels: [{ clipped }] }, ...rest] = lines;
    assert(clipped > 4000 && clipped <= 8000, `${clipped}`);
    for (const line of rest) assertEquals([line.channels[0].clipped, line.missedFrames], [0, 0]);
  }));

Deno.test("watch: clips that must be longer than they may be are refused", () =>
  inFolder(async (folder) => {
    const args = ["watch", "--source=tone", "--before=2", "--at-most=1", folder];
    const { code, err } = await runCli(args);
    assertEquals([code, await wavsIn(folder)], [2, []]);
    assertMatch(err, /^--at-most=1 is too short: with 2 s before a sound it is at least 3\./);
  }));

Deno.test("a folder that cannot be made is told before anything is listened to", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    for (
      const [command, path] of [["save", "file"], ["watch", "file"], ["schedule", "file/more"]]
    ) {
      const more = command === "schedule" ? ["--every=60"] : [];
      const { code, err } = await runCli([command, ...SEQUENCE, ...more, `${folder}/${path}`]);
      assertEquals(code, 1);
      assertMatch(err, /^Cannot save to \S+: [^\n]+\n$/);
    }
  }));
