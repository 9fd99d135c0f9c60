/**
 * Opens the recorder that a plan asks for.
 *
 * @module
 */

import { BACKENDS, STATUS } from "./abi.ts";
import { backendOfId, chooseDevice, isDeviceId, listDevices } from "./devices.ts";
import { explain, MicRingError } from "./errors.ts";
import { FORMAT_NUMBERS, type SampleFormat } from "./formats.ts";
import { type Hold, openHold } from "./_hold.ts";
import { acquireLibrary, cString, type Library } from "./_library.ts";
import type { OpenPlan } from "./open_options.ts";
import { Recorder } from "./_recorder.ts";
import type { SourceSettings } from "./sources.ts";

type Plan = OpenPlan<SampleFormat>;
type FileSettings = Extract<SourceSettings, { kind: "file" }>;

/** The parameters that every open function ends with, before those of a hold. */
function shape(plan: Plan): [number, number, number, number] {
  return [plan.seconds, plan.sampleRate, plan.channels, FORMAT_NUMBERS[plan.format]];
}

/** The id of a device: a name is looked up first. */
async function findId(device: string, backend: Plan["backend"]): Promise<string> {
  if (isDeviceId(device)) return device;
  return chooseDevice(await listDevices(backend === undefined ? {} : { backend }), device).id;
}

async function openMicrophone(native: Library, plan: Plan): Promise<Hold> {
  const id = plan.device === undefined ? "" : await findId(plan.device, plan.backend);
  const backend = BACKENDS[plan.backend ?? (id === "" ? "auto" : backendOfId(id))];
  const name = cString(id);
  const action = id === "" ? "open the microphone" : `open the device ${id}`;
  return await openHold(
    native,
    action,
    (...outs) =>
      native.micring_open_microphone(backend, name, plan.periodMs, ...shape(plan), ...outs),
  );
}

/** From here on a RIFF's length says "unknown": written by programs that could not go back. */
const RIFF_LENGTH_UNKNOWN = 0x7fff_0000;

/** How long the file must be by its own header, if it is a WAV; 0 for others. */
async function promisedLength(path: string): Promise<number> {
  using opened = await Deno.open(path);
  const header = new Uint8Array(12);
  if (await opened.read(header) !== header.length) return 0;
  const name = new TextDecoder("latin1").decode(header);
  const length = new DataView(header.buffer).getUint32(4, true);
  const wav = name.startsWith("RIFF") && name.endsWith("WAVE");
  return wav && length < RIFF_LENGTH_UNKNOWN ? length + 8 : 0;
}

/**
 * Native code could read any file; this asks Deno, so that `--allow-read` means what it says.
 * And it looks at what the decoder passes over: a WAV shorter than its header says.
 */
async function checkFile(action: string, path: string): Promise<void> {
  try {
    const { isDirectory, isFile, size } = await Deno.stat(path);
    if (isDirectory) {
      throw new MicRingError("file-unreadable", `Cannot ${action}: it is a directory`);
    }
    if (!isFile) {
      throw new MicRingError("file-unreadable", `Cannot ${action}: it is no regular file`);
    }
    if (size === 0) {
      throw new MicRingError("file-not-audio", `Cannot ${action}: it is empty`);
    }
    const promised = await promisedLength(path);
    if (promised <= size) return;
    throw new MicRingError(
      "file-truncated",
      `Cannot ${action}: ` + explain(
        STATUS.FILE_TRUNCATED,
        `it is cut off: its header promises ${promised} bytes, it has ${size}`,
      ),
    );
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new MicRingError("file-unreadable", `Cannot ${action}: there is no such file`, { cause });
  }
}

async function openFile(
  native: Library,
  plan: Plan,
  { path, loop, speed }: FileSettings,
): Promise<Hold> {
  const action = `open the file ${path}`;
  await checkFile(action, path);
  const name = cString(path);
  return await openHold(
    native,
    action,
    (...outs) => native.micring_open_file(name, Number(loop), speed, ...shape(plan), ...outs),
  );
}

function openHoldFor(native: Library, plan: Plan): Promise<Hold> {
  const { settings } = plan.source;
  switch (settings.kind) {
    case "microphone":
      return openMicrophone(native, plan);
    case "file":
      return openFile(native, plan, settings);
    case "tone": {
      const { frequency, levelDbfs, speed } = settings;
      return openHold(
        native,
        `open ${plan.seconds} s of a tone`,
        (...outs) => native.micring_open_tone(frequency, levelDbfs, speed, ...shape(plan), ...outs),
      );
    }
    case "sequence":
      return openHold(
        native,
        `open ${plan.seconds} s of a sequence`,
        (...outs) => native.micring_open_sequence(settings.speed, ...shape(plan), ...outs),
      );
    case "push":
      return openHold(
        native,
        `open ${plan.seconds} s`,
        (...outs) => native.micring_open_push(...shape(plan), ...outs),
      );
  }
}

/** Opens the recorder that a plan asks for, and resolves when its first frame is in. */
export async function openRecorder<F extends SampleFormat>(
  plan: OpenPlan<F>,
): Promise<Recorder<F>> {
  const library = await acquireLibrary(plan.libraryPath);
  try {
    const hold = await openHoldFor(library.native, plan);
    return await Recorder.over(library, hold, plan.format, plan.source);
  } catch (error) {
    library[Symbol.dispose]();
    throw error;
  }
}
