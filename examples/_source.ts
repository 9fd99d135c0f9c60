/**
 * What an example listens to, from its command line: the default microphone, or what takes its place.
 *
 *     --source=WHAT   microphone, tone, tone:HERTZ, sequence, or a WAV, FLAC or MP3 (needs
 *                     --allow-read)
 *     --speed=N       how many times faster than real time, where it is no microphone
 *     --device=NAME   which microphone
 *
 * @module
 */

import { file, type MicRing, type OpenOptions, sequence, type Source, tone } from "@x/micring";
import { numberFrom } from "./_number.ts";

/** These options, for `parseArgs`. */
export const SOURCE_OPTIONS = {
  source: { type: "string", default: "microphone" },
  speed: { type: "string" },
  device: { type: "string" },
} as const;

/** What `parseArgs` makes of them. */
export interface SourceValues {
  readonly source: string;
  readonly speed?: string;
  readonly device?: string;
}

function namedSource(name: string, speed: number): Source {
  if (name === "sequence") return sequence({ speed });
  const [whole, hertz] = /^tone(?::(.+))?$/.exec(name) ?? [];
  if (whole === undefined) return file(name, { speed });
  return tone({ speed, ...(hertz === undefined ? {} : { frequency: Number(hertz) }) });
}

/** What to give `MicRing.open` for them. */
export function sourceFrom(values: SourceValues): Pick<OpenOptions, "source" | "device"> {
  const device = values.device === undefined ? {} : { device: values.device };
  if (values.source !== "microphone") {
    const speed = numberFrom("speed", values.speed ?? "1");
    return { source: namedSource(values.source, speed), ...device };
  }
  if (values.speed === undefined) return device;
  throw new TypeError("Cannot use --speed: a microphone has its own");
}

/** What is listened to, in words. */
export function nameOf({ device, source }: MicRing): string {
  if (device !== undefined) return device.name;
  const { settings } = source;
  if (settings.kind === "tone") return `the built-in tone of ${settings.frequency} Hz`;
  return settings.kind === "file" ? settings.path : `the built-in ${settings.kind}`;
}
