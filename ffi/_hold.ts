/**
 * A hold on a native recorder: while this thread has one, the recorder's memory is there.
 *
 * @module
 */

import { INFO, TOKEN } from "./abi.ts";
import { FORMAT_NUMBERS, type SampleFormat } from "./formats.ts";
import { type Handle, type Library, unwrap, withWords } from "./_library.ts";

/** Its number, for calls that may come late, and the recorder, for those that may not. */
export interface Hold {
  readonly number: number;
  readonly recorder: Handle;
}

/** What an opening function takes at its end: who will hold it, and its two out-parameters. */
export type OpeningOuts = [
  thread: number,
  out: Float64Array<ArrayBuffer>,
  error: Uint8Array<ArrayBuffer>,
];

function holdOf(native: Library, number: number): Hold {
  return { number, recorder: native.micring_recorder(number) as Handle };
}

/** Runs a call that opens a recorder, and unwraps its status. */
export async function openHold(
  native: Library,
  action: string,
  call: (...outs: OpeningOuts) => Promise<number>,
): Promise<Hold> {
  const out = new Float64Array(1);
  const thread = native.micring_thread();
  await withWords(action, (error) => call(thread, out, error));
  return holdOf(native, out[0]);
}

/** The two numbers by which a recorder is found again in this process. */
export interface HoldToken {
  readonly process: number;
  readonly ring: number;
}

/** The token of what is held. */
export function shareHold(native: Library, action: string, { number }: Hold): HoldToken {
  const fields = new Float64Array(TOKEN.FIELDS);
  unwrap(action, native.micring_share(number, fields));
  return { process: fields[TOKEN.PROCESS], ring: fields[TOKEN.RING] };
}

/**
 * A reader's hold on what a token was made of. The format is looked at here: an array of another one
 * would be too short for what is copied into it.
 */
export async function attachHold(
  native: Library,
  action: string,
  { process, ring }: HoldToken,
  format: SampleFormat,
): Promise<Hold> {
  const out = new Float64Array(1);
  unwrap(action, native.micring_attach(native.micring_thread(), process, ring, out));
  const hold = holdOf(native, out[0]);
  const fields = new Float64Array(INFO.FIELDS);
  native.micring_info(hold.recorder, fields);
  if (fields[INFO.FORMAT] === FORMAT_NUMBERS[format]) return hold;
  await native.micring_close(hold.number, 0);
  throw new TypeError(`Cannot ${action}: the token says ${format}, and the ring stores another`);
}
