import { assertEquals, assertThrows } from "@std/assert";
import { openSeldom } from "../ffi/_seldom.ts";

const LIBC = "libc.so.6";
const ignore = Deno.build.os !== "linux";

Deno.test({
  name: "functions that are called seldom take and give what they are said to",
  ignore,
  async fn() {
    const libc = openSeldom(LIBC, {
      llabs: { parameters: ["i64"], result: "i64" },
      strnlen: { parameters: ["buffer", "usize"], result: "usize" },
      memcpy: { parameters: ["buffer", "buffer", "usize"], result: "pointer" },
      usleep: { parameters: ["u32"], result: "i32", nonblocking: true },
      of_no_library: { parameters: [], result: "void", optional: true },
    });
    try {
      assertEquals(libc.symbols.llabs(-(2n ** 62n)), 2n ** 62n);
      assertEquals(libc.symbols.strnlen(new TextEncoder().encode("ring\0s"), 6n), 4n);
      const to = new Float64Array(3);
      const place = libc.symbols.memcpy(to, Float64Array.of(1, 2, 3), 16n);
      assertEquals(to, Float64Array.of(1, 2, 0));
      assertEquals(Deno.UnsafePointer.equals(place, Deno.UnsafePointer.of(to)), true);
      assertEquals(await libc.symbols.usleep(1), 0);
      assertEquals(libc.symbols.of_no_library, null);
    } finally {
      libc.close();
    }
  },
});

Deno.test({
  name: "a function that is not there, and may not be missing, is an error",
  ignore,
  fn() {
    const functions = { of_no_library: { parameters: [], result: "void" } } as const;
    assertThrows(() => openSeldom(LIBC, functions), Error, "of_no_library");
    assertThrows(() => openSeldom("libof_no_library.so", {}), Error, "libof_no_library.so");
  },
});
