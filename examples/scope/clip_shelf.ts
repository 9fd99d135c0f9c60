import type { Snapshot } from "@x/micring";
import type { ClipMark } from "./page/messages.ts";

/** A saved clip, and its file. */
interface ShelvedClip {
  readonly mark: ClipMark;
  readonly wav: Uint8Array<ArrayBuffer>;
}

/** A time as a part of a file's name, by the clock on the wall: `2026-11-23_14-03-22`. */
function nameTime(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number) => `${value}`.padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())];
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two);
  return `${day.join("-")}_${time.join("-")}`;
}

/**
 * The clips that were saved, as WAV files in memory: as many as there is room for. Where a new one
 * needs it, the oldest go; the newest always stays.
 */
export class ClipShelf {
  readonly #mostBytes: number;
  #clips: ShelvedClip[] = [];
  #lastId = 0;

  /** @param mostBytes How much all of them may take. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** What is there, the newest first. */
  get marks(): ClipMark[] {
    return this.#clips.map(({ mark }) => mark);
  }

  /** Saves a snapshot, sample by sample as it is. */
  add(snapshot: Snapshot): ClipMark {
    const wav = snapshot.toWav();
    const missing = snapshot.gaps.reduce((sum, gap) => sum + gap.endFrame - gap.startFrame, 0);
    const mark = {
      id: ++this.#lastId,
      seconds: snapshot.seconds,
      startTime: snapshot.startTime,
      missingSeconds: missing / snapshot.sampleRate,
      bytes: wav.length,
      fileName: `micring_${nameTime(snapshot.startTime)}.wav`,
    };
    this.#clips.unshift({ mark, wav });
    let room = this.#mostBytes;
    this.#clips = this.#clips.filter((clip, i) => (room -= clip.wav.length) >= 0 || i === 0);
    return mark;
  }

  /** The file of a clip, if it is still there. */
  wav(id: number): Uint8Array<ArrayBuffer> | undefined {
    return this.#clips.find(({ mark }) => mark.id === id)?.wav;
  }

  /** Throws a clip away; says whether it was there. */
  remove(id: number): boolean {
    const before = this.#clips.length;
    this.#clips = this.#clips.filter(({ mark }) => mark.id !== id);
    return this.#clips.length < before;
  }
}
