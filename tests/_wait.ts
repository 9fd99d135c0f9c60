/** Waits for so long. */
export function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}

/** Waits until something holds; a test that waits in vain is ended by its error, not by a hang. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seconds = 20,
): Promise<void> {
  const deadline = performance.now() + 1000 * seconds;
  while (!await holds()) {
    if (performance.now() > deadline) {
      throw new Error(`Cannot wait for ${what}: ${seconds} s passed`);
    }
    await sleep(0.001);
  }
}
