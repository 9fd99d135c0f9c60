/** The minimum, median and maximum, in three columns. */
export function quote(values: readonly number[], digits: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)!]
    .map((value) => value.toFixed(digits).padStart(digits + 6)).join("");
}

/** The value below which such a part of them is. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}
