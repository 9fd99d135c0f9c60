import type { Feed } from "./feed.ts";
import { planRecording, type RecordOptions } from "./record_options.ts";
import { Recording } from "./recording.ts";

/**
 * See `ring.recordTo`.
 *
 * @param now The frame of the ring that was to be written next when it was asked for.
 */
export async function startRecording(
  ring: Feed,
  now: number,
  path: string | URL,
  options: RecordOptions,
  device: () => string | undefined,
): Promise<Recording> {
  return await Recording.start(planRecording("record", ring, now, path, options), device);
}
