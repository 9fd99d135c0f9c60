import { checkWord } from "./check.ts";
import type { Clip } from "./clip.ts";
import { type FormatOption, FrameScale, type ResultOptions, timeIn } from "./conversion.ts";
import type { AudioFormat } from "./formats.ts";
import { filePath } from "./record_options.ts";
import { isoTime, nameOf, type Sidecar, SidecarFile, sidecarGap } from "./sidecar.ts";
import type { Snapshot } from "./snapshot.ts";
import { type ExistingFile, explainWrite } from "./record_output.ts";
import { WavFile } from "./wav_file.ts";

/** What `snapshot.saveTo` can be told. */
export interface SaveOptions extends ResultOptions, FormatOption<AudioFormat> {
  /** What is done where there is a file of that name; `refuse` if left out. */
  readonly exists?: ExistingFile;
}

const ACTION = "save a snapshot";

/** What only a clip says; its frames may have been others before it was converted. */
function aboutClip(
  given: Snapshot<AudioFormat>,
  { sampleRate, startFrame }: Snapshot<AudioFormat>,
): Partial<Sidecar> {
  const { atFrame, atTime } = given as Partial<Clip>;
  if (atFrame === undefined || atTime === undefined) return {};
  const scale = new FrameScale(given.sampleRate, sampleRate);
  return { atFrame: scale.up(atFrame) - startFrame, at: isoTime(atTime) };
}

function describe(snapshot: Snapshot<AudioFormat>, path: string): Sidecar {
  const { startFrame, startTime, endTime, frames, complete } = snapshot;
  return {
    file: nameOf(path),
    finished: true,
    start: isoTime(startTime),
    startTime,
    end: isoTime(endTime),
    endTime,
    frames,
    timeUncertainty: snapshot.timeUncertainty,
    sampleRate: snapshot.sampleRate,
    channels: snapshot.channels,
    format: snapshot.format,
    startFrame,
    complete,
    gaps: snapshot.gaps.map((gap) => sidecarGap(gap, startFrame, (at) => timeIn(snapshot, at))),
  };
}

/** Both or none; of what is replaced, nothing is touched before both can be written. */
async function writeBoth(
  path: string,
  snapshot: Snapshot<AudioFormat>,
  sidecar: Sidecar,
  exists: ExistingFile,
): Promise<void> {
  const wav = await WavFile.open(path, snapshot, exists);
  try {
    const beside = await SidecarFile.open(path, exists);
    try {
      await beside.empty();
      await wav.begin();
      await wav.append(snapshot.samples);
      await beside.write(sidecar);
      await wav.close();
    } catch (error) {
      await beside.discard();
      throw error;
    }
    beside.close();
  } catch (error) {
    await wav.discard();
    throw error;
  }
}

/** See `snapshot.saveTo`: of one that is given, a copy is written, converted as it was wanted. */
export async function saveSnapshot(
  given: Snapshot<AudioFormat>,
  snapshot: Snapshot<AudioFormat>,
  path: string | URL,
  exists: ExistingFile = "refuse",
): Promise<void> {
  checkWord(ACTION, "exists", exists, ["refuse", "replace"]);
  const target = filePath(ACTION, path);
  const sidecar = { ...describe(snapshot, target), ...aboutClip(given, snapshot) };
  try {
    await writeBoth(target, snapshot, sidecar, exists);
  } catch (error) {
    throw explainWrite(`${ACTION} to ${target}`, error);
  }
}
