/** What somebody typed that this program does not take; said in one line, without a stack trace. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** How many letters must be changed to get from one word to the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1] + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(changed, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** What somebody may have meant: a question, or nothing. */
export function didYouMean(word: string, words: readonly string[]): string {
  const [nearest] = words.map((other) => ({ other, far: distance(word, other) }))
    .sort((a, b) => a.far - b.far);
  return nearest !== undefined && nearest.far <= Math.max(1, word.length / 3)
    ? ` Did you mean ${nearest.other}?`
    : "";
}
