import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Cli, runCli } from "./_cli.ts";
import { inFolder } from "./_in_folder.ts";
import { testWith } from "./_tools.ts";

const COMMANDS = ["devices", "meter", "save", "record", "watch", "schedule", "doctor"];

Deno.test("the program and each command say what they are for", async () => {
  const help = await runCli(["--help"]);
  assertEquals([help.code, help.err], [0, ""]);
  for (const command of COMMANDS) assertStringIncludes(help.out, `\n  ${command} `);
  const bare = await runCli([]);
  assertEquals([bare.code, bare.out], [2, help.out]);
  for (const command of COMMANDS) {
    const { code, out, err } = await runCli([command, "--help"]);
    assertEquals([code, err], [0, ""]);
    assertStringIncludes(
      out,
      `Usage: deno run --allow-ffi --allow-write jsr:@x/micring/cli ${command}`,
    );
    assertMatch(out, /--json +results as JSON/);
    assert(out.split("\n").every((line) => line.length < 140), out);
  }
  const version = await runCli(["--version"]);
  const { version: own } = JSON.parse(
    await Deno.readTextFile(new URL("../deno.json", import.meta.url)),
  );
  assertEquals([version.code, version.out], [0, `micring ${own}, Deno ${Deno.version.deno}\n`]);
});

const BAD: [string[], string][] = [
  [
    ["recrod"],
    "There is no command recrod; there are devices, meter, save, record, watch, " +
    "schedule, doctor. Did you mean record?",
  ],
  [
    ["toString"],
    "There is no command toString; there are devices, meter, save, record, watch, " +
    "schedule, doctor.",
  ],
  [["save", "--secods=3"], "There is no option --secods here. Did you mean --seconds?"],
  [["save", "-s"], "There is no option -s here."],
  [["save", "--seconds"], "--seconds takes a value: --seconds=N."],
  [["save", "--seconds=soon"], "--seconds is soon, and must be a number from 0.1 to 86400."],
  [["save", "--seconds="], "--seconds is , and must be a number from 0.1 to 86400."],
  [["save", "--seconds=0"], "--seconds is 0, and must be a number from 0.1 to 86400."],
  [["save", "--channels=1.5"], "--channels is 1.5, and must be a whole number from 1 to 254."],
  [["save", "--format=mp3"], "--format is mp3, and must be one of u8, s16, s24, s32, f32."],
  [
    ["save", "--format=s17"],
    "--format is s17, and must be one of u8, s16, s24, s32, f32. Did you " +
    "mean s16?",
  ],
  [["save", "--json=yes"], "--json takes no value."],
  [["save", "--source="], "--source is empty."],
  [["save", "a", "b"], "b is one word too many."],
  [["devices", "a"], "a is one word too many."],
  [["record"], "FILE is missing: the WAV that is written."],
  [["save", "--speed=2"], "--speed is for a --source that is no microphone."],
  [["save", "--source=tone", "--device=x"], "--device is for a microphone, and --source is tone."],
  [
    ["meter", "--source=tone", "--backend=null"],
    "--backend is for a microphone, and --source is tone.",
  ],
  [["watch", "--before="], "--before is , and must be a number from 0 to 600."],
  [["schedule"], "Give either --every=SECONDS or --cron=EXPRESSION."],
  [
    ["schedule", "--every=1", "--cron=* * * * *"],
    "Give either --every=SECONDS or --cron=EXPRESSION.",
  ],
  [["schedule", "--cron=* * * * *"], "--cron takes --seconds=N, too."],
  [
    ["schedule", "--every=9999"],
    "With --every=9999 give --seconds=N, too: how much of it is kept.",
  ],
  [["schedule", "--every=9", "--timezone=UTC"], "--timezone is for --cron."],
];

Deno.test("what is not understood is explained in a line, and ends with 2", async () => {
  for (const [args, words] of BAD) {
    const { code, out, err } = await runCli(args);
    assertEquals([code, out, err], [2, "", `${words} --help tells more.\n`], args.join(" "));
  }
  // These only the library finds.
  const cron = ["schedule", "--source=tone", "--cron=x", "--seconds=1"];
  const { code, err } = await runCli(cron);
  assertEquals(code, 2);
  assertMatch(err, /^Listening.*\nCannot schedule: .*\n$/);
});

Deno.test("without its permissions it says which", () =>
  inFolder(async (folder) => {
    const none = await runCli(["meter", "--source=tone"], { allow: [] });
    assertEquals([none.code, none.out], [1, ""]);
    assertMatch(none.err, /^Cannot load the native library: .* Run with --allow-ffi [^\n]*\n$/);
    const args = ["record", "--source=tone", "--for=0.2", `${folder}/a.wav`];
    const read = await runCli(args, { allow: ["--allow-ffi"] });
    assertEquals([read.code, read.out], [1, ""]);
    assertMatch(read.err, /Cannot record to \S+: Requires write access .*--allow-write/);
    const file = await runCli(["meter", "--source=/etc/hostname"]);
    assertEquals(file.code, 1);
    assertMatch(file.err, /^Requires read access to "\/etc\/hostname".*--allow-read[^\n]*\n$/);
  }));

