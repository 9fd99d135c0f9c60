/**
 * Where Deno keeps what it has downloaded: a process that is given another home directory, where a
 * private sound server keeps its files, would begin to download anew.
 */
export function denoDir(): string {
  const get = (name: string) => Deno.env.get(name);
  return get("DENO_DIR") ?? `${get("XDG_CACHE_HOME") ?? `${get("HOME")}/.cache`}/deno`;
}
