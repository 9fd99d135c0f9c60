import { assert, assertEquals, assertMatch } from "@std/assert";
import { LAST_NUMBER, nextNumber } from "./_counter.ts";
import { packageConfig } from "./_published.ts";
import { PulseServer } from "./_pulse.ts";
import { Registry } from "./_registry.ts";
import { difference } from "./_signal.ts";
import { withSources } from "./_sound_server.ts";
import { localSockets, networkCalls, type SystemCall, writtenPaths } from "./_system_calls.ts";
import { IMPORTED, readTaken, TAKE_SCRIPT, type Taken } from "./_take_script.ts";
import { testWith } from "./_tools.ts";
import { type Outcome, User } from "./_user.ts";

/* What somebody has who writes `jsr:@x/micring` and runs that with `--allow-ffi`: the package as it
 * would be published, from registries on loopback, in an empty directory and with an empty cache. */

const COUNTER = { name: "counter", format: "f32", sampleRate: 48_000, channels: 1 } as const;
const RUN = ["run", "--allow-ffi", "--no-prompt", "take.ts"];
const CACHED = ["run", "--cached-only", ...RUN.slice(1)];
const LIBRARY = `/native/packed/${Deno.build.target}.js`;
const OTHER_LIBRARY = new RegExp(`/native/packed/(?!${Deno.build.target}\\.)[\\w-]+\\.js$`);
/** Where the C library asks for the user's name, which PulseAudio wants to know. */
const NAME_SERVICE = /^\/(var\/)?run\/(nscd|systemd\/userdb|sssd)\//;
/** The least that is there of a recording whose first quarter of a second has come. */
const LEAST_FRAMES = 12_000;

