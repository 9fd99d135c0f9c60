/**
 * Where a user says that the native library is.
 *
 * @module
 */

import { checkText, show } from "./check.ts";

const WINDOWS = Deno.build.os === "windows";

function decoded(action: string, url: URL): string {
  try {
    // A percent sign that begins no escape stands for itself, as it does where Deno takes the URL.
    return decodeURIComponent(url.pathname.replace(/%(?![0-9A-Fa-f]{2})/g, "%25"));
  } catch (cause) {
    throw new TypeError(`Cannot ${action}: ${url.href} has escapes that are no UTF-8`, { cause });
  }
}

/** A path that the system takes, of a URL with the scheme `file:`. */
export function pathOf(action: string, url: URL, windows: boolean = WINDOWS): string {
  const path = decoded(action, url);
  if (!windows) return path;
  const host = url.host === "" ? "" : `\\\\${url.host}`;
  return host + path.replace(/^\/(?=[A-Za-z]:)/, "").replaceAll("/", "\\");
}

/** Refuses what names no file; gives its path, so that the same file is the same text. */
export function checkLibraryPath(action: string, value: unknown): string {
  const name = "libraryPath";
  if (value instanceof URL || (typeof value === "string" && value.startsWith("file:"))) {
    const url = new URL(value);
    if (url.protocol === "file:") {
      const path = pathOf(action, url);
      checkText(action, name, path);
      return path;
    }
    throw new TypeError(
      `Cannot ${action}: ${name} is ${url.href}, and must be a path or a file: URL`,
    );
  }
  if (typeof value !== "string") {
    throw new TypeError(`Cannot ${action}: ${name} is ${show(value)}, not a path or a file: URL`);
  }
  checkText(action, name, value);
  // A bare name would be looked for all over the system.
  return /[\\/]/.test(value) ? value : `./${value}`;
}
