/** The program behind the scope's page: who is answered, and what is kept. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { MicRing, push, Snapshot } from "@x/micring";
import { ClipShelf } from "../examples/scope/clip_shelf.ts";
import { serveScope } from "../examples/scope/serve_scope.ts";

const RATE = 48_000;

function openRing(seconds: number): Promise<MicRing<"f32">> {
  return MicRing.open({ seconds, source: push(), sampleRate: RATE });
}

/** Sends a request as it is, and reads the answer's first line. */
async function answerTo(url: URL, headers: Record<string, string>, hostname = url.hostname) {
  using connection = await Deno.connect({ hostname, port: Number(url.port) });
  const all = { host: url.host, connection: "close", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const text = [`GET ${url.pathname} HTTP/1.1`, ...lines, "", ""].join("\r\n");
  await connection.write(new TextEncoder().encode(text));
  const answer = new Uint8Array(1000);
  const length = await connection.read(answer) ?? 0;
  return new TextDecoder().decode(answer.subarray(0, length)).split("\r\n")[0];
}

Deno.test("only a page of this program, on this machine, is answered", async () => {
  await using ring = await openRing(2);
  await using scope = serveScope(ring);
  const page = new URL(scope.url);
  const live = new URL("live", page);
  const local = `localhost:${page.port}`;
  const upgrade = {
    upgrade: "websocket",
    connection: "upgrade",
    "sec-websocket-key": "AQIDBAUGBwgJCgsMDQ4PEA==",
    "sec-websocket-version": "13",
  };
  const own = { origin: page.origin };
  assertMatch(await answerTo(page, {}), /^HTTP\/1.1 200 /);
  assertMatch(await answerTo(page, own), / 200 /);
  assertMatch(await answerTo(page, { host: local, origin: `http://${local}` }), / 200 /);
  assertMatch(await answerTo(live, { ...upgrade, ...own }), / 101 /);
  for (const url of [page, live]) {
    // A name of somebody else's that leads here, and a page of somebody else's that asks here.
    for (const host of ["example.com", `example.com:${page.port}`, "127.0.0.1", local + "0", ""]) {
      assertMatch(await answerTo(url, { ...upgrade, host }), / 4(21|00) /, `${url} of ${host}`);
    }
    for (const origin of ["http://example.com", "null", "http://127.0.0.1:1", `http://${local}`]) {
      assertMatch(await answerTo(url, { ...upgrade, origin }), / 403 /, `${url} for ${origin}`);
    }
  }
  for (const path of ["/", "/live", "/clips", page.pathname.slice(0, -2) + "/"]) {
    assertMatch(await answerTo(new URL(path, page), { ...upgrade, ...own }), / 404 /, path);
  }
  await using other = serveScope(ring);
  assert(page.pathname.length > 20 && page.pathname !== new URL(other.url).pathname);
});

Deno.test("the page is served on the loopback interface only", async () => {
  await using ring = await openRing(2);
  await using scope = serveScope(ring);
  const url = new URL(scope.url);
  const others = Deno.networkInterfaces()
    .filter(({ family, address }) => family === "IPv4" && address !== "127.0.0.1")
    .map(({ address }) => address);
  // Elsewhere that one does not answer at all.
  if (Deno.build.os === "linux") others.push("127.0.0.2");
  for (const address of others) {
    const refused = await answerTo(url, {}, address).catch((error) => error);
    assert(refused instanceof Deno.errors.ConnectionRefused, `${address}: ${refused}`);
  }
});

/** A clip that begins at a time, of so many samples. */
function snapshot(startTime: number, samples: number): Snapshot<"f32"> {
  return new Snapshot({
    samples: Float32Array.from({ length: samples }, (_, i) => i / samples),
    format: "f32",
    channels: 1,
    sampleRate: RATE,
    startFrame: 0,
    startTime,
    endTime: startTime + 1000 * samples / RATE,
    gaps: [{ startFrame: 0, endFrame: RATE / 100, cause: "pause", exact: true }],
  });
}

Deno.test("clips are kept while there is room, the newest always", () => {
  const time = new Date(2026, 10, 3, 4, 5, 6).getTime();
  const one = snapshot(time, 1000);
  const { length } = one.toWav();
  const shelf = new ClipShelf(2 * length);
  const first = shelf.add(one);
  assertEquals(first, {
    id: 1,
    seconds: 1000 / RATE,
    startTime: time,
    missingSeconds: 0.01,
    bytes: length,
    fileName: "micring_2026-11-03_04-05-06.wav",
  });
  const second = shelf.add(snapshot(time + 1000, 1000));
  assertEquals(shelf.marks, [second, first]);
  assertEquals(shelf.wav(first.id), one.toWav());
  const third = shelf.add(snapshot(time, 1000));
  assertEquals(shelf.marks, [third, second]);
  assertEquals(shelf.wav(first.id), undefined);
  assertEquals([shelf.remove(second.id), shelf.remove(second.id)], [true, false]);
  assertEquals(shelf.marks, [third]);
  const large = shelf.add(snapshot(time, 9000));
  assertEquals(shelf.marks, [large]);
});

Deno.test("a clip is sent whole, or in the parts that a player asks for", async () => {
  await using ring = await openRing(2);
  ring.push(Float32Array.from({ length: RATE }, (_, i) => Math.sin(i * i)));
  await using scope = serveScope(ring);
  const saved = await fetch(new URL("clips?seconds=1", scope.url), { method: "POST" });
  const { id, fileName } = await saved.json();
  const wav = ring.snapshot({ seconds: 1 }).toWav();
  const cases: [string, number, number, number][] = [
    ["", 200, 0, wav.length],
    ["bytes=0-", 206, 0, wav.length],
    ["bytes=100-199", 206, 100, 200],
    [`bytes=500-${2 * wav.length}`, 206, 500, wav.length],
    ["bytes=-7", 206, wav.length - 7, wav.length],
    ["bytes=0-1,5-6", 200, 0, wav.length],
    ["pages=1-2", 200, 0, wav.length],
    ["bytes=-", 200, 0, wav.length],
    [`bytes=${wav.length}-`, 416, 0, 0],
    ["bytes=9-8", 416, 0, 0],
  ];
  for (const [range, status, from, to] of cases) {
    const headers: HeadersInit = range === "" ? {} : { range };
    const answer = await fetch(new URL(`clips/${id}/${fileName}`, scope.url), { headers });
    assertEquals(answer.status, status, range);
    assertEquals(await answer.bytes(), wav.subarray(from, to), range);
    const part = status === 206 ? `bytes ${from}-${to - 1}/${wav.length}` : null;
    if (status !== 416) assertEquals(answer.headers.get("content-range"), part);
  }
});

Deno.test("what cannot be saved is explained", async () => {
  await using ring = await openRing(2);
  await using scope = serveScope(ring);
  const save = async (query: string) => {
    const answer = await fetch(new URL(`clips${query}`, scope.url), { method: "POST" });
    return [answer.status, (await answer.text()).trim()];
  };
  const nothing = "Cannot save: nothing is recorded yet";
  assertEquals(await save("?seconds=1"), [409, nothing]);
  ring.push(new Float32Array(RATE));
  assertEquals(await save("?seconds=3"), [400, "Cannot snapshot 3 s: the ring holds 2 s"]);
  for (const query of ["?seconds=x", "?seconds=-1", "?seconds=", ""]) {
    const [status, text] = await save(query);
    assertEquals(status, 400);
    assertMatch(`${text}`, /^Cannot snapshot/);
  }
  const gone = await fetch(new URL("clips/1/a.wav", scope.url));
  assertEquals([gone.status, await gone.text()], [
    404,
    "Cannot play it: that clip is not kept any more\n",
  ]);
});

/** Runs the program as it says that it is run, until it has printed a line or ended. */
function runScope(...options: string[]): Deno.ChildProcess {
  const script = new URL("../examples/scope/scope.ts", import.meta.url).href;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-ffi", "--allow-net=127.0.0.1", script, ...options],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("the program serves its page with the permissions that it asks for", async () => {
  const child = runScope("--source=tone:1000", "--seconds=5", "--token=word");
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value: address = "" } = await output.read();
  const [url] = /^http:\/\/127\.0\.0\.1:\d+\/word\/$/m.exec(address) ?? [];
  const page = await (await fetch(url!)).text();
  const files = Array.from(page.matchAll(/(?:src|href)="([^"]+)"/g), ([, file]) => file);
  assertEquals(new Set(files), new Set(["icon.svg", "style.css", "main.ts"]));
  for (const file of files) {
    const answer = await fetch(new URL(file, url));
    assertEquals(answer.status, 200, file);
    const imports = Array.from(
      (await answer.text()).matchAll(/ from "\.\/(.+)";/g),
      ([, it]) => it,
    );
    if (file === "main.ts") assert(imports.length > 5);
    files.push(...imports.filter((it) => !files.includes(it)));
  }
  const saved = await fetch(new URL("clips?seconds=0.01", url), { method: "POST" });
  assertEquals((await saved.json()).seconds, 0.01);
  child.kill("SIGINT");
  assertEquals(await child.status, { success: true, code: 0, signal: null });
  await Promise.all([output.cancel(), child.stderr.cancel()]);
});

Deno.test("wrong options of the program are explained", async () => {
  await using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const source = "--source=tone";
  const cases: [string[], RegExp][] = [
    [["--source=tone:x"], /^Cannot make a tone: .*frequency/],
    [[source, "--seconds=0"], /^Cannot open: seconds/],
    [[source, "--port=80.5"], /^Cannot use --port=80.5: it must be a whole number up to 65535/],
    [[source, "--token=a/b"], /^Cannot use --token=a\/b/],
    [[source, `--port=${port}`], /^Cannot listen on port \d+: another program does/],
    [["--sauce=tone"], /Unknown option '--sauce'/],
  ];
  await Promise.all(cases.map(async ([options, expected]) => {
    const { code, stderr } = await runScope(...options).output();
    const text = new TextDecoder().decode(stderr);
    assertMatch(text, expected);
    assertEquals([code, text.includes("    at ")], [1, false], text);
  }));
});
