/**
 * Whether a file is there, asked of the system itself: it is one of the package's own, for which
 * nobody should have to allow reading.
 *
 * @module
 */

import { pathOf } from "./library_path.ts";
import { cText, wideText } from "./library_loader.ts";
import { openSeldom } from "./_seldom.ts";

const ACCESS = { access: { parameters: ["buffer", "i32"], result: "i32" } } as const;
const F_OK = 0;

const ATTRIBUTES = { GetFileAttributesW: { parameters: ["buffer"], result: "u32" } } as const;
const INVALID_FILE_ATTRIBUTES = 0xffff_ffff;

/** Whether there is a file of such a `file:` URL. */
export function isFileThere(url: URL): boolean {
  const path = pathOf(url);
  if (Deno.build.os === "windows") {
    const kernel32 = openSeldom("kernel32.dll", ATTRIBUTES);
    const attributes = kernel32.symbols.GetFileAttributesW(wideText(path));
    kernel32.close();
    return attributes !== INVALID_FILE_ATTRIBUTES;
  }
  const name = Deno.build.os === "darwin" ? "/usr/lib/libSystem.B.dylib" : "libc.so.6";
  const libc = openSeldom(name, ACCESS);
  const answer = libc.symbols.access(cText(path), F_OK);
  libc.close();
  return answer === 0;
}
