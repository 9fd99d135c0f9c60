import type { AudioFormat, Snapshot } from "../mod.ts";
import { MicRingError, type SaveOptions } from "../mod.ts";
import type { Session } from "./session.ts";
import { sentence } from "./sentence.ts";
import { resultOf } from "./source_options.ts";
import type { Terminal } from "./terminal.ts";
import { askToWrite } from "./write_access.ts";

/** How many names are tried where there are such files already. */
const MOST_NAMES = 1000;

/** A level in words. */
export function levelText(dbfs: number): string {
  return dbfs === -Infinity ? "-inf" : dbfs.toFixed(1);
}

/** A length of time in words. */
export function secondsText(seconds: number): string {
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

/** Before anything is listened to: not only the first clip is to find out that it cannot be. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (cause) {
    const reason = cause instanceof Deno.errors.AlreadyExists
      ? "it is a file, not a folder"
      : cause instanceof Error
      ? cause.message
      : cause;
    throw new MicRingError("file-write-failed", `Cannot save to ${folder}: ${reason}`, { cause });
  }
}

/** Writes clips to a folder, each named after the time of its first frame, in UTC. */
export class ClipFolder {
  readonly #folder: string;
  readonly #name: string;
  readonly #result: SaveOptions;
  readonly #terminal: Terminal;
  /** How many could not be written. */
  failures = 0;
  /** How many were. */
  saved = 0;

  private constructor(folder: string, name: string, result: SaveOptions, terminal: Terminal) {
    this.#folder = folder;
    this.#name = name;
    this.#result = result;
    this.#terminal = terminal;
  }

  /**
   * Takes the folder that was given, and makes it if it is not there; or this one.
   *
   * @param name How the names of its clips begin.
   * @throws {Deno.errors.NotCapable} When nothing may be written there.
   * @throws {MicRingError} `file-write-failed` when it cannot be made.
   */
  static async open({ given, terminal }: Session, name: string): Promise<ClipFolder> {
    const folder = given.operand ?? ".";
    if (!await askToWrite(folder)) {
      throw new Deno.errors.NotCapable(
        `Cannot save to ${folder}: writing is not allowed there. Run with --allow-write, or ` +
          `--allow-write=${folder}`,
      );
    }
    if (given.operand !== undefined) await makeFolder(folder);
    return new ClipFolder(folder, name, resultOf(given), terminal);
  }

  /** How many were saved, in words. */
  get summary(): string {
    return this.saved === 1 ? "1 clip was saved." : `${this.saved} clips were saved.`;
  }

  /**
   * Writes one, and says so. One that cannot be written is told and counted: the next may be.
   *
   * @param more What else is told of it to programs.
   */
  async save(
    snapshot: Snapshot<AudioFormat>,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    try {
      const path = await this.#write(snapshot);
      this.saved++;
      const { seconds, complete } = snapshot;
      const { peakDbfs } = snapshot.level();
      const lost = complete ? "" : ", not complete";
      this.#terminal.result(
        `${path}  ${secondsText(seconds)}, peak ${levelText(peakDbfs)} dBFS${lost}`,
        {
          event: "saved",
          path,
          start: new Date(snapshot.startTime).toISOString(),
          seconds,
          peakDbfs,
          complete,
          ...more,
        },
      );
    } catch (error) {
      if (!(error instanceof MicRingError)) throw error;
      this.failures++;
      this.#terminal.problem(sentence(error.message));
    }
  }

  async #write(snapshot: Snapshot<AudioFormat>): Promise<string> {
    const time = new Date(snapshot.startTime).toISOString().replaceAll(":", "-");
    for (let number = 1;; number++) {
      const ending = number === 1 ? "" : `-${number}`;
      const path = `${this.#folder}/${this.#name}-${time}${ending}.wav`;
      try {
        await snapshot.saveTo(path, this.#result);
        return path;
      } catch (error) {
        const there = error instanceof MicRingError &&
          error.cause instanceof Deno.errors.AlreadyExists;
        if (!there || number === MOST_NAMES) throw error;
      }
    }
  }
}
