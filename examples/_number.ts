/** The number that an option was given; refuses what is none. */
export function numberFrom(name: string, text: string, least = -Infinity): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= least) return value;
  const bound = least === -Infinity ? "" : ` of at least ${least}`;
  throw new TypeError(`Cannot use --${name}=${text}: it must be a number${bound}`);
}
