import { assert, assertEquals } from "@std/assert";
import { symbols } from "../ffi/_symbols.ts";
import * as abi from "../ffi/abi.ts";
import { FAILURES } from "../ffi/errors.ts";
import { FORMAT_NUMBERS } from "../ffi/formats.ts";

/** The value, which must be there. */
function must<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) {
    throw new Error(`Cannot find ${what}: it is not there`);
  }
  return value;
}

const read = (path: string) => Deno.readTextFile(new URL(path, import.meta.url));
const withoutComments = (text: string) => text.replace(/\/\*[^]*?\*\//g, "");
const header = withoutComments(await read("../native/micring.h"));

interface Prototype {
  readonly name: string;
  readonly result: string;
  readonly parameters: string[];
}

function parsePrototypes(): Prototype[] {
  const found = header.matchAll(/MICRING_API\s+([^;()]*?)(\w+)\(([^)]*)\)\s*;/g);
  return [...found].map(([, result, name, parameters]) => ({
    name,
    result: result.trim(),
    parameters: parameters.trim() === "void"
      ? []
      : parameters.split(",").map((parameter) => parameter.trim().replace(/\s+/g, " ")),
  }));
}

/** The FFI type that a C type must be declared as: data goes in and out as buffers. */
function ffiType(cType: string): string {
  const type = cType.replace(/\bconst\b/g, "").replace(/\s+/g, " ").trim();
  const plain: Record<string, string> = {
    "void": "void",
    "double": "f64",
    "uint32_t": "u32",
    "int32_t": "i32",
    "micring *": "pointer",
    "micring_devices *": "pointer",
    "micring_waker *": "pointer",
  };
  return plain[type] ?? (type.endsWith("*") ? "buffer" : `unknown: ${type}`);
}

function parameterType(parameter: string): string {
  return ffiType(parameter.replace(/\w+$/, ""));
}

/** Results are never buffers: Deno gives a pointer. */
function resultType(result: string): string {
  const type = ffiType(result);
  return type === "buffer" ? "pointer" : type;
}

const prototypes = parsePrototypes();
const table: Record<string, { parameters: readonly string[]; result: string }> = symbols;

Deno.test("every function of micring.h is declared in _symbols.ts, and no other", () => {
  assert(prototypes.length > 20);
  assertEquals(
    Object.keys(symbols).toSorted(),
    prototypes.map((prototype) => prototype.name).toSorted(),
  );
});

for (const { name, result, parameters } of prototypes) {
  Deno.test(`${name} is declared with the types that micring.h gives it`, () => {
    assertEquals(table[name].parameters, parameters.map(parameterType));
    assertEquals(table[name].result, resultType(result));
  });
}

Deno.test("the comment beside each declared parameter is its declaration in micring.h", async () => {
  const source = await read("../ffi/_symbols.ts");
  const entries = new Map(
    source.split(/\n {2}(?=micring_)/).slice(1).map((entry) => [entry.split(":")[0], entry]),
  );
  for (const { name, parameters } of prototypes) {
    const lines = must(entries.get(name), name).matchAll(/"\w+",\s*\/\/ (.*)/g);
    assertEquals([...lines].map((line) => line[1].trim()), parameters, name);
  }
});

/** The names and values of a C enum, without their common prefix. */
function enumOf(name: string, prefix: string): Record<string, number> {
  const body = must(header.match(new RegExp(`typedef enum ${name} \\{([^}]*)\\}`)), name);
  const entries = [...body[1].matchAll(/(\w+) = (\d+)/g)];
  assert(entries.length > 0);
  return Object.fromEntries(entries.map(([, key, value]) => {
    assert(key.startsWith(prefix), key);
    return [key.slice(prefix.length), Number(value)];
  }));
}

const lowerCased = (values: Record<string, number>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key.toLowerCase(), value]));

Deno.test("every number of micring.h is the same in abi.ts", () => {
  assertEquals(abi.STATUS, enumOf("micring_status", "MICRING_"));
  assertEquals(abi.BACKENDS, lowerCased(enumOf("micring_backend", "MICRING_BACKEND_")));
  assertEquals(abi.INFO, enumOf("micring_info_field", "MICRING_INFO_"));
  assertEquals(abi.STATS, enumOf("micring_stats_field", "MICRING_STATS_"));
  assertEquals(abi.STATES, lowerCased(enumOf("micring_state", "MICRING_STATE_")));
  assertEquals(abi.CHANGE, enumOf("micring_change_field", "MICRING_CHANGE_"));
  assertEquals(abi.OPENED, enumOf("micring_opened_field", "MICRING_OPENED_"));
  assertEquals(abi.SNAPSHOT, enumOf("micring_snapshot_field", "MICRING_SNAPSHOT_"));
  assertEquals(abi.GAP_CAUSES, lowerCased(enumOf("micring_gap_cause", "MICRING_GAP_")));
  assertEquals(abi.TOKEN, enumOf("micring_token_field", "MICRING_TOKEN_"));
  assertEquals(abi.GAP, enumOf("micring_gap_field", "MICRING_GAP_"));
  assertEquals(abi.DEVICE, enumOf("micring_device_field", "MICRING_DEVICE_"));
  assertEquals(FORMAT_NUMBERS, lowerCased(enumOf("micring_format", "MICRING_")));
  const define = (name: string) => Number(header.match(new RegExp(`#define ${name} (\\d+)`))?.[1]);
  assertEquals(abi.ABI_VERSION, define("MICRING_ABI_VERSION"));
  assertEquals(abi.ERROR_BYTES, define("MICRING_ERROR_BYTES"));
  assertEquals(abi.GAPS_KEPT, define("MICRING_GAPS_KEPT"));
});

Deno.test("every status becomes an error of its own, or is one that never reaches a caller", () => {
  const { OK, BAD_ARGUMENT, TOO_LARGE, FUTURE, OVERWRITTEN, ...failures } = abi.STATUS;
  for (const status of [OK, BAD_ARGUMENT, TOO_LARGE, FUTURE, OVERWRITTEN]) {
    assertEquals(FAILURES.has(status), false);
  }
  assertEquals([...FAILURES.keys()], Object.values(failures));
  const codes = [...FAILURES.values()].map((failure) => failure.code);
  assertEquals(new Set(codes).size, codes.length);
});
