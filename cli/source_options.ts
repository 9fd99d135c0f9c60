/**
 * What a command listens to.
 *
 * @module
 */

import { type Backend, file, MicRing, sequence, type Source, tone } from "../mod.ts";
import type { Given, OptionSpecs } from "./options.ts";
import { UsageError } from "./usage_error.ts";

const BACKENDS: readonly Backend[] = ["wasapi", "coreaudio", "pulseaudio", "alsa", "jack", "null"];

/** The options of every command that listens. */
export const SOURCE_OPTIONS = {
  device: { kind: "text", value: "NAME", help: "the microphone: a part of its name, or its id" },
  backend: { kind: "word", words: BACKENDS, help: "the sound system that it is reached through" },
  source: {
    kind: "text",
    value: "WHAT",
    help: "instead of a microphone: tone, sequence, or an audio file (with --allow-read)",
  },
  speed: {
    kind: "number",
    value: "N",
    least: 0.01,
    most: 1000,
    help: "how many times as fast, where it is no microphone",
  },
} as const satisfies OptionSpecs;

/** The options of every command that writes audio. */
export const RESULT_OPTIONS = {
  "sample-rate": {
    kind: "number",
    value: "HERTZ",
    least: 8000,
    most: 384_000,
    whole: true,
    help: "convert to so many frames in a second",
  },
  channels: {
    kind: "number",
    value: "N",
    least: 1,
    most: 254,
    whole: true,
    help: "convert to so many channels; 1 is the mean of all",
  },
  format: {
    kind: "word",
    words: ["u8", "s16", "s24", "s32", "f32"],
    help: "how samples are written; s16 if left out",
  },
} as const satisfies OptionSpecs;

/** What audio is to become in its file. */
export function resultOf(given: Given) {
  return {
    sampleRate: given.number("sample-rate"),
    channels: given.number("channels"),
    format: (given.text("format") ?? "s16") as "u8" | "s16" | "s24" | "s32" | "f32",
  };
}

function sourceOf(given: Given): Source | undefined {
  const name = given.text("source");
  const speed = given.number("speed");
  if (name === undefined || name === "microphone") {
    if (speed === undefined) return undefined;
    throw new UsageError("--speed is for a --source that is no microphone.");
  }
  for (const option of ["device", "backend"]) {
    if (given.text(option) === undefined) continue;
    throw new UsageError(`--${option} is for a microphone, and --source is ${name}.`);
  }
  if (name === "tone") return tone({ speed });
  return name === "sequence" ? sequence({ speed }) : file(name, { speed });
}

/** Opens a ring of so many seconds on what was asked for. */
export async function openRing(given: Given, seconds: number): Promise<MicRing<"f32">> {
  const source = sourceOf(given);
  if (source !== undefined) return await MicRing.open({ seconds, source });
  return await MicRing.open({
    seconds,
    device: given.text("device"),
    backend: given.text("backend") as Backend | undefined,
  });
}

/** What is listened to, in words. */
export function nameOf(ring: MicRing): string {
  if (ring.device !== undefined) return ring.device.name;
  const { settings } = ring.source;
  return settings.kind === "file" ? settings.path : `the built-in ${settings.kind}`;
}
