import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { chooseDevice } from "../ffi/devices.ts";
import { type Backend, type DeviceInfo, MicRingError } from "../mod.ts";

function device(backend: Backend, id: string, name: string, isMonitor = false): DeviceInfo {
  return { id: `${backend}:${id}`, name, backend, isDefault: false, isMonitor, formats: [] };
}

/** As a desktop lists them: the same microphones once by the sound server, once by ALSA. */
const DESKTOP = [
  device("pulseaudio", "webcam", "Webcam C920 Analog Stereo"),
  device("pulseaudio", "headset", "USB Headset Mono"),
  device("pulseaudio", "headset.monitor", "Monitor of USB Headset Analog Stereo", true),
  device("pulseaudio", "speakers.monitor", "Monitor of Built-in Speakers", true),
  device("alsa", "hw:1", "USB Headset, USB Audio"),
  device("alsa", "hw:2", "Webcam"),
];

function refusal(wanted: string): { code: string; message: string } {
  const error = assertThrows(() => chooseDevice(DESKTOP, wanted), MicRingError);
  const { code, message } = error as MicRingError;
  return { code, message };
}

for (
  const [wanted, id, why] of [
    ["USB Headset Mono", "pulseaudio:headset", "its name"],
    ["headset mono", "pulseaudio:headset", "a part of its name, in any case"],
    ["USB", "pulseaudio:headset", "no monitor, and of the first backend that has it"],
    ["Webcam", "alsa:hw:2", "exactly its name, before a part of another's"],
    ["webcam c", "pulseaudio:webcam", "a part of its name"],
    ["speakers", "pulseaudio:speakers.monitor", "a monitor, where no microphone has that name"],
    ["USB Audio", "alsa:hw:1", "the only one, though of a later backend"],
  ]
) {
  Deno.test(`"${wanted}" is ${id}: ${why}`, () => {
    assertEquals(chooseDevice(DESKTOP, wanted).id, id);
  });
}

Deno.test("a name that two have is no choice, and the error lists both", () => {
  const { code, message } = refusal("Monitor");
  assertEquals(code, "device-ambiguous");
  assertStringIncludes(message, '"Monitor of USB Headset Analog Stereo"');
  assertStringIncludes(message, '"Monitor of Built-in Speakers" (pulseaudio:speakers.monitor)');
});

Deno.test("a name that none has is an error that lists what there is", () => {
  const { code, message } = refusal("Kitchen");
  assertEquals(code, "device-not-found");
  assertStringIncludes(message, '"Webcam" (alsa:hw:2)');
  const nothing = assertThrows(() => chooseDevice([], "Kitchen"), MicRingError) as MicRingError;
  assertStringIncludes(nothing.message, "there is none at all");
});
