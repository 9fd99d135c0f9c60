import type { Listening, MicRing } from "@x/micring";
import { PAGE, SCRIPT } from "./_broadcast_page.ts";
import { Listeners } from "./_listeners.ts";

/** What listeners get, and where. */
export interface BroadcastOptions {
  /** Where it listens: a name or an address of this machine. */
  readonly hostname: string;
  /** 0 is any port that is free. */
  readonly port: number;
  /** The word in the address, without which nobody is answered; a random one if left out. */
  readonly token?: string;
  /** The ring's own, if left out. */
  readonly sampleRate?: number;
  /** The ring's own, if left out. */
  readonly channels?: number;
}

const BLOCK_SECONDS = 0.05;
/** Who does not say good-bye is waited for no longer. */
const PATIENCE_MS = 500;
const LOOPBACK = ["127.0.0.1", "[::1]"];
const ANY_ADDRESS = ["0.0.0.0", "[::]"];
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; " +
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

function file(type: string, text: string): Response {
  return new Response(text, { headers: { ...HEADERS, "content-type": `${type}; charset=utf-8` } });
}

function refuse(status: number, reason: string): Response {
  return new Response(`Cannot answer: ${reason}\n`, { status });
}

/** A ring that is broadcast, as long as it is not closed. */
export class Broadcast implements AsyncDisposable {
  readonly #form;
  readonly #ring: MicRing;
  readonly #token: string;
  readonly #ended = new AbortController();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #listeners = new Listeners();
  readonly #sockets = new Set<WebSocket>();
  /* While there is nobody, nothing is read, and nothing converted. */
  #listening: Listening | undefined;

  /**
   * @param ring What is broadcast.
   * @param options To whom, and in which form.
   */
  constructor(ring: MicRing, options: BroadcastOptions) {
    const { hostname, port, sampleRate = ring.sampleRate, channels = ring.channels } = options;
    this.#ring = ring;
    this.#form = { sampleRate, channels, format: "s16", seconds: BLOCK_SECONDS } as const;
    // What cannot be is refused now, and not when the first listener comes.
    ring.listen(() => {}, this.#form).stop();
    this.#token = options.token ?? crypto.getRandomValues(new Uint8Array(16)).toHex();
    const { signal } = this.#ended;
    this.#server = Deno.serve(
      { hostname, port, signal, onListen() {} },
      (request) => this.#answer(request),
    );
  }

  /** Where the page is; behind it, `live` is what listeners connect to. */
  get url(): string {
    return `${this.#origins()[0]}/${this.#token}/`;
  }

  /** Says good-bye to all listeners, and ends it. The ring stays as it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Of a ring that has ended, the last blocks may still be to come.
    if (this.#ring.state === "ended") await this.#listening?.finished;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, PATIENCE_MS);
    const gone = [...this.#sockets].map((socket) =>
      new Promise((resolve) => {
        socket.addEventListener("close", resolve);
        socket.close(1001, "the broadcast is over");
      })
    );
    await Promise.race([Promise.all(gone), late]);
    clearTimeout(timer);
    this.#listening?.stop();
    this.#ended.abort();
    await this.#server.finished;
  }

  /** How it may be called, the address first. */
  #origins(): string[] {
    const { hostname, port } = this.#server.addr;
    const names = [hostname.includes(":") ? `[${hostname}]` : hostname];
    if (LOOPBACK.includes(names[0])) names.push("localhost");
    return names.map((name) => new URL(`http://${name}:${port}`).origin);
  }

  /**
   * Why a request is not answered, if it is not. A page of the web can make its visitor's browser ask
   * here: by a name of its own that leads to this machine, or by this machine's; neither is to hear
   * the microphone. Other programs do not know the word in the address.
   */
  #refusal(request: Request): Response | undefined {
    const host = request.headers.get("host") ?? "";
    const origins = this.#origins();
    const isAnyHost = ANY_ADDRESS.includes(new URL(origins[0]).hostname);
    if (!isAnyHost && !origins.includes(`http://${host}`)) {
      return refuse(421, "this host is not served here");
    }
    const origin = request.headers.get("origin");
    if (origin !== null && origin !== `http://${host}`) return refuse(403, "another page asked");
  }

  #answer(request: Request): Response {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return refusal;
    const { pathname } = new URL(request.url);
    if (pathname === `/${this.#token}/`) return file("text/html", PAGE);
    if (pathname === `/${this.#token}/page.js`) return file("text/javascript", SCRIPT);
    if (pathname !== `/${this.#token}/live`) return refuse(404, "there is nothing here");
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return refuse(426, "this is for a WebSocket");
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => this.#add(socket);
    socket.onclose = () => this.#remove(socket);
    // What goes wrong closes it as well.
    socket.onerror = (event) => event.preventDefault();
    return response;
  }

  #add(socket: WebSocket): void {
    this.#sockets.add(socket);
    this.#listeners.add(socket);
    this.#listening ??= this.#ring.listen((block) => this.#listeners.send(block), this.#form);
  }

  #remove(socket: WebSocket): void {
    this.#sockets.delete(socket);
    this.#listeners.remove(socket);
    if (this.#listeners.count > 0) return;
    this.#listening?.stop();
    this.#listening = undefined;
  }
}
