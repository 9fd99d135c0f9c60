/**
 * What loading a packed library needs of a system.
 *
 * @module
 */

/** A library's bytes, checked, and what they are called. */
export interface CheckedLibrary {
  /** Another build has another name. */
  readonly fileName: string;
  readonly sha256: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Loads a library that is in no file. A process gets one copy, whichever of its Workers comes first:
 * they share rings through it. It stays in memory when Deno lets it go, and so can be opened by its
 * name again.
 */
export interface LibraryLoader extends Disposable {
  /** What `Deno.dlopen` takes for the copy that this process has already, if it has one. */
  find(fileName: string): string | undefined;
  /** Brings the library into this process; what `Deno.dlopen` takes for the one copy. */
  load(library: CheckedLibrary): string;
}

/** Text that ends with a NUL, for C. */
export function cText(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

/** Text that ends with a NUL, for Windows. */
export function wideText(text: string): Uint8Array<ArrayBuffer> {
  const units = new Uint16Array(text.length + 1);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return new Uint8Array(units.buffer);
}

/** What `Deno.dlopen` said, without what it repeats, and what Windows ends it with. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^(Could not open library: )+/, "").replace(/\.?\s*$/, "");
}
