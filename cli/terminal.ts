/**
 * What a command says, to people and to programs.
 *
 * @module
 */

/** The stream that is written to: standard output, or standard error. */
interface Stream {
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

function write(stream: Stream, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}

/** Whether the reader is gone: it closed the pipe, or the terminal was closed. */
function hasLeft(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Error && "code" in error && error.code === "EIO";
}

/**
 * Results go to standard output, a line each, as text or as JSON. What else there is to be said goes
 * to standard error: notes, and a line that is redrawn in place where a terminal is there to see it.
 */
export class Terminal {
  readonly #json: boolean;
  readonly #quiet: boolean;
  readonly #closed = new AbortController();
  /* Which stream has a line that is not ended yet. */
  #open: Stream | undefined;
  #lost = false;

  constructor(json: boolean, quiet: boolean) {
    this.#json = json;
    this.#quiet = quiet;
  }

  /** Is aborted when nobody reads the results any more, as behind `| head`. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Whether something was said that could not be written. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Whether results are redrawn in place: they are read by a person. */
  get live(): boolean {
    return !this.#json && Deno.stdout.isTerminal();
  }

  /** How many characters a line has room for. */
  width(): number {
    // A terminal that does not know its size says 0.
    return this.live && Deno.consoleSize().columns || 80;
  }

  /**
   * A result: a line for people, the same as an object for programs. JSON has no infinity: digital
   * silence is null there.
   */
  result(line: string, data: Readonly<Record<string, unknown>>): void {
    this.#write(Deno.stdout, `${this.#json ? JSON.stringify(data) : line}\n`);
  }

  /** Shows a result in place of the last one. */
  redraw(line: string): void {
    this.#draw(Deno.stdout, line);
  }

  /** Something a person may want to know. */
  note(text: string): void {
    if (!this.#quiet) this.#write(Deno.stderr, `${text}\n`);
  }

  /** What went wrong; `quiet` does not hide it. */
  problem(text: string): void {
    this.#write(Deno.stderr, `${text}\n`);
  }

  /** How far it is, in place of what stood there; only where a person sees it. */
  progress(line: string): void {
    if (!this.#quiet && Deno.stderr.isTerminal()) this.#draw(Deno.stderr, line);
  }

  /** Ends a line that was drawn. */
  end(): void {
    if (this.#open !== undefined) this.#write(this.#open, "");
  }

  #draw(stream: Stream, line: string): void {
    if (this.#open !== stream) this.end();
    // A line that became two would be redrawn in the wrong place.
    this.#send(stream, `\r\x1b[K${line.slice(0, this.width() - 1)}`);
    this.#open = stream;
  }

  #write(stream: Stream, text: string): void {
    if (this.#open !== undefined) this.#send(this.#open, "\n");
    this.#open = undefined;
    if (text !== "") this.#send(stream, text);
  }

  #send(stream: Stream, text: string): void {
    try {
      write(stream, text);
    } catch (error) {
      if (hasLeft(error)) this.#closed.abort();
      else this.#lose(stream, error);
    }
  }

  /** Goes on: what is recorded matters more than what is said of it. */
  #lose(stream: Stream, error: unknown): void {
    const first = !this.#lost;
    this.#lost = true;
    if (!first || stream === Deno.stderr) return;
    const reason = error instanceof Error ? error.message : error;
    this.#send(Deno.stderr, `Cannot write to standard output: ${reason}.\n`);
  }
}
