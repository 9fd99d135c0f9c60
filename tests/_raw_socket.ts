/**
 * A WebSocket's client that reads when it is told to: until then, what is sent to it is stuck.
 *
 * @module
 */

const CONTINUATION = 0;
const CLOSE = 8;

/** A connection on which a request was sent, word by word. */
export class RawSocket implements Disposable {
  readonly #connection: Deno.TcpConn;
  #bytes = new Uint8Array(0);
  /** The answer's first line. */
  readonly status: string;

  private constructor(connection: Deno.TcpConn, status: string, rest: Uint8Array<ArrayBuffer>) {
    this.#connection = connection;
    this.status = status;
    this.#bytes = rest;
  }

  /** Sends a request to upgrade, with headers of one's own, and reads the head of the answer. */
  static async connect(url: URL, headers: Record<string, string> = {}): Promise<RawSocket> {
    const connection = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
    const all = {
      host: url.host,
      upgrade: "websocket",
      connection: "upgrade",
      "sec-websocket-key": "AQIDBAUGBwgJCgsMDQ4PEA==",
      "sec-websocket-version": "13",
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    const text = [`GET ${url.pathname} HTTP/1.1`, ...lines, "", ""].join("\r\n");
    await connection.write(new TextEncoder().encode(text));
    let head = new Uint8Array(0);
    for (;;) {
      const end = new TextDecoder("latin1").decode(head).indexOf("\r\n\r\n");
      if (end >= 0) {
        const [status] = new TextDecoder().decode(head.subarray(0, end)).split("\r\n");
        return new RawSocket(connection, status, head.slice(end + 4));
      }
      const more = new Uint8Array(1 << 16);
      const length = await connection.read(more);
      if (length === null) throw new Error("Cannot connect: there was no answer");
      head = joined(head, more.subarray(0, length));
    }
  }

  /** The next message; nothing when the other end says good-bye. */
  async message(): Promise<ArrayBuffer | undefined> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const [first, second] = await this.#take(2);
      let length = second & 127;
      if (length === 126) length = new DataView((await this.#take(2)).buffer).getUint16(0);
      else if (length === 127) {
        length = Number(new DataView((await this.#take(8)).buffer).getBigUint64(0));
      }
      const payload = await this.#take(length);
      const kind = first & 15;
      if (kind === CLOSE) return undefined;
      if (kind > 2 && kind !== CONTINUATION) continue;
      parts.push(payload);
      if ((first & 128) !== 0) return parts.reduce(joined, new Uint8Array(0)).slice().buffer;
    }
  }

  async #take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#bytes.length < count) {
      const more = new Uint8Array(1 << 20);
      const length = await this.#connection.read(more);
      if (length === null) throw new Error("Cannot read on: the connection was cut");
      this.#bytes = joined(this.#bytes, more.subarray(0, length));
    }
    const taken = this.#bytes.slice(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
