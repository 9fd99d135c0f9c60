/**
 * A browser without a window, driven through its DevTools protocol.
 *
 * @module
 */

const PROGRAM = "chromium";
/** The program, and the package of Debian that brings it, as `haveTools` takes them. */
export const BROWSER_TOOLS: [programs: string[], packages: string] = [[PROGRAM], "chromium"];

const ARGUMENTS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-extensions",
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
  "--mute-audio",
  "--hide-scrollbars",
  // An <audio> of a page that nobody has clicked into plays as well.
  "--autoplay-policy=no-user-gesture-required",
  "--remote-debugging-port=0",
];

// deno-lint-ignore no-explicit-any -- what the protocol answers is looked at by who asks
type Answer = any;

/** What the browser says by itself. */
interface BrowserEvent {
  readonly method: string;
  readonly params: Answer;
  readonly sessionId?: string;
}

/** A connection to the browser: calls and their answers, and events. */
class Protocol {
  readonly #socket: WebSocket;
  readonly #calls = new Map<number, PromiseWithResolvers<Answer>>();
  readonly #listener: (event: BrowserEvent) => void;
  readonly closed: Promise<void>;
  #lastId = 0;

  private constructor(socket: WebSocket, listener: (event: BrowserEvent) => void) {
    this.#socket = socket;
    this.#listener = listener;
    this.closed = new Promise((resolve) => {
      socket.onclose = () => {
        for (const call of this.#calls.values()) call.reject(new Error("the browser has ended"));
        resolve();
      };
    });
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
  }

  static async connect(url: string, listener: (event: BrowserEvent) => void): Promise<Protocol> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`Cannot connect to the browser at ${url}`));
    });
    return new Protocol(socket, listener);
  }

  call(method: string, params: object = {}, sessionId?: string): Promise<Answer> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Answer>();
    this.#calls.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return answer.promise;
  }

  close(): void {
    this.#socket.close();
  }

  #take(message: Answer): void {
    if (message.id === undefined) return this.#listener(message);
    const call = this.#calls.get(message.id);
    this.#calls.delete(message.id);
    if (message.error) call?.reject(new Error(message.error.message));
    else call?.resolve(message.result);
  }
}

/** How a page is shown. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  /** Pixels of the screen in one of the page. */
  readonly scale?: number;
  readonly dark?: boolean;
  readonly lessMotion?: boolean;
}

/** Keys that are no characters: their names, codes, and what they type. */
const KEYS: Record<string, readonly [code: number, text?: string]> = {
  Tab: [9],
  Enter: [13, "\r"],
  " ": [32, " "],
  ArrowLeft: [37],
  ArrowRight: [39],
};

const SHIFT = 8;

/** A page that is open. */
export class Page {
  readonly #protocol: Protocol;
  readonly #session: string;
  /** What went wrong on the page: exceptions, and what stands as an error on its console. */
  readonly errors: string[] = [];

  /** Made by {@linkcode Browser.open}. */
  constructor(protocol: Protocol, session: string) {
    this.#protocol = protocol;
    this.#session = session;
  }

