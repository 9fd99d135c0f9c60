/** The command line in a real terminal: what is drawn, what is asked, and what Ctrl-C does. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Cli, endToEnd, SEQUENCE, wavsIn } from "./_cli.ts";
import { inFolder } from "./_in_folder.ts";
import { testWith } from "./_tools.ts";
import { sleep, until } from "./_wait.ts";

const TERMINAL = { terminal: true } as const;

/** What `devices` and `doctor` print is the same in a terminal as in a pipe, but for its line ends. */
testWith(
  ["script"],
  "bsdutils",
  "devices, doctor and help: plain lines in a terminal",
  async () => {
    await using devices = new Cli(["devices", "--backend=null"], TERMINAL);
    assertEquals(await devices.code(), 0);
    assertMatch(devices.out, /^NULL Capture Device\r\n {2}null:\S*\r\n {2}default/);
    await using doctor = new Cli(["doctor", "--source=tone"], TERMINAL);
    assertEquals(await doctor.code(), 0);
    assertMatch(doctor.out, /^ok +Deno: [^]*\r\nok +listening: [^\r\n]*peak -12\.0[^\r\n]*\r\n$/);
    await using help = new Cli(["watch", "--help"], TERMINAL);
    assertEquals(await help.code(), 0);
    assertMatch(help.out, /^watch: [^]*\r\nExamples:\r\n/);
    for (const { out } of [devices, doctor, help]) assert(!out.includes("\x1b"), out);
  },
);

testWith(["script"], "bsdutils", "bad options in a terminal: a line, and 2", async () => {
  await using cli = new Cli(["watch", "--abov=-30"], TERMINAL);
  assertEquals(await cli.code(), 2);
  assertEquals(
    cli.out,
    "There is no option --abov here. Did you mean --above? --help tells more.\r\n",
  );
});

testWith(
  ["script"],
  "bsdutils",
  "watch: Ctrl-C in a terminal saves what is being heard",
  () =>
    inFolder(async (folder) => {
      const args = ["watch", ...SEQUENCE, "--before=0", "--at-most=1", folder];
      await using cli = new Cli(args, TERMINAL);
      await cli.says(/\.wav {2}1\.0\d s/);
      await sleep(0.3);
      await cli.type("\x03");
      assertEquals(await cli.code(), 0);
      assertMatch(cli.out, /\.wav {2}0\.\d\d s, peak [^\n]*\r\n2 clips were saved\.\r\n$/);
      const [from, to] = await endToEnd(await wavsIn(folder));
      assert(to - from > 1.2 * 48_000, `${from} ${to}`);
    }),
);

testWith(
  ["script"],
  "bsdutils",
  "schedule: Ctrl-C in a terminal saves what came last",
  () =>
    inFolder(async (folder) => {
      await using cli = new Cli(["schedule", ...SEQUENCE, "--every=0.5", folder], TERMINAL);
      await cli.says(/\.wav {2}0\.\d\d s/);
      await sleep(0.2);
      await cli.type("\x03");
      assertEquals(await cli.code(), 0);
      const paths = await wavsIn(folder);
      assertMatch(cli.out, new RegExp(`\\r\\n${paths.length} clips were saved\\.\\r\\n$`));
      assert(paths.length >= 2, cli.out);
      const [from, to] = await endToEnd(paths);
      assert(to - from > 0.6 * 48_000, `${from} ${to}`);
    }),
);

testWith(
  ["script"],
  "bsdutils",
  "meter: a narrow terminal has the numbers, cut to its line",
  async () => {
    const before = "stty cols 30;";
    await using cli = new Cli(["meter", "--source=tone", "--for=0.5"], { ...TERMINAL, before });
    assertEquals(await cli.code(), 0);
    const [, ...drawn] = cli.out.trimEnd().split("\r\x1b[K");
    assert(drawn.length > 1, cli.out);
    for (const line of drawn) assertEquals(line, "peak  -12.0  held  -12.0  RMS");
  },
);

testWith(["script"], "bsdutils", "meter: JSON in a terminal is lines all the same", async () => {
  const args = ["meter", "--source=tone", "--for=0.5", "--interval=0.1", "--json", "--quiet"];
  await using cli = new Cli(args, TERMINAL);
  assertEquals(await cli.code(), 0);
  const levels = cli.objects();
  assert(levels.length >= 2, cli.out);
  for (const { event, peakDbfs } of levels) {
    assertEquals([event, Math.round(peakDbfs as number)], ["level", -12]);
  }
});

const ASKS = { terminal: true, asks: true, allow: ["--allow-ffi"] } as const;

testWith(
  ["script"],
  "bsdutils",
  "save: the right to write is asked for once, before anything is heard",
  () =>
    inFolder(async (folder) => {
      await using cli = new Cli(["save", ...SEQUENCE, "--discard", folder], ASKS);
      await cli.says(/Deno requests write access to "[^"]*"[^]*\[y\/n\/A\]/);
      assert(!cli.out.includes("Listening"), cli.out);
      await sleep(0.5); // What is typed before it listens is thrown away.
      await cli.type("y\n");
      await cli.says(/Enter saves/);
      await cli.type("\n");
      await cli.says(/\.wav {2}\d/);
      await cli.type("\n");
      await until("two clips are there", async () => (await wavsIn(folder)).length === 2);
      await cli.says(/\.wav {2}\d/, 2);
      await cli.type("\x03");
      assertEquals(await cli.code(), 0);
      assertEquals(cli.out.match(/Deno requests/g)?.length, 1);
      for (const path of await wavsIn(folder)) assertEquals((await endToEnd([path]))[0], 0);
    }),
);

testWith(
  ["script"],
  "bsdutils",
  "record: the right to write is asked for once, for all its files",
  () =>
    inFolder(async (folder) => {
      const args = ["record", ...SEQUENCE, `${folder}/r.wav`, "--rotate-seconds=0.3"];
      await using cli = new Cli(args, ASKS);
      await cli.says(/\[y\/n\/A\]/);
      await sleep(0.5); // What is typed before it listens is thrown away.
      await cli.type("y\n");
      await until("two files are there", async () => (await wavsIn(folder)).length >= 2);
      await cli.type("\x03");
      assertEquals(await cli.code(), 0);
      assertEquals(cli.out.match(/Deno requests/g)?.length, 1);
      assertEquals((await endToEnd(await wavsIn(folder)))[0], 0);
    }),
);

testWith(
  ["script"],
  "bsdutils",
  "who does not allow writing is told what to type",
  () =>
    inFolder(async (folder) => {
      for (const args of [["save"], ["watch"], ["schedule", "--every=1"]]) {
        await using cli = new Cli([...args, ...SEQUENCE, folder], ASKS);
        await cli.says(/\[y\/n\/A\]/);
        await sleep(0.5); // What is typed before it listens is thrown away.
        await cli.type("n\n");
        assertEquals(await cli.code(), 1);
        assert(
          cli.out.endsWith(
            `Cannot save to ${folder}: writing is not allowed there. Run with --allow-write, or ` +
              `--allow-write=${folder}\r\n`,
          ),
          cli.out,
        );
      }
    }),
);
