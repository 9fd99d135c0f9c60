import { type DeviceInfo, MicRing, MicRingError, tone } from "../mod.ts";
import type { Command } from "./command.ts";
import { onCommandLine } from "./sentence.ts";
import { EXIT, type Session } from "./session.ts";
import { nameOf, openRing, SOURCE_OPTIONS } from "./source_options.ts";

/** How long it listens, in seconds. */
const LISTEN_SECONDS = 0.5;

/** What was found of one thing. */
interface Finding {
  readonly what: string;
  readonly verdict: "ok" | "warning" | "problem";
  readonly found: string;
  /** What a person can do. */
  readonly advice?: string;
}

function problem(what: string, error: unknown, advice?: string): Finding {
  if (!(error instanceof Error)) throw error;
  return { what, verdict: "problem", found: onCommandLine(error.message), advice };
}

async function checkLibrary(): Promise<Finding> {
  const what = "native library";
  try {
    await using ring = await MicRing.open({ seconds: 0.1, source: tone() });
    const { peakDbfs } = ring.snapshot().level();
    return { what, verdict: "ok", found: `it is loaded, and a tone reads ${peakDbfs.toFixed(1)}` };
  } catch (error) {
    return problem(what, error);
  }
}

async function checkWriting(): Promise<Finding> {
  const what = "writing files";
  const { state } = await Deno.permissions.query({ name: "write", path: "." });
  if (state === "granted") return { what, verdict: "ok", found: "allowed in this folder" };
  return {
    what,
    verdict: "warning",
    found: "not allowed in this folder",
    advice: "Run with --allow-write to save anything.",
  };
}

function deviceFinding(devices: readonly DeviceInfo[]): Finding {
  const what = "microphones";
  const microphones = devices.filter(({ isMonitor }) => !isMonitor);
  if (microphones.length > 0) {
    const names = microphones.map(({ name, backend }) => `${name} (${backend})`);
    return { what, verdict: "ok", found: names.join("; ") };
  }
  return {
    what,
    verdict: "problem",
    found: devices.length === 0 ? "none is listed" : "only what outputs play is listed",
    advice: "Is one plugged in, and not switched off in the system's settings?",
  };
}

async function checkDevices(): Promise<Finding> {
  try {
    return deviceFinding(await MicRing.devices());
  } catch (error) {
    return problem(
      "microphones",
      error,
      "On a Linux server there is often no sound system at all.",
    );
  }
}

async function checkListening({ given, signal }: Session): Promise<Finding[]> {
  try {
    await using ring = await openRing(given, 2);
    await Promise.race([
      ring.clip({ after: LISTEN_SECONDS, signal }),
      ring.finished(),
    ]);
    const snapshot = ring.snapshot();
    const { peakDbfs, rmsDbfs } = snapshot.level();
    const found = `${nameOf(ring)}: ${ring.sampleRate} Hz, ${ring.channels} channels, ` +
      `peak ${peakDbfs.toFixed(1)}, RMS ${rmsDbfs.toFixed(1)} dBFS`;
    const listening: Finding = peakDbfs === -Infinity
      ? {
        what: "listening",
        verdict: "warning",
        found: `${found}: nothing but silence`,
        advice:
          "It is muted, or this terminal may not use the microphone: see the privacy settings.",
      }
      : { what: "listening", verdict: "ok", found };
    const lost = ring.stats().lostFrames;
    if (lost === 0) return [listening];
    return [listening, {
      what: "keeping up",
      verdict: "warning",
      found: `${lost} frames were lost in ${LISTEN_SECONDS} s`,
      advice: "Is the machine very busy?",
    }];
  } catch (error) {
    if (signal.aborted) return [];
    const denied = error instanceof MicRingError && error.code === "access-denied";
    const advice = denied ? "Allow this terminal to use the microphone." : undefined;
    return [problem("listening", error, advice)];
  }
}

async function run(session: Session): Promise<number> {
  const { terminal } = session;
  const { os, arch, target } = Deno.build;
  const findings: Finding[] = [
    { what: "Deno", verdict: "ok", found: `${Deno.version.deno} on ${os} ${arch} (${target})` },
  ];
  const tell = (finding: Finding) => {
    findings.push(finding);
    say(finding);
  };
  const say = (finding: Finding) => {
    const { what, verdict, found, advice } = finding;
    const mark = { ok: "ok     ", warning: "WARNING", problem: "PROBLEM" }[verdict];
    const help = advice === undefined ? "" : `\n         ${advice}`;
    terminal.result(`${mark}  ${what}: ${found}${help}`, { ...finding });
  };
  say(findings[0]);
  const library = await checkLibrary();
  tell(library);
  tell(await checkWriting());
  if (library.verdict === "ok") {
    const named = session.given.text("source") ?? "microphone";
    if (named === "microphone") tell(await checkDevices());
    for (const finding of await checkListening(session)) tell(finding);
  }
  return findings.some(({ verdict }) => verdict === "problem") ? EXIT.failed : EXIT.done;
}

/** Finds out what works. */
export const DOCTOR: Command = {
  name: "doctor",
  summary: "find out what works on this machine, what does not, and what to do",
  options: { ...SOURCE_OPTIONS },
  examples: ["doctor", "doctor --json"],
  run,
};
