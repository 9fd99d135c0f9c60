import { type Backend, type DeviceFormat, MicRing } from "../mod.ts";
import type { Command } from "./command.ts";
import { EXIT, type Session } from "./session.ts";
import { SOURCE_OPTIONS } from "./source_options.ts";

/** A form that a device delivers by itself, in words. */
function formatText({ sampleRate, channels }: DeviceFormat): string {
  const rate = sampleRate === 0 ? "any rate" : `${sampleRate} Hz`;
  return `${rate}, ${channels === 0 ? "any" : channels} ch`;
}

async function run({ given, terminal }: Session): Promise<number> {
  const backend = given.text("backend") as Backend | undefined;
  const devices = await MicRing.devices(backend === undefined ? {} : { backend });
  const shown = devices.filter(({ isMonitor }) => given.flag("monitors") || !isMonitor);
  for (const device of shown) {
    const { name, id, isDefault, isMonitor, formats } = device;
    const marks = [isDefault && "default", isMonitor && "monitor"].filter((mark) => mark);
    const forms = [...new Set(formats.map(formatText))].slice(0, 3).join("; ");
    const about = [...marks, forms].filter((words) => words !== "").join("; ");
    terminal.result(`${name}\n  ${id}${about === "" ? "" : `\n  ${about}`}`, { ...device });
  }
  if (shown.length > 0) return EXIT.done;
  terminal.problem("There is no microphone. Run the command doctor to see why.");
  return EXIT.failed;
}

/** Lists the microphones. */
export const DEVICES: Command = {
  name: "devices",
  summary: "list the microphones, with the names and ids that --device takes",
  options: {
    backend: SOURCE_OPTIONS.backend,
    monitors: { kind: "flag", help: "list what outputs play, too" },
  },
  examples: ["devices", "devices --backend=pulseaudio --json"],
  run,
};
