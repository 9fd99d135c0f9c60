/** Bytes [from, to) of a file. */
interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** The one range that a header asks for; nothing where it asks for the whole, or for several. */
function parseRange(header: string, length: number): ByteRange | "unsatisfiable" | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (first === undefined || first + last === "") return undefined;
  const range = first === ""
    ? { from: Math.max(length - Number(last), 0), to: length }
    : { from: Number(first), to: last === "" ? length : Math.min(Number(last) + 1, length) };
  return range.from < range.to ? range : "unsatisfiable";
}

/**
 * Answers with a file, or with the part of it that is asked for: a player that cannot ask for parts
 * cannot jump.
 *
 * @param request What came.
 * @param bytes The file.
 * @param headers What it is.
 * @returns The answer.
 */
export function answerBytes(
  request: Request,
  bytes: Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Response {
  const range = parseRange(request.headers.get("range") ?? "", bytes.length);
  const all = { ...headers, "accept-ranges": "bytes" };
  if (range === undefined) return new Response(bytes, { headers: all });
  if (range === "unsatisfiable") {
    const status = { "content-range": `bytes */${bytes.length}` };
    return new Response(null, { status: 416, headers: { ...all, ...status } });
  }
  const { from, to } = range;
  return new Response(bytes.subarray(from, to), {
    status: 206,
    headers: { ...all, "content-range": `bytes ${from}-${to - 1}/${bytes.length}` },
  });
}
