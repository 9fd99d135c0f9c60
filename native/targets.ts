/**
 * How the native library is built for each system: by which compilers, with which flags, and under
 * which names.
 *
 * @module
 */

import type { PackedEncoding } from "../ffi/packed_library.ts";

/** One system that the library is built for. */
export interface Target {
  /** The name that `Deno.build.target` has there. */
  readonly name: string;
  /** The compilers that are tried, in order, each with the arguments that choose the system. */
  readonly compilers: readonly (readonly string[])[];
  /** How a person gets one of them. */
  readonly hint: string;
  /** Flags for the C files of `native/`. */
  readonly ours: readonly string[];
  /** Flags for miniaudio, and more of them that only gcc knows. */
  readonly theirs: readonly string[];
  readonly theirsByGcc: readonly string[];
  /** A header that every file includes first, where there is one; for miniaudio's hash. */
  readonly included?: string;
  /** Flags of the linker; `fileName` is the name that the library knows itself by. */
  link(fileName: string): readonly string[];
  /** What is linked in after the objects. */
  readonly libraries: readonly string[];
  /** The library's name in a checkout. */
  readonly libraryName: string;
  /** The library's name where it is packed; `hash` is one of all that it was made of. */
  fileName(hash: string): string;
  /** How it is packed. */
  readonly encoding: PackedEncoding;
}

/**
 * To decompress a library takes longer than all the rest of its loading, but five that are not
 * compressed would be too much for a package.
 */
const NOT_COMPRESSED = "x86_64-unknown-linux-gnu";

/** The systems that the published package carries a library for. */
export const PACKED_TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-pc-windows-msvc",
  "aarch64-apple-darwin",
  "x86_64-apple-darwin",
] as const;

const OF_THIS_MACHINE = [["cc"], ["clang"], ["gcc"], ["zig", "cc"]];

const COMMON = [
  "-std=c11",
  "-D_GNU_SOURCE",
  "-fPIC",
  "-fvisibility=hidden",
  "-ffunction-sections",
  "-fdata-sections",
];
const OURS = ["-O2", "-Wall", "-Wextra", "-Werror", ...COMMON];
/** Not ours to mend, so no warnings; size counts more than speed outside of the audio path. */
const THEIRS = ["-Os", "-w", ...COMMON];
/** Else gcc makes 140 KB out of one table of channel names, and takes twice the time. */
const THEIRS_BY_GCC = ["-fno-thread-jumps"];

/** No exception crosses this library, and C needs no table to return. */
const NO_UNWINDING = ["-fno-asynchronous-unwind-tables", "-fno-unwind-tables"];

/** Older names of what glibc has renewed since 2.27. */
const FLOOR = "glibc_floor.h";

function linux(name: string): Target {
  const [machine] = name.split("-");
  const native = name === Deno.build.target;
  // Others, like musl, are built for where they are built; only glibc's are taken elsewhere.
  const glibc = (PACKED_TARGETS as readonly string[]).includes(name);
  const more = [...NO_UNWINDING, ...glibc ? ["-include", FLOOR] : []];
  return {
    name,
    compilers: native ? OF_THIS_MACHINE : [[`${machine}-linux-gnu-gcc`]],
    hint: native
      ? "apt-get install gcc libc6-dev"
      : `apt-get install gcc-${machine.replace("_", "-")}-linux-gnu`,
    ours: [...OURS, ...more],
    theirs: [...THEIRS, ...more],
    theirsByGcc: THEIRS_BY_GCC,
    included: glibc ? FLOOR : undefined,
    link: (fileName) => [
      "-shared",
      "-static-libgcc",
      `-Wl,-soname,${fileName}`,
      // Deno unloads libraries at its end under the feet of their threads.
      "-Wl,-z,nodelete",
      "-Wl,-z,now",
      "-Wl,-z,relro",
      "-Wl,--gc-sections",
      "-Wl,--build-id=none",
      "-s",
    ],
    // Before 2.34 threads and dlopen were not in libc itself. Deno needs the same two.
    libraries: glibc
      ? ["-lm", "-Wl,--no-as-needed", "-l:libpthread.so.0", "-l:libdl.so.2"]
      : ["-lm", "-lpthread", "-ldl"],
    libraryName: "libmicring.so",
    fileName: (hash) => `libmicring-${hash}.so`,
    encoding: name === NOT_COMPRESSED ? "none" : "gzip",
  };
}

function windows(name: string): Target {
  const native = Deno.build.os === "windows";
  const cross = ["x86_64-w64-mingw32-gcc-posix", "x86_64-w64-mingw32-gcc"].map((gcc) => [gcc]);
  return {
    name,
    // clang of Windows is Microsoft's kind, which has no pthread.h: last.
    compilers: native ? [["gcc"], ...cross, ["zig", "cc"], ["cc"], ["clang"]] : cross,
    hint: native ? "install zig or MinGW-w64" : "apt-get install gcc-mingw-w64-x86-64-posix",
    ours: OURS,
    theirs: THEIRS,
    theirsByGcc: THEIRS_BY_GCC,
    link: () => [
      "-shared",
      "-static",
      "-Wl,--gc-sections",
      "-Wl,--no-insert-timestamp",
      // The address that it would like otherwise depends on the path that it is linked at.
      "-Wl,--disable-auto-image-base",
      "-s",
    ],
    libraries: ["-lole32", "-lntdll", "-lpthread"],
    libraryName: "micring.dll",
    fileName: (hash) => `micring-${hash}.dll`,
    encoding: "gzip",
  };
}

function darwin(name: string): Target {
  const [machine] = name.split("-");
  const system = ["-arch", machine === "aarch64" ? "arm64" : machine, "-mmacosx-version-min=11.0"];
  return {
    name,
    // Either kind of Mac builds for both; nothing else has its linker.
    compilers: Deno.build.os === "darwin" ? [["cc", ...system], ["clang", ...system]] : [],
    hint: Deno.build.os === "darwin" ? "xcode-select --install" : "build on a Mac",
    ours: OURS,
    theirs: THEIRS,
    theirsByGcc: THEIRS_BY_GCC,
    link: (fileName) => [
      "-dynamiclib",
      `-Wl,-install_name,@rpath/${fileName}`,
      "-Wl,-dead_strip",
      "-Wl,-S",
      "-Wl,-x",
    ],
    libraries: ["CoreAudio", "AudioToolbox", "CoreFoundation"].flatMap((of) => ["-framework", of]),
    libraryName: "libmicring.dylib",
    fileName: (hash) => `libmicring-${hash}.dylib`,
    encoding: "gzip",
  };
}

/**
 * How the library is built for a system.
 *
 * @param name The name that `Deno.build.target` has there.
 */
export function targetOf(name: string): Target {
  if (name.includes("-windows")) return windows(name);
  return name.endsWith("-darwin") ? darwin(name) : linux(name);
}
