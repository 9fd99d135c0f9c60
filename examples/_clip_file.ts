import type { Snapshot, WavFormat } from "@x/micring";

/** A time by the clock on the wall, as a part of a file's name: `2026-11-23_14-03-22.057`. */
function nameTime(timeMs: number): string {
  const date = new Date(timeMs);
  const digits = (value: number, count = 2) => `${Math.floor(value)}`.padStart(count, "0");
  const day = [digits(date.getFullYear(), 4), digits(date.getMonth() + 1), digits(date.getDate())];
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => digits(part));
  return `${day.join("-")}_${time.join("-")}.${digits(date.getMilliseconds(), 3)}`;
}

/**
 * Writes a clip as a WAV that is named after the time at which it begins; a JSON beside it says more
 * exactly when that was, and what is missing.
 *
 * @param folder Where to.
 * @param prefix What the name begins with.
 * @param format How samples are stored in it; as in the ring, if left out.
 * @returns The file's path.
 */
export async function writeClip(
  folder: string,
  prefix: string,
  clip: Snapshot,
  format?: WavFormat,
): Promise<string> {
  const path = `${folder}/${prefix}_${nameTime(clip.startTime)}.wav`;
  await clip.saveTo(path, format === undefined ? {} : { format });
  return path;
}

/** How much of a clip was not recorded, in seconds. */
export function missingSeconds({ gaps, sampleRate }: Snapshot): number {
  return gaps.reduce((sum, gap) => sum + gap.endFrame - gap.startFrame, 0) / sampleRate;
}
