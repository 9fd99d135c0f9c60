/** What the library advises, in words of the command line. */
export function onCommandLine(words: string): string {
  return words.replace('exists: "replace"', "--replace").replace("source: tone()", "--source=tone")
    .replace(
      /(?<=: )[a-z]+([A-Z][a-z]+)*(?= is .*must be)/,
      (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    );
}

/** The same, with a full stop if it ends with nothing like it. */
export function sentence(words: string): string {
  const text = onCommandLine(words);
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
