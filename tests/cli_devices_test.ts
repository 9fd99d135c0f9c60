import { assert, assertEquals, assertMatch } from "@std/assert";
import { Cli, runCli } from "./_cli.ts";
import { PulseServer, pulseTest } from "./_pulse.ts";

/* What the command line says of microphones, and of where there is none. */

pulseTest("devices and doctor: a monitor is no microphone, but can be listened to", async () => {
  await using server = await PulseServer.start();
  const variables = Object.entries({ ...server.env, ALSA_CONFIG_PATH: "/dev/null" });
  const before = variables.map(([name, value]) => `export ${name}='${value}';`).join(" ");
  await server.pactl("load-module", "module-null-sink", "sink_name=loud");
  const devices = ["devices", "--backend=pulseaudio"];
  assertEquals(await runCli(devices, { before }), {
    code: 1,
    out: "",
    err: "There is no microphone. Run the command doctor to see why.\n",
  });
  const all = await runCli([...devices, "--monitors"], { before });
  assertEquals([all.code, all.err], [0, ""]);
  assertMatch(all.out, /^Monitor of Null Output\n {2}pulseaudio:loud\.monitor\n {2}.*monitor; /);
  const doctor = await runCli(["doctor"], { before });
  assertEquals(doctor.code, 1);
  assertMatch(
    doctor.out,
    /\nPROBLEM {2}microphones: only what outputs play is listed\n +Is one plugged in/,
  );
  const level = ["meter", "--device=monitor of null", "--for=0.3", "--interval=0.1", "--json"];
  assertMatch((await runCli(level, { before })).err, /^Listening to Monitor of Null Output/);
  await server.addSource({ name: "mono", format: "f32", sampleRate: 48_000, channels: 1 });
  const one = await runCli(devices, { before });
  assertEquals([one.code, one.out.split("\n")[1]], [0, "  pulseaudio:mono"]);
  assert(!one.out.includes("onitor"), one.out);
});

Deno.test("doctor: what it advises can be typed", async () => {
  const nowhere = "XDG_RUNTIME_DIR=/nowhere PULSE_SERVER=/nowhere ALSA_CONFIG_PATH=/dev/null";
  const { code, out } = await runCli(["doctor"], { before: `export ${nowhere};` });
  assertEquals(code, 1);
  assertMatch(out, /\nPROBLEM {2}listening: .* test without one with --source=tone\n$/);
});

Deno.test("doctor: Ctrl-C while it listens is no problem", async () => {
  await using cli = new Cli(["doctor", "--source=tone"]);
  await cli.says(/writing files/);
  cli.kill("SIGINT");
  assertEquals(await cli.code(), 0);
  assert(!/PROBLEM|listening/.test(cli.out), cli.out);
});
