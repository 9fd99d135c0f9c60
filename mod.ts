/**
 * MicRing: the last seconds of the microphone, at any moment.
 *
 * A program often learns after the fact that it wanted the audio: a wake word fired, a bird
 * called, someone said "save that". A {@linkcode MicRing} keeps the last seconds in native memory
 * all the time, and hands out a {@linkcode Snapshot} of them whenever it is asked.
 *
 * Needs `--allow-ffi`. Without a microphone, {@linkcode tone} or another source takes its place:
 *
 * @example
 * ```ts
 * import { MicRing, tone } from "@x/micring";
 *
 * await using ring = await MicRing.open({ seconds: 2, source: tone() });
 * const snapshot = ring.snapshot({ seconds: 0.5 });
 * console.log(snapshot.frames, "frames, peak", snapshot.level().peakDbfs, "dBFS");
 * ```
 *
 * @module
 */

export { AttachedRing, type RingToken } from "./ffi/attached_ring.ts";
export type { BlockOptions } from "./ffi/blocks.ts";
export { BlockRing } from "./ffi/block_ring.ts";
export {
  Clip,
  type ClipOptions,
  type ClipParts,
  TriggeredClip,
  type TriggeredClipParts,
} from "./ffi/clip.ts";
export type { ClipsOptions } from "./ffi/clips.ts";
export type { ConvertOptions, FormatOption, ResultOptions } from "./ffi/conversion.ts";
export type { DetectOptions, Detector } from "./ffi/detect.ts";
export type {
  DefaultDeviceChange,
  DeviceChange,
  DeviceListChange,
  WatchDevicesOptions,
} from "./ffi/watch_devices.ts";
export type {
  Backend,
  DeviceFormat,
  DeviceInfo,
  DevicesOptions,
  OpenedDevice,
} from "./ffi/devices.ts";
export { MicRingError, type MicRingErrorCode } from "./ffi/errors.ts";
export {
  DeviceEvent,
  type DeviceEventParts,
  GapEvent,
  type GapEventParts,
  type RingEventMap,
  type RingListener,
  StateEvent,
  type StateEventParts,
} from "./ffi/events.ts";
export type { AudioFormat, SampleFormat, Samples, WavFormat } from "./ffi/formats.ts";
export type { Gap, GapCause } from "./ffi/gaps.ts";
export { HeldRing } from "./ffi/held_ring.ts";
export type { Level } from "./ffi/level.ts";
export type { BlockListener, Listening } from "./ffi/listening.ts";
export { LiveRing } from "./ffi/live_ring.ts";
export type { ChannelReading, Meter, MeterReading } from "./ffi/meter.ts";
export type { MeterOptions } from "./ffi/ring_meter.ts";
export { MicRing } from "./ffi/mic_ring.ts";
export type { OpenOptions } from "./ffi/open_options.ts";
export { ReadableRing } from "./ffi/readable_ring.ts";
export type { PeekedSpan } from "./ffi/ring_reader.ts";
export type { RecentOptions } from "./ffi/recent.ts";
export type { RecordOptions, RotateOptions } from "./ffi/record_options.ts";
export type { FinishedRecording, Recording } from "./ffi/recording.ts";
export type { RingReason, RingState } from "./ffi/ring_state.ts";
export type { RingStats } from "./ffi/ring_stats.ts";
export { Schedule } from "./ffi/schedule.ts";
export {
  type ScheduleControl,
  ScheduleErrorEvent,
  type ScheduleEventMap,
} from "./ffi/schedule_machine.ts";
export type {
  ScheduleCatchUp,
  ScheduleOptions,
  ScheduleOverlap,
  ScheduleRun,
  ScheduleTask,
} from "./ffi/schedule_options.ts";
export type { ScheduleStats } from "./ffi/schedule_runs.ts";
export type { CronTiming, EveryTiming, ScheduleTiming } from "./ffi/schedule_timing.ts";
export type { SaveOptions } from "./ffi/save_snapshot.ts";
export { Snapshot, type SnapshotParts } from "./ffi/snapshot.ts";
export type { RangeOptions, SnapshotOptions } from "./ffi/snapshot_options.ts";
export {
  file,
  type FileOptions,
  microphone,
  type PaceOptions,
  push,
  sequence,
  Source,
  type SourceKind,
  type SourceSettings,
  tone,
  type ToneOptions,
} from "./ffi/sources.ts";
export type { TriggerOptions } from "./ffi/trigger_options.ts";
export type { ExistingFile } from "./ffi/record_output.ts";
export type { WavOptions } from "./ffi/wav.ts";