/** The registries, and a user with the script and an empty cache. */
async function begin(
  env: Readonly<Record<string, string>> = {},
  without?: string,
): Promise<{ registry: Registry; user: User } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const registry = stack.use(await Registry.start(without));
  const user = stack.use(await User.create({ ...env, ...registry.env }));
  await user.write("take.ts", TAKE_SCRIPT);
  const kept = stack.move();
  return { registry, user, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** What the script took, when all went well. */
function takenBy({ code, output, errors }: Outcome): Taken[] {
  assertEquals([code, errors], [0, ""]);
  const [first, ...lines] = output.trim().split("\n");
  assertEquals(first, IMPORTED);
  const taken = lines.map(readTaken);
  assertEquals(taken.map(({ who }) => who), ["main", "worker", "attached", "main again"]);
  for (const { format, sampleRate, channels, startFrame, gaps, samples } of taken) {
    assertEquals(
      { format, sampleRate, channels, startFrame, gaps },
      { format: "f32", sampleRate: 48_000, channels: 1, startFrame: 0, gaps: 0 },
    );
    assert(samples.length >= LEAST_FRAMES, `${samples.length} samples are there`);
  }
  const [main, , attached, again] = taken;
  // One ring, read by both threads; the Worker came when it held more.
  assertEquals(difference(attached.samples, again.samples), undefined);
  assertEquals(
    difference(attached.samples.subarray(0, main.samples.length), main.samples),
    undefined,
  );
  return taken;
}

/** 440 Hz and -12 dBFS, from the first frame on. */
function checkTone({ samples, sampleRate }: Taken): void {
  const amplitude = 10 ** (-12 / 20);
  for (const [i, sample] of samples.entries()) {
    const phase = i * 440 % sampleRate / sampleRate;
    const expected = amplitude * Math.sin(2 * Math.PI * phase);
    assert(Math.abs(sample - expected) < 2 ** -25, `sample ${i} is ${sample}, not ${expected}`);
  }
}

/** Each frame is one more than the one before; the first one could be any. */
function checkCounter({ samples }: Taken): void {
  const numbers = samples.map((sample) => sample * (LAST_NUMBER.f32 + 1));
  assert(Number.isInteger(numbers[0]) && numbers[0] > 0, `it begins with ${numbers[0]}`);
  const expected = numbers.map((_, i) => nextNumber("f32", numbers[0], i));
  assertEquals(difference(numbers, expected), undefined);
}

/** Nothing but Deno's cache was written: no library, and nothing beside the script. */
async function checkWrites(user: User, calls: readonly SystemCall[]): Promise<void> {
  const elsewhere = writtenPaths(calls).filter((path) => !path.startsWith(`${user.cache}/`));
  // What memfd_create makes is memory, and no file; strace shows it as a path all the same.
  assertEquals(elsewhere.filter((path) => !path.startsWith("/memfd:")), []);
  assertEquals(await User.filesIn(user.scripts), ["take.ts"]);
}

/** When the script's first line came out. */
function importedAt(calls: readonly SystemCall[]): number {
  const line = calls.find(({ name, text }) =>
    name === "write" && text.startsWith("(1<") && text.includes(`"${IMPORTED}\\n"`)
  );
  if (line === undefined) throw new Error("Cannot find the script's first line among its calls");
  return line.time;
}

/** Before its first line it has asked the registries and nobody else; after it, nobody. */
function checkNetwork(registry: Registry, calls: readonly SystemCall[]): void {
  const network = networkCalls(calls);
  const imported = importedAt(calls);
  assertEquals(network.filter(({ time }) => time > imported), []);
  const { hostname, port } = new URL(registry.env.JSR_URL);
  const address = `sin_port=htons(${port}), sin_addr=inet_addr("${hostname}")`;
  const addressed = network.filter(({ text }) => text.includes("sa_family="));
  const sent = network.filter(({ name }) => /^(write|send)/.test(name));
  assert(addressed.length > 0 && sent.length > 0, "strace has not seen that it asked them");
  assertEquals(addressed.filter(({ text }) => !text.includes(address)), []);
}

Deno.test("jsr:@x/micring takes a snapshot, suits the type checker, and needs nobody later", async () => {
  await using place = await begin();
  const { registry, user } = place;
  assertEquals(await User.filesIn(user.cache), []);
  const first = await user.deno(...RUN, "tone");
  takenBy(first).forEach(checkTone);
  assert(first.downloads.length > 0 && registry.asked.length >= first.downloads.length);
  assertEquals(first.downloads.filter((url) => !url.startsWith(registry.env.JSR_URL)), []);
  // Libraries for other systems are packed where there is a compiler for them.
  assertEquals(registry.missing.filter((path) => !OTHER_LIBRARY.test(path)), []);

  const { code, errors } = await user.deno("check", "--quiet", "take.ts");
  assertEquals([code, errors], [0, ""]);

  await registry.stop();
  const second = await user.deno(...CACHED, "tone");
  takenBy(second).forEach(checkTone);
  assertEquals(second.downloads, []);
});

// Elsewhere the library is written to a file, since those systems load it from nothing else.
if (Deno.build.os === "linux") {
  testWith(
    ["strace", "pulseaudio", "pactl", "cc"],
    "strace pulseaudio pulseaudio-utils gcc libc6-dev",
    "jsr:@x/micring records a microphone, writes no file and asks nobody once it is imported",
    async () => {
      await using server = await withSources(await PulseServer.start(), [COUNTER], COUNTER.name);
      await using place = await begin(server.env);
      const { registry, user } = place;
      const first = await user.denoTraced(...RUN, "microphone");
      takenBy(first).forEach(checkCounter);
      await checkWrites(user, first.calls);
      checkNetwork(registry, first.calls);

      await registry.stop();
      const second = await user.denoTraced(...CACHED, "microphone");
      takenBy(second).forEach(checkCounter);
      await checkWrites(user, second.calls);
      assertEquals(networkCalls(second.calls), []);
      const socket = server.env.PULSE_SERVER.replace("unix:", "");
      assertEquals(localSockets(second.calls).filter((path) => !NAME_SERVICE.test(path)), [socket]);
    },
  );
}

Deno.test("jsr:@x/micring without its permission says what to type", async () => {
  await using place = await begin();
  const { user } = place;
  for (const flags of [[], ["--allow-ffi=/usr/lib"], ["--allow-read", "--deny-ffi"]]) {
    const run = await user.deno("run", ...flags, "--no-prompt", "take.ts", "tone");
    assertEquals([run.code, run.output], [1, `${IMPORTED}\n`]);
    assertMatch(run.errors, /^error: Uncaught .*MicRingError: Cannot load the native library: /);
    assertMatch(run.errors, /Run with --allow-ffi\b/);
  }
});

Deno.test("jsr:@x/micring published without this system's library says so", async () => {
  await using place = await begin({}, LIBRARY);
  const run = await place.user.deno(...RUN, "tone");
  assertEquals([run.code, run.output], [1, `${IMPORTED}\n`]);
  assertMatch(run.errors, /MicRingError: Cannot load the native library: /);
  assert(run.errors.includes(`published without one for ${Deno.build.target}`), run.errors);
});

Deno.test("the command line runs from the registry, with what it says that it takes", async () => {
  await using rig = await begin();
  const { user } = rig;
  const run = (...args: string[]) =>
    user.deno("run", "--allow-ffi", "--allow-write", "--no-prompt", "jsr:@x/micring/cli", ...args);
  const { version } = await packageConfig();
  const { code, output, errors } = await run("--version");
  assertEquals([code, output, errors], [0, `micring ${version}, Deno ${Deno.version.deno}\n`, ""]);
  const doctor = await run("doctor", "--source=tone", "--json");
  assertEquals([doctor.code, doctor.errors], [0, ""]);
  const findings = doctor.output.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(findings.map(({ verdict }) => verdict), ["ok", "ok", "ok", "ok"]);
  const recorded = await run("record", "--source=tone", "--for=0.3", "--quiet", "tone.wav");
  assertEquals([recorded.code, recorded.errors], [0, ""]);
  const files = await User.filesIn(user.scripts);
  assertEquals(files, ["take.ts", "tone.wav", "tone.wav.json"]);
});
