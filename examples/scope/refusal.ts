/** The names by which a browser on this machine reaches it. */
const LOOPBACK = ["127.0.0.1", "localhost"];

/**
 * Why a request is not answered, if it is not.
 *
 * A page of the web can make its visitor's browser ask here: its own name may lead to this machine
 * (then the Host is foreign), or it may name this machine (then the Origin is). Neither is to hear
 * the microphone. Other users of this machine are kept out by the word in the address.
 *
 * @param request What came.
 * @param port Where it came to.
 * @returns The answer, or nothing where the request is in order.
 */
export function refusal(request: Request, port: number): Response | undefined {
  // As in a browser's headers: without the port where that is the usual one.
  const hosts = LOOPBACK.map((name) => new URL(`http://${name}:${port}`).host);
  const host = request.headers.get("host") ?? "";
  if (!hosts.includes(host)) {
    return new Response("Cannot answer: this host is not served here\n", { status: 421 });
  }
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== `http://${host}`) {
    return new Response("Cannot answer: another page asked\n", { status: 403 });
  }
}
