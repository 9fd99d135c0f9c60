/** How a program is asked to end: by Ctrl-C, and by a service manager. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

/** Whether a person can mend it: a wrong option, a missing microphone, a full disk. */
function isMendable(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const kinds = [TypeError, RangeError, ...Object.values(Deno.errors)];
  return "code" in error || kinds.some((kind) => error instanceof kind);
}

/**
 * Runs the main function of an example. What a person can mend is said in a line, without a stack
 * trace.
 *
 * @param main Its signal is aborted by Ctrl-C; a second one ends the program at once.
 */
export async function run(main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupt = new AbortController();
  const release = () => SIGNALS.forEach((name) => Deno.removeSignalListener(name, stop));
  const stop = () => {
    release();
    interrupt.abort();
  };
  SIGNALS.forEach((name) => Deno.addSignalListener(name, stop));
  try {
    await main(interrupt.signal);
  } catch (error) {
    if (!isMendable(error)) throw error;
    console.error(error.message);
    Deno.exitCode = 1;
  } finally {
    if (!interrupt.signal.aborted) release();
  }
}
