/**
 * What a process asks of Linux: which files it writes, and whom it connects to, by `strace`.
 *
 * @module
 */

/** One call, as `strace` prints it. */
export interface SystemCall {
  /** In seconds since the Unix epoch. */
  readonly time: number;
  readonly name: string;
  /** Its arguments and result; descriptors with what they are of. */
  readonly text: string;
}

/** All that take a path or a socket, and what else can change a file that is open. */
const TRACED = "%file,%network,ftruncate,fallocate,fchmod,fchown,fsetxattr,write,writev";
/** Enough of what is written to know a line of output. */
const MOST_BYTES = "80";

const LINE = /^(\d+\.\d+) (\w+)(\(.*)$/;
/** Those that change what is in a directory, or what is said of a file, rather than look. */
const CHANGING = new RegExp(
  "^(creat|mkdir(at)?|mknod(at)?|rmdir|unlink(at)?|rename(at2?)?|link(at)?|symlink(at)?|" +
    "f?truncate|fallocate|f?chmod(at2?)?|[lf]?chown(at)?|utimensat|futimesat|utimes?|" +
    "[lf]?(set|remove)xattr)$",
);
/** A path, and before it the directory that it starts from. */
const PATH = /(?:(?:AT_FDCWD|\d+)<([^>]*)>(?:\(deleted\))?, )?"((?:[^"\\]|\\.)*)"/g;
/** A descriptor instead of a path. */
const DESCRIPTOR = /^\(\d+<([^>]*)>/;

/** A descriptor of a socket that is no local one. */
const SOCKET = /^\(\d+<(TCP|UDP|UDPLITE|RAW|PING|ICMP|SCTP|DCCP|L2TP)(v6)?:/;
/** An address, or a new socket, that is no local one. */
const FAMILY = /\b[AP]F_(?!UNIX\b|LOCAL\b)/;

/** Runs a program under `strace`, and reads what that wrote down. */
export async function traced(
  run: (program: string, args: string[]) => Promise<Deno.CommandOutput>,
): Promise<{ output: Deno.CommandOutput; calls: SystemCall[] }> {
  const into = await Deno.makeTempDir({ prefix: "micring-strace-" });
  try {
    // A file for each thread: in one for all, calls at the same time are torn apart.
    const args = ["-ff", "-ttt", "-yy", "-qq", "-s", MOST_BYTES, "-e", `trace=${TRACED}`];
    const output = await run("strace", [...args, "-o", `${into}/calls`, "--"]);
    const calls: SystemCall[] = [];
    for await (const { name } of Deno.readDir(into)) {
      for (const line of (await Deno.readTextFile(`${into}/${name}`)).split("\n")) {
        const [, time, name, text] = LINE.exec(line) ?? [];
        if (name !== undefined) calls.push({ time: Number(time), name, text });
      }
    }
    return { output, calls: calls.sort((a, b) => a.time - b.time) };
  } finally {
    await Deno.remove(into, { recursive: true });
  }
}

function pathsOf({ text }: SystemCall): string[] {
  const paths = [...text.matchAll(PATH)].map(([, from, path]) =>
    path.startsWith("/") || from === undefined ? path : `${from}/${path}`
  );
  const [, open] = DESCRIPTOR.exec(text) ?? [];
  return paths.length > 0 || open === undefined ? paths : [open];
}

/** The paths that it made, changed, removed or opened for writing, or tried to. */
export function writtenPaths(calls: readonly SystemCall[]): string[] {
  const writes = calls.filter(({ name, text }) =>
    /^open(at2?)?$/.test(name)
      ? /\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b/.test(text)
      : CHANGING.test(name)
  );
  return [...new Set(writes.flatMap(pathsOf))].sort();
}

/** The calls by which it reaches another machine, or could be reached; not those to local sockets. */
export function networkCalls(calls: readonly SystemCall[]): SystemCall[] {
  return calls.filter(({ name, text }) => {
    // Of a connection that is kept, nothing shows but that something is sent.
    if (/^(write|writev|send|sendto|sendm?msg)$/.test(name) && SOCKET.test(text)) return true;
    return /^(socket|connect|bind|listen|sendto|sendm?msg)$/.test(name) && FAMILY.test(text);
  });
}

/** The files that stand for sockets of this machine that it connected to. */
export function localSockets(calls: readonly SystemCall[]): string[] {
  const connects = calls.filter(({ name, text }) => name === "connect" && /\bAF_UNIX\b/.test(text));
  return [...new Set(connects.flatMap(({ text }) => /sun_path=@?"(.*?)"/.exec(text)?.[1] ?? []))];
}
