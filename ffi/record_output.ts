/**
 * The files that recordings are written to.
 *
 * @module
 */

import { MicRingError } from "./errors.ts";

/** What is done where there is a file of that name: see `RecordOptions.exists`. */
export type ExistingFile = "refuse" | "replace";

/** What stands in the way of writing, where the system does not say it well or at all. */
export class Obstacle extends Error {}

/** Why something could not be written, for people. */
export function explainWrite(action: string, error: unknown): MicRingError {
  const reason = error instanceof Deno.errors.AlreadyExists
    ? 'there is a file of that name; choose another, or exists: "replace"'
    : error instanceof Deno.errors.NotFound
    ? "the folder is not there"
    : error instanceof Error
    ? error.message.replace(/\.$/, "")
    : String(error);
  const cause = error instanceof Obstacle && error.cause !== undefined ? error.cause : error;
  return new MicRingError("file-write-failed", `Cannot ${action}: ${reason}`, { cause });
}

/** A file that is written at any place of it. */
export class RecordOutput {
  readonly #path: string | URL;
  readonly #file: Deno.FsFile;
  readonly #isNew: boolean;
  readonly #mayRead: boolean;
  #closed = false;

  private constructor(path: string | URL, file: Deno.FsFile, isNew: boolean) {
    this.#path = path;
    this.#file = file;
    this.#isNew = isNew;
    // Asking for it would be a question to the user.
    this.#mayRead = Deno.permissions.querySync({ name: "read", path }).state === "granted";
  }

  /** Opens it, empty. */
  static async create(path: string | URL, exists: ExistingFile): Promise<RecordOutput> {
    const isNew = exists === "refuse";
    const options = isNew ? { createNew: true } : { create: true, truncate: true };
    return new RecordOutput(path, await Deno.open(path, { write: true, ...options }), isNew);
  }

  /** Writes all of it, from a place on. */
  async write(at: number, bytes: Uint8Array): Promise<void> {
    await this.#file.seek(at, Deno.SeekMode.Start);
    for (let written = 0; written < bytes.length;) {
      written += await this.#file.write(bytes.subarray(written));
    }
  }

  /** Cuts it off. */
  async truncate(length: number): Promise<void> {
    await this.#file.truncate(length);
  }

  /**
   * Throws when it was removed: the system would go on taking what is written, and then it is
   * nowhere. Who may not read it is not told how many names it has: moved is as good as removed.
   */
  async requireThere(): Promise<void> {
    const links = this.#mayRead ? (await this.#file.stat()).nlink : null;
    if (links !== null && links > 0) return;
    if (!await this.#isAtItsPath()) throw new Obstacle("the file is not there any more");
  }

  /** By what takes no more than the right to write, and changes what each write does. */
  async #isAtItsPath(): Promise<boolean> {
    const now = new Date();
    return await Deno.utime(this.#path, now, now).then(
      () => true,
      // The owner alone may do it: anything else says that there is a file.
      (error) => !(error instanceof Deno.errors.NotFound),
    );
  }

  /** Closes it; again changes nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close();
  }

  /** Closes it, and removes it, so that it may be tried again; not what was there before. */
  async discard(): Promise<void> {
    this.close();
    // What is in the way of that is in the way of writing, too, which is told.
    if (this.#isNew) await Deno.remove(this.#path).catch(() => {});
  }
}