  /** Makes it look as told. */
  async look({ width = 1000, height = 1200, scale = 1, dark, lessMotion }: Look): Promise<void> {
    const size = { width, height, deviceScaleFactor: scale, mobile: false };
    await this.#call("Emulation.setDeviceMetricsOverride", size);
    const features = [
      { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
      { name: "prefers-reduced-motion", value: lessMotion ? "reduce" : "no-preference" },
    ];
    await this.#call("Emulation.setEmulatedMedia", { features });
  }

  /** Goes to an address. */
  async go(url: string): Promise<void> {
    await this.#call("Page.navigate", { url });
  }

  /** Runs a function there, with what can be sent as JSON; what it returns comes back the same way. */
  async run<A extends unknown[], R>(
    action: (...args: A) => R,
    ...args: A
  ): Promise<Awaited<R>> {
    const expression = `(${action})(...${JSON.stringify(args)})`;
    const { result, exceptionDetails } = await this.#call("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    });
    if (!exceptionDetails) return result.value;
    const { text, exception } = exceptionDetails;
    throw new Error(`${text} ${exception?.description ?? ""}`);
  }

  /** Presses a key, and lets it go; `Shift+` before its name holds that as well. */
  async press(keys: string): Promise<void> {
    const key = keys.replace(/^Shift\+/, "");
    const [windowsVirtualKeyCode, text] = KEYS[key] ?? [key.toUpperCase().charCodeAt(0), key];
    const event = { key, windowsVirtualKeyCode, modifiers: key === keys ? 0 : SHIFT };
    const type = text === undefined ? "rawKeyDown" : "keyDown";
    await this.#call("Input.dispatchKeyEvent", { type, text, ...event });
    await this.#call("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  }

  /** What is to be seen, as a PNG. */
  async screenshot(): Promise<Uint8Array<ArrayBuffer>> {
    const { data } = await this.#call("Page.captureScreenshot", { captureBeyondViewport: true });
    return Uint8Array.fromBase64(data);
  }

  /** Takes an event of this page. */
  take({ method, params }: BrowserEvent): void {
    if (method === "Runtime.exceptionThrown") {
      const { text, exception } = params.exceptionDetails;
      this.errors.push(`${text} ${exception?.description ?? ""}`);
    } else if (method === "Runtime.consoleAPICalled" && params.type === "error") {
      this.errors.push(params.args.map((it: Answer) => it.value ?? it.description).join(" "));
    } else if (method === "Log.entryAdded" && params.entry.level === "error") {
      this.errors.push(`${params.entry.text} ${params.entry.url ?? ""}`);
    }
  }

  #call(method: string, params: object): Promise<Answer> {
    return this.#protocol.call(method, params, this.#session);
  }
}

/** Reads what the browser prints to its end, and tells the address that it is reached by. */
async function readAddress(
  child: Deno.ChildProcess,
  address: PromiseWithResolvers<string>,
): Promise<void> {
  let words = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    words += text;
    const [, found] = /DevTools listening on (ws:\S+)\n/.exec(words) ?? [];
    if (found !== undefined) address.resolve(found);
  }
  address.reject(new Error(`Cannot start ${PROGRAM}: ${words}`));
}

/** A browser of its own, with nothing in it, that is gone when it is disposed of. */
export class Browser implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #directory: string;
  readonly #pages = new Map<string, Page>();
  readonly #address = Promise.withResolvers<string>();
  readonly #printed: Promise<void>;
  #protocol!: Protocol;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#child = new Deno.Command(PROGRAM, {
      args: [...ARGUMENTS, `--user-data-dir=${directory}`, "about:blank"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#printed = readAddress(this.#child, this.#address);
  }

  static async launch(): Promise<Browser> {
    const browser = new Browser(await Deno.makeTempDir());
    browser.#protocol = await Protocol.connect(await browser.#address.promise, (event) => {
      browser.#pages.get(event.sessionId ?? "")?.take(event);
    });
    return browser;
  }

  /** Opens a page. */
  async open(url: string, look: Look = {}): Promise<Page> {
    const { targetId } = await this.#protocol.call("Target.createTarget", { url: "about:blank" });
    const attached = { targetId, flatten: true };
    const { sessionId } = await this.#protocol.call("Target.attachToTarget", attached);
    const page = new Page(this.#protocol, sessionId);
    this.#pages.set(sessionId, page);
    for (const domain of ["Page", "Runtime", "Log"]) {
      await this.#protocol.call(`${domain}.enable`, {}, sessionId);
    }
    // As in the window in front: it has the focus, and draws.
    await this.#protocol.call("Emulation.setFocusEmulationEnabled", { enabled: true }, sessionId);
    await page.look(look);
    await page.go(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Its own way to end takes its helpers along; the connection may be gone before the answer.
    this.#protocol.call("Browser.close").catch(() => {});
    await Promise.all([this.#child.status, this.#printed, this.#protocol.closed]);
    await Deno.remove(this.#directory, { recursive: true });
  }
}
