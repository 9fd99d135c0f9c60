import { assertEquals } from "@std/assert";
import { diffDevices } from "../ffi/watch_devices.ts";
import type { Backend, DeviceChange, DeviceInfo } from "../mod.ts";

function make(name: string, isDefault = false, backend: Backend = "pulseaudio"): DeviceInfo {
  return { id: `${backend}:${name}`, name, backend, isDefault, isMonitor: false, formats: [] };
}

const [ONE, OTHER, THIRD] = [make("one"), make("other"), make("third")];
const DEFAULT = make("one", true);
const OTHER_DEFAULT = make("other", true);

const DIFFERENCES: [string, DeviceInfo[], DeviceInfo[], Omit<DeviceChange, "devices">[]][] = [
  ["nothing in nothing", [], [], []],
  ["the same in another order", [ONE, OTHER], [OTHER, ONE], []],
  ["only words", [ONE], [{ ...ONE, name: "One", formats: [] }], []],
  ["a device more", [ONE], [ONE, OTHER], [{ kind: "added", device: OTHER }]],
  ["a device less", [ONE, OTHER], [OTHER], [{ kind: "removed", device: ONE }]],
  ["one for another, and what went comes first", [ONE, OTHER], [THIRD, OTHER], [
    { kind: "removed", device: ONE },
    { kind: "added", device: THIRD },
  ]],
  ["a device of the same name elsewhere", [ONE], [ONE, make("one", false, "alsa")], [
    { kind: "added", device: make("one", false, "alsa") },
  ]],
];

for (const [what, before, devices, changes] of DIFFERENCES) {
  Deno.test(`between two lists: ${what}`, () => {
    assertEquals(diffDevices(before, devices), changes.map((change) => ({ ...change, devices })));
  });
}

const DEFAULTS: [string, DeviceInfo[], DeviceInfo[], (DeviceInfo | undefined)[] | undefined][] = [
  ["another", [DEFAULT, OTHER], [ONE, OTHER_DEFAULT], [DEFAULT, OTHER_DEFAULT]],
  ["the same", [DEFAULT, OTHER], [OTHER, DEFAULT], undefined],
  ["the same by another name", [DEFAULT], [{ ...DEFAULT, name: "One" }], undefined],
  ["none any more", [DEFAULT], [ONE], [DEFAULT, undefined]],
  ["one at last", [ONE], [DEFAULT], [undefined, DEFAULT]],
  [
    "another one of a sound system that is not the first",
    [DEFAULT, make("one", true, "alsa"), make("two", false, "alsa")],
    [DEFAULT, make("one", false, "alsa"), make("two", true, "alsa")],
    undefined,
  ],
  [
    "that of a first sound system without one is not that of the second",
    [ONE, make("one", true, "alsa")],
    [DEFAULT, make("one", true, "alsa")],
    [undefined, DEFAULT],
  ],
];

for (const [what, before, devices, expected] of DEFAULTS) {
  Deno.test(`between two lists, the default: ${what}`, () => {
    const changes = diffDevices(before, devices);
    if (expected === undefined) return assertEquals(changes, []);
    const [previous, device] = expected;
    assertEquals(changes, [{ kind: "default", device, previous, devices }]);
  });
}

Deno.test("between two lists: the default goes with its device, and is told last", () => {
  const devices = [OTHER_DEFAULT];
  assertEquals(diffDevices([DEFAULT, OTHER], devices), [
    { kind: "removed", device: DEFAULT, devices },
    { kind: "default", device: OTHER_DEFAULT, previous: DEFAULT, devices },
  ]);
});