Deno.test("a microphone that is not there is a failure", async () => {
  const { code, out, err } = await runCli(["meter", "--backend=null", "--device=none"]);
  assertEquals([code, out], [1, ""]);
  assertMatch(err, /^Cannot [^\n]*"none"[^\n]*\n$/);
});

Deno.test("devices: names and ids for people, all that is known for programs", async () => {
  const text = await runCli(["devices", "--backend=null"]);
  assertEquals([text.code, text.err], [0, ""]);
  assertMatch(text.out, /^NULL Capture Device\n {2}null:\S*\n {2}default/);
  await using cli = new Cli(["devices", "--backend=null", "--json"]);
  assertEquals(await cli.code(), 0);
  const [device] = cli.objects();
  assertEquals([device.name, device.backend, device.isDefault], [
    "NULL Capture Device",
    "null",
    true,
  ]);
});

Deno.test("doctor: a line for each thing, and what to do", async () => {
  const fine = await runCli(["doctor", "--source=tone"]);
  assertEquals([fine.code, fine.err], [0, ""]);
  assertMatch(
    fine.out,
    /^ok +Deno: .*\nok +native library: .*-12\.0\nok +writing files: .*\nok +listening: .*peak -12\.0.*\n$/,
  );
  const silent = await runCli(["doctor", "--backend=null"], { allow: ["--allow-ffi"] });
  assertMatch(silent.out, /\nWARNING +writing files: not allowed.*\n +Run with --allow-write/);
  assertMatch(silent.out, /\nWARNING +listening: .*nothing but silence\n +It is muted/);
  await using broken = new Cli(["doctor", "--json"], { allow: [] });
  assertEquals(await broken.code(), 1);
  const [deno, library, ...rest] = broken.objects();
  assertEquals([deno.verdict, library.verdict, library.what], ["ok", "problem", "native library"]);
  assertMatch(library.found as string, /Run with --allow-ffi/);
  assertEquals(rest.map(({ what }) => what), ["writing files"]);
});

Deno.test("meter: lines in a pipe, JSON for programs, and an end", async () => {
  const { code, out, err } = await runCli([
    "meter",
    "--source=tone",
    "--interval=0.2",
    "--for=0.9",
  ]);
  assertEquals([code, err], [0, "Listening to the built-in tone: 48000 Hz, mono.\n"]);
  const lines = out.trimEnd().split("\n");
  assert(lines.length >= 2 && lines.length <= 4, out);
  for (const line of lines) {
    assertMatch(
      line,
      /^\d{4}-\S+Z {2}peak {2}-12\.0 {2}held {2}-12\.0 {2}RMS {2}-1[5-6]\.\d dBFS$/,
    );
  }
  const args = ["meter", "--source=tone", "--json", "--quiet", "--interval=0.1", "--for=0.5"];
  await using json = new Cli(args);
  assertEquals([await json.code(), json.err], [0, ""]);
  for (const level of json.objects()) {
    assert(Math.abs(level.peakDbfs as number + 12) < 0.2, JSON.stringify(level));
    assertEquals((level.channels as unknown[]).length, 1);
  }
  await using silence = new Cli([
    "meter",
    "--backend=null",
    "--json",
    "--for=0.4",
    "--interval=0.2",
  ]);
  assertEquals(await silence.code(), 0);
  assertEquals(silence.objects()[0].peakDbfs, null);
});

Deno.test("a reader that leaves ends it quietly", async () => {
  const meter = "meter --source=tone --interval=0.05 --json";
  const line = `deno run -q --no-check --allow-ffi cli/main.ts ${meter} | head -2; echo $?`;
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", `set -o pipefail; ${line.replace("deno", Deno.execPath())}`],
    cwd: new URL("..", import.meta.url),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const [first, second, code, ...rest] = text(stdout).split("\n");
  assertEquals([JSON.parse(first).event, JSON.parse(second).event], ["level", "level"]);
  assertEquals([code, rest], ["0", [""]]);
  assertEquals(text(stderr), "Listening to the built-in tone: 48000 Hz, mono.\n");
});

testWith(
  ["script"],
  "bsdutils",
  "meter: in a terminal one line is redrawn, until Ctrl-C",
  async () => {
    await using cli = new Cli(["meter", "--source=tone"], { terminal: true });
    await cli.says(/\[K\[#+-* *\|? *\] peak {2}-12\.0/, 3);
    await cli.type("\x03");
    assertEquals(await cli.code(), 0);
    const drawn = cli.out.split("\r\x1b[K").slice(1);
    assert(drawn.every((line) => line.replace(/[\r\n^C]/g, "").length < 100), cli.out);
    assert(cli.out.endsWith("\n"), JSON.stringify(cli.out.slice(-20)));
    const options = { terminal: true, columns: 30 };
    await using narrow = new Cli(["meter", "--source=tone", "--for=0.5", "--quiet"], options);
    assertEquals(await narrow.code(), 0);
    const lines = narrow.out.split("\r\x1b[K").slice(1);
    assert(lines.length > 2 && lines.every((line) => line.trimEnd().length < 30), narrow.out);
  },
);
