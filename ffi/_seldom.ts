/**
 * Native functions that are called seldom. For each function that `Deno.dlopen` is told of, Deno
 * writes the code that calls it, which takes longer than some hundred calls without.
 *
 * @module
 */

type Functions = Record<string, Deno.ForeignFunction & { readonly optional?: boolean }>;

/** A native function, as one that takes and gives anything. */
export type SeldomCall = (...args: unknown[]) => unknown;

/** A function by where it is, for calls from time to time. */
export function seldomCall(
  pointer: Deno.PointerObject,
  definition: Deno.ForeignFunction,
): SeldomCall {
  let native: Deno.UnsafeFnPointer<typeof definition> | undefined;
  return (...args) => {
    native ??= new Deno.UnsafeFnPointer(
      pointer as Deno.PointerObject<typeof definition>,
      definition,
    );
    return native.call(...args as never[]);
  };
}

/** What `Deno.dlopen` gives, of functions that are called seldom; an optional one may be `null`. */
export function openSeldom<F extends Functions>(
  path: string,
  functions: F,
): Deno.DynamicLibrary<F> {
  const names = Object.keys(functions);
  // Deno itself would leave the library open where one is missing.
  const anywhere = names.map((name) => [name, { type: "pointer", optional: true }]);
  const opened = Deno.dlopen(path, Object.fromEntries(anywhere));
  const calls = names.map((name) => {
    const place = opened.symbols[name] as Deno.PointerValue;
    if (place !== null) return [name, seldomCall(place, functions[name])];
    if (functions[name].optional) return [name, null];
    opened.close();
    throw new Error(`${path} has no function ${name}`);
  });
  return { symbols: Object.fromEntries(calls), close: () => opened.close() };
}
