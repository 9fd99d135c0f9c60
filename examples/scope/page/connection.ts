import { type Block, decodeBlock, type Status } from "./messages.ts";

/** What is done with what comes. */
export interface ConnectionEvents {
  /** The connection is there: what comes begins anew. */
  open(): void;
  block(block: Block): void;
  status(status: Status): void;
  /** The connection is lost. It comes back by itself, unless this page's address is not valid. */
  lost(stillValid: boolean): void;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 3000;

/** Whether the program is there, but does not know this page's address. */
async function isRefused(): Promise<boolean> {
  return await fetch("./").then(({ ok }) => !ok, () => false);
}

/** The connection to the program; where it is lost, it is made anew, for as long as it takes. */
export class Connection {
  readonly #events: ConnectionEvents;
  #waitMs = FIRST_WAIT_MS;

  /** @param events What is done with what comes. */
  constructor(events: ConnectionEvents) {
    this.#events = events;
    this.#connect();
  }

  #connect(): void {
    const url = new URL("live", location.href);
    url.protocol = "ws:";
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#waitMs = FIRST_WAIT_MS;
      this.#events.open();
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#events.status(JSON.parse(data));
      else this.#events.block(decodeBlock(data));
    };
    socket.onclose = async () => {
      this.#events.lost(!await isRefused());
      setTimeout(() => this.#connect(), this.#waitMs);
      this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
    };
  }
}
