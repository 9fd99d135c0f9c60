/**
 * A microphone for ALSA that delivers a counter by the clock, and fails when it is told to: see
 * `native/alsa_counter.c`.
 *
 * @module
 */

import { helper } from "./_helpers.ts";
import { haveFile, haveTools } from "./_tools.ts";

/** What can go wrong: see `native/alsa_counter.c`. */
export type AlsaFault = "gone" | "error" | "overrun" | "stall" | "denied";

/** The rate at which it counts. */
export const ALSA_RATE = 48_000;

const HEADER = "/usr/include/alsa/pcm_external.h";
const PACKAGE = "libasound2-dev";

/** The plug-in is to stay loaded, whoever closes it. */
const FLAGS = {
  compiler: ["-DPIC", "-fPIC"],
  linker: ["-shared", "-Wl,-z,nodelete", "-lasound"],
};

/** Registers a test that needs the microphone. */
export function alsaTest(name: string, run: () => Promise<void>): void {
  Deno.test(name, async () => {
    if (await haveTools(["cc"], "gcc") && await haveFile(HEADER, PACKAGE)) await run();
  });
}

/** The microphone, as the system's only one. */
export class AlsaMicrophone implements AsyncDisposable {
  /** What a process needs in its environment to have it, and no other. */
  readonly env: Readonly<Record<string, string>>;
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
    this.env = {
      ALSA_CONFIG_PATH: `${directory}/asound.conf`,
      MICRING_ALSA_FAULTS: `${directory}/faults`,
      PULSE_SERVER: `unix:${directory}/nobody`,
    };
  }

  /** Makes one. */
  static async make(): Promise<AlsaMicrophone> {
    const directory = await Deno.makeTempDir({ prefix: "micring-alsa-" });
    const plugin = await helper("alsa_counter", FLAGS);
    await Deno.writeTextFile(
      `${directory}/asound.conf`,
      `pcm_type.micring { lib "${plugin}" }\n` +
        'pcm.!default { type micring hint { show on description "A counter" } }\n',
    );
    return new AlsaMicrophone(directory);
  }

  /** Lets something go wrong from now on, for so many seconds, in whoever records it. */
  async fail(kind: AlsaFault, seconds: number): Promise<void> {
    await Deno.writeTextFile(`${this.#directory}/faults`, `${kind} ${seconds}\n`, {
      append: true,
    });
  }

  /** Takes it away at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return Deno.remove(this.#directory, { recursive: true });
  }
}
