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
  const native = new Deno.UnsafeFnPointer(
    pointer as Deno.PointerObject<typeof definition>,
    definition,
  );
  return (...args) => native.call(...args as never[]);
}

/** What `Deno.dlopen` gives, of functions that are called seldom; an optional one may be `null`. */
export function openSeldom<F extends Functions>(
  path: string,
  functions: F,
): Deno.DynamicLibrary<F> {
  const names = Object.keys(functions);
  const places = Deno.dlopen(
    path,
    Object.fromEntries(names.map((name) => {
      const { optional = false } = functions[name];
      return [name, { type: "pointer", optional }];
    })),
  );
  const calls = names.map((name) => {
    const place = places.symbols[name] as Deno.PointerValue;
    return [name, place === null ? null : seldomCall(place, functions[name])];
  });
  return { symbols: Object.fromEntries(calls), close: () => places.close() };
}
