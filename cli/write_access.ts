/**
 * Whether files may be written.
 *
 * @module
 */

/** Whether this is allowed already. */
export async function mayWrite(path: string): Promise<boolean> {
  return (await Deno.permissions.query({ name: "write", path })).state === "granted";
}

/**
 * The same; in a terminal Deno asks, where it was not told. Done before anything is listened to:
 * later it would ask for each file, hold up the recording, and take the keys that are meant for it.
 */
export async function askToWrite(path: string): Promise<boolean> {
  return (await Deno.permissions.request({ name: "write", path })).state === "granted";
}
