/**
 * A microphone for ALSA that delivers a counter by the clock, and fails when it is told to: see
 * `native/alsa_counter.c`.
 *
 * @module
 */

import { haveTools } from "./_tools.ts";

/** What can go wrong: see `native/alsa_counter.c`. */
export type AlsaFault = "gone" | "error" | "overrun" | "stall" | "denied";

/** The rate at which it counts. */
export const ALSA_RATE = 48_000;

const HEADER = "/usr/include/alsa/pcm_external.h";
const PACKAGE = "libasound2-dev";

async function compilePlugin(output: string): Promise<void> {
  const source = new URL("native/alsa_counter.c", import.meta.url).pathname;
  const { success, stderr } = await new Deno.Command("cc", {
    args: [
      ...[
        "-std=gnu11",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-DPIC",
        "-fPIC",
        "-shared",
        "-Wl,-z,nodelete",
      ],
      ...[source, "-o", output, "-lasound"],
    ],
  }).output();
  if (!success) throw new Error(`Cannot compile ${source}:\n${new TextDecoder().decode(stderr)}`);
}

async function haveHeader(): Promise<boolean> {
  if (await Deno.stat(HEADER).then(() => true, () => false)) return true;
  const words = `no ${HEADER} here (apt-get install ${PACKAGE})`;
  if (Deno.env.get("CI")) throw new Error(`Cannot test: ${words}`);
  console.log(`skipped: ${words}`);
  return false;
}

/** Registers a test that needs the microphone. */
export function alsaTest(name: string, run: () => Promise<void>): void {
  Deno.test(name, async () => {
    if (await haveTools(["cc"], "gcc") && await haveHeader()) await run();
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
    const plugin = `${directory}/libasound_module_pcm_micring.so`;
    await compilePlugin(plugin);
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
