/**
 * Runs programs, as many at a time as there are processors.
 *
 * @module
 */

/** What became of a program: `words` is all it said. */
export interface Outcome {
  readonly code: number;
  readonly words: string;
}

const MOST_MS = 120_000;

/** Runs a program in a folder to its end. */
export async function call(program: string, args: string[], folder: string): Promise<Outcome> {
  const late = AbortSignal.timeout(MOST_MS);
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: folder,
    stdin: "null",
    signal: late,
  }).output();
  const decoder = new TextDecoder();
  const words = (decoder.decode(stdout) + decoder.decode(stderr)).trim();
  if (!late.aborted) return { code, words };
  throw new Error(`Cannot test: ${program} was not done within ${MOST_MS / 1000} s\n${words}`);
}

/** Does the jobs, as many at a time as there are processors; the results in their order. */
export async function inParallel<T>(jobs: (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  async function work(): Promise<void> {
    while (next < jobs.length) {
      const index = next++;
      results[index] = await jobs[index]();
    }
  }
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, work));
  return results;
}

/** A text changed: each piece must be there exactly once, so that no change vanishes unseen. */
export function edit(name: string, text: string, edits: readonly [string, string][]): string {
  for (const [from, to] of edits) {
    const parts = text.split(from);
    if (parts.length !== 2) {
      throw new Error(`Cannot edit ${name}: ${parts.length - 1} places with: ${from}`);
    }
    text = parts.join(to);
  }
  return text;
}
