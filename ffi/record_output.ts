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
  readonly #mayRead: boolean;
  readonly #isNew: boolean;
  #isEmptied = false;
  #closed = false;

  private constructor(path: string | URL, file: Deno.FsFile, isNew: boolean) {
    this.#path = path;
    this.#file = file;
    this.#isNew = isNew;
    // Asking for it would be a question to the user.
    this.#mayRead = Deno.permissions.querySync({ name: "read", path }).state === "granted";
  }

  /** Opens it. One that is replaced stays as it is until it is emptied. */
  static async create(path: string | URL, exists: ExistingFile): Promise<RecordOutput> {
    try {
      const created = await Deno.open(path, { write: true, createNew: true });
      return new RecordOutput(path, created, true);
    } catch (error) {
      if (exists === "refuse" || !(error instanceof Deno.errors.AlreadyExists)) throw error;
      return new RecordOutput(path, await Deno.open(path, { write: true }), false);
    }
  }

  /** Lets go of what was there before. */
  async empty(): Promise<void> {
    if (this.#isNew) return;
    this.#isEmptied = true;
    // As it is opened: then a device is as good as a file.
    (await Deno.open(this.#path, { write: true, truncate: true })).close();
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

  /**
   * Closes it, and removes it, so that it may be tried again. What was there before is not removed,
   * as it may be no file; but if its content is gone, there is no half of another in it.
   */
  async discard(): Promise<void> {
    // What is in the way of that is in the way of writing, too, which is told.
    if (this.#isEmptied) await this.empty().catch(() => {});
    this.close();
    if (this.#isNew) await Deno.remove(this.#path).catch(() => {});
  }
}
