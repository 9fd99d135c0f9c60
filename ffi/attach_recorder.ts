import type { SampleFormat } from "./formats.ts";
import { attachHold } from "./_hold.ts";
import { acquireLibrary } from "./_library.ts";
import { Recorder } from "./_recorder.ts";
import { checkToken, type RingToken } from "./ring_token.ts";
import { Source } from "./sources.ts";

const ACTION = "attach to the ring";

/** Attaches to the recorder that a token was made of: to read it, beside its owner. */
export async function attachRecorder<F extends SampleFormat>(
  token: RingToken<F>,
): Promise<Recorder<F>> {
  const checked = checkToken<F>(ACTION, token);
  const { format, source, libraryPath } = checked;
  const library = await acquireLibrary(libraryPath);
  try {
    const hold = await attachHold(library.native, ACTION, checked, format);
    return new Recorder(library, hold, format, new Source(source));
  } catch (error) {
    library[Symbol.dispose]();
    throw error;
  }
}
