/** The command line and the streams and signals it is given: full, ended, closed, hung up. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Cli, endToEnd, runCli, SEQUENCE, spanOf, wavsIn } from "./_cli.ts";
import { inFolder } from "./_in_folder.ts";
import { haveTools, testWith } from "./_tools.ts";
import { sleep, until } from "./_wait.ts";

/** A pipeline in bash that ends with what the program ended with. */
async function inBash(line: string): Promise<{ code: number; out: string; err: string }> {
  const main = new URL("../cli/main.ts", import.meta.url).pathname;
  const program = `"${Deno.execPath()}" run -q --no-check --allow-ffi --allow-write "${main}"`;
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", `set -o pipefail; ${line.replace("micring", program)}`],
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

Deno.test("results that find no room are told of once, and clips are saved all the same", () =>
  inFolder(async (folder) => {
    const log = `${folder}/log`;
    const room = 200 * 512;
    for (const command of ["save --for=0.3", "schedule --every=0.2 --for=0.7", "watch --for=0.3"]) {
      const clips = `${folder}/${command.split(" ")[0]}`;
      await Deno.mkdir(clips);
      await Deno.writeFile(log, new Uint8Array(room));
      const before = `trap '' XFSZ; ulimit -f 200; exec >>'${log}';`;
      const args = [...command.split(" "), ...SEQUENCE, "--before=0", clips]
        .filter((word) => word !== "--before=0" || command.startsWith("watch"));
      const { code, err } = await runCli(args, { before });
      assertEquals([command, code], [command, 1]);
      assertEquals(
        err.match(/^Cannot write to standard output: File too large /gm)?.length,
        1,
        err,
      );
      assert(!/\n +at /.test(err), err);
      const [, to] = await endToEnd(await wavsIn(clips));
      assert(to > 10_000, `${command} ${to}`);
      assertEquals((await Deno.stat(log)).size, room);
    }
  }));

Deno.test("schedule: a reader that leaves ends it quietly, and all it wrote is whole", () =>
  inFolder(async (folder) => {
    const line = `micring schedule ${SEQUENCE.join(" ")} --every=0.2 '${folder}' | head -1`;
    const { code, out, err } = await inBash(line);
    assertEquals(code, 0, err);
    assertMatch(out, /^\S+\.wav {2}0\.\d\d s, peak [^\n]*\n$/);
    assert(!/Broken|EPIPE|\n +at /.test(err), err);
    const [from, to] = await endToEnd(await wavsIn(folder));
    assert(to - from > 15_000, `${from} ${to}`);
  }));

Deno.test("save: a line each is a clip each in a pipe, and its end changes nothing", () =>
  inFolder(async (folder) => {
    // Two lines at once; then there is no more input.
    const before = "printf 'one\\ntwo\\n' |";
    const line = ["save", ...SEQUENCE, "--seconds=0.5", "--discard", "--json", folder];
    const args = line.map((word) => `'${word}'`).join(" ");
    const program = inBash(`${before} micring ${args} --for=1.2`);
    await until("both are there", async () => (await wavsIn(folder)).length === 2);
    const { code, out, err } = await program;
    assertEquals(code, 0, err);
    const saved = out.trimEnd().split("\n").map((text) => JSON.parse(text));
    assertEquals(saved.map(({ path }) => path).sort(), await wavsIn(folder));
    for (const { path } of saved) assertEquals((await spanOf(path))[0], 0);
  }));

Deno.test("save: with no input at all it waits for its signals", () =>
  inFolder(async (folder) => {
    const args = ["save", ...SEQUENCE, "--discard", folder];
    await using cli = new Cli(args, { before: "exec </dev/null;" });
    await cli.says(/Keeping/);
    await sleep(0.3);
    cli.kill("SIGUSR2");
    await cli.says(/\.wav/);
    cli.kill("SIGTERM");
    assertEquals(await cli.code(), 0);
    const [path, ...others] = await wavsIn(folder);
    assertEquals(others, []);
    assertEquals((await spanOf(path))[0], 0);
  }));

Deno.test("a second Ctrl-C ends at once what a first one cannot end", () =>
  inFolder(async (folder) => {
    if (!await haveTools(["mkfifo"], "coreutils")) return;
    const fifo = `${folder}/fifo.wav`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    // Nobody reads the pipe, so that it is never opened.
    await using cli = new Cli(["record", ...SEQUENCE, "--replace", fifo]);
    await cli.says(/Listening/);
    await sleep(0.3);
    cli.kill("SIGINT");
    const ended = cli.code();
    assertEquals(await Promise.race([ended, sleep(0.4)]), undefined);
    cli.kill("SIGINT");
    assertEquals(await ended, 130);
  }));

Deno.test("quiet: nothing but results", () =>
  inFolder(async (folder) => {
    for (
      const args of [
        ["save", "--for=0.2", folder],
        ["record", "--for=0.2", `${folder}/r.wav`],
        ["schedule", "--every=0.2", "--for=0.3", folder],
        ["watch", "--for=0.3", folder],
      ]
    ) {
      const { code, out, err } = await runCli([...args, ...SEQUENCE, "--quiet"]);
      assertEquals([args[0], code, err], [args[0], 0, ""]);
      assertMatch(out, /\.wav/);
    }
  }));

const HANGUP: Record<string, string[]> = {
  save: ["save"],
  watch: ["watch", "--before=0"],
  schedule: ["schedule", "--every=0.4"],
  record: ["record"],
};

testWith(
  ["script"],
  "bsdutils",
  "a terminal that is closed ends each command as Ctrl-C does",
  () =>
    inFolder(async (folder) => {
      await Promise.all(
        Object.entries(HANGUP).map(async ([name, args]) => {
          const clips = `${folder}/${name}`;
          await Deno.mkdir(clips);
          const where = name === "record" ? `${clips}/r.wav` : clips;
          // A shell hands the hangup on, as shells do, and tells how the program ended.
          const shell = `"$@" <&0 & trap "kill -HUP $!" HUP; child=$!; wait $child; wait $child; ` +
            `echo $? >"${folder}/code-${name}"`;
          const before = `exec sh -c '${shell}' sh`;
          await using cli = new Cli([...args, ...SEQUENCE, where], { terminal: true, before });
          await cli.says(/Listening/);
          await sleep(0.7);
          cli.kill("SIGKILL"); // of `script`, which has the terminal
          const codeFile = `${folder}/code-${name}`;
          const code = () => Deno.readTextFile(codeFile).catch(() => "");
          await until(`${name} has ended`, async () => (await code()).endsWith("\n"));
          assertEquals([name, await code()], [name, "0\n"]);
          const [from, to] = await endToEnd(await wavsIn(clips));
          assert(to - from > 20_000, `${name}: ${from} to ${to}`);
        }),
      );
    }),
);
