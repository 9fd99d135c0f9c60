import { type MicRing, MicRingError } from "@x/micring";
import { answerBytes } from "./byte_range.ts";
import { ClipShelf } from "./clip_shelf.ts";
import type { Status } from "./page/messages.ts";
import { type PageFile, pageFiles } from "./page_files.ts";
import { PageLink } from "./page_link.ts";
import { refusal } from "./refusal.ts";

/** What `serveScope` can be told. */
export interface ScopeOptions {
  /** Where it listens; any port that is free if left out. */
  readonly port?: number;
  /** The word in the address, without which nothing is answered; a random one if left out. */
  readonly token?: string;
  /** How much the saved clips may take in memory. */
  readonly mostClipBytes?: number;
}

const HOSTNAME = "127.0.0.1";
const MOST_CLIP_BYTES = 256 * 1024 * 1024;
/** The page loads nothing from elsewhere, is in no other page, and tells nobody its address. */
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; " +
    "img-src 'self'; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

function words(text: string, status: number): Response {
  return new Response(`${text}\n`, { status });
}

function randomWord(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

/** What is recorded, in words. */
function sourceName({ device, source }: MicRing): string {
  if (device !== undefined) return device.name;
  const { settings } = source;
  if (settings.kind === "tone") return `Built-in tone, ${settings.frequency} Hz`;
  return settings.kind === "file" ? settings.path.replace(/^.*[/\\]/, "") : settings.kind;
}

/** A page that shows a ring, as long as it is served. */
export class Scope implements AsyncDisposable {
  readonly #ring: MicRing;
  readonly #token: string;
  readonly #shelf: ClipShelf;
  readonly #files: Map<string, PageFile> = pageFiles();
  readonly #ended = new AbortController();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #links = new Map<PageLink, Promise<void>>();

  /** Made by {@linkcode serveScope}. */
  constructor(ring: MicRing, options: ScopeOptions) {
    this.#ring = ring;
    this.#token = options.token ?? randomWord();
    this.#shelf = new ClipShelf(options.mostClipBytes ?? MOST_CLIP_BYTES);
    const { signal } = this.#ended;
    this.#server = Deno.serve(
      { hostname: HOSTNAME, port: options.port ?? 0, signal, onListen() {} },
      (request) => this.#answer(request),
    );
    for (const type of ["state", "device"] as const) {
      ring.addEventListener(type, () => this.#tell(), { signal });
    }
  }

  /** Where the page is. */
  get url(): string {
    return `http://${HOSTNAME}:${this.#server.addr.port}/${this.#token}/`;
  }

  /** Ends it. The ring stays as it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await Promise.all([this.#server.finished, ...this.#links.values()]);
  }

  async #answer(request: Request): Promise<Response> {
    const refused = refusal(request, this.#server.addr.port);
    if (refused) return refused;
    const { pathname, searchParams } = new URL(request.url);
    const root = `/${this.#token}/`;
    if (!pathname.startsWith(root)) {
      return words("Cannot find that: the program has printed the page's whole address", 404);
    }
    const path = pathname.slice(root.length);
    if (path === "live") return this.#link(request);
    const response = await this.#route(request, path, searchParams);
    for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
    return response;
  }

  async #route(request: Request, path: string, query: URLSearchParams): Promise<Response> {
    const { method } = request;
    const [, id] = /^clips\/(\d+)\/[^/]+$/.exec(path) ?? [];
    if (method === "POST") {
      if (path === "clips") return this.#save(Number(query.get("seconds")));
      if (path === "pause" || path === "resume") return await this.#control(path);
    } else if (method === "DELETE" && id !== undefined) {
      return this.#remove(Number(id));
    } else if (method === "GET") {
      if (id !== undefined) return this.#clip(request, Number(id));
      const file = this.#files.get(path);
      if (file) return new Response(file.text, { headers: { "content-type": file.type } });
    }
    return words("Cannot find that", 404);
  }

  #save(seconds: number): Response {
    try {
      const snapshot = this.#ring.snapshot({ seconds });
      if (snapshot.frames === 0) return words("Cannot save: nothing is recorded yet", 409);
      const mark = this.#shelf.add(snapshot);
      this.#tell();
      return Response.json(mark, { status: 201 });
    } catch (error) {
      if (error instanceof RangeError) return words(error.message, 400);
      if (error instanceof MicRingError) return words(error.message, 409);
      throw error;
    }
  }

  #clip(request: Request, id: number): Response {
    const wav = this.#shelf.wav(id);
    if (wav === undefined) return words("Cannot play it: that clip is not kept any more", 404);
    return answerBytes(request, wav, { "content-type": "audio/wav" });
  }

  #remove(id: number): Response {
    if (!this.#shelf.remove(id)) return words("Cannot remove it: it is not there any more", 404);
    this.#tell();
    return new Response(null, { status: 204 });
  }

  async #control(action: "pause" | "resume"): Promise<Response> {
    try {
      await this.#ring[action]();
      return new Response(null, { status: 204 });
    } catch (error) {
      if (error instanceof MicRingError) return words(error.message, 409);
      throw error;
    }
  }

  #link(request: Request): Response {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return words("Cannot answer: this is for a WebSocket", 426);
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    const gone = new AbortController();
    const link = new PageLink(socket, this.#ring, () => this.#status());
    const { signal } = this.#ended;
    const leave = () => socket.close(1001);
    socket.onopen = () => {
      if (signal.aborted) return leave();
      signal.addEventListener("abort", leave, { once: true });
      link.tell();
      this.#links.set(link, link.run(AbortSignal.any([gone.signal, signal])));
    };
    socket.onclose = async () => {
      signal.removeEventListener("abort", leave);
      gone.abort();
      await this.#links.get(link);
      this.#links.delete(link);
    };
    return response;
  }

  #tell(): void {
    for (const link of this.#links.keys()) link.tell();
  }

  #status(): Status {
    const { state, reason, sampleRate, channels, seconds } = this.#ring;
    return {
      state,
      reason: reason?.message ?? null,
      source: sourceName(this.#ring),
      sampleRate,
      channels,
      ringSeconds: seconds,
      clips: this.#shelf.marks,
    };
  }
}

/**
 * Serves a page that shows a ring, and saves its last seconds, to browsers on this machine only.
 *
 * @param ring What is shown; it stays open when the page is served no more.
 * @param options Where, and how much it keeps.
 * @returns The page's address, and what ends it.
 */
export function serveScope(ring: MicRing, options: ScopeOptions = {}): Scope {
  return new Scope(ring, options);
}
