import type { ChannelReading, MeterReading } from "../mod.ts";
import { levelText } from "./clip_folder.ts";
import type { Command } from "./command.ts";
import { ended, EXIT, follow, type Session } from "./session.ts";
import { openRing, SOURCE_OPTIONS } from "./source_options.ts";

/** The quietest level that a bar shows, in dBFS. */
const FLOOR = -60;
/** How often it is shown, in seconds: where it is redrawn, and where each is a line. */
const LIVE_SECONDS = 0.1;
const LINE_SECONDS = 1;
/** How often it is read at the least. */
const READ_SECONDS = 1;

function dbfs(level: number): string {
  return levelText(level).padStart(6);
}

/** A bar: full up to the RMS, a dash up to the peak, a line where the peak is held. */
export function bar({ rmsDbfs, peakDbfs, holdDbfs }: ChannelReading, width: number): string {
  const cell = (level: number) => Math.round(Math.min(Math.max(1 - level / FLOOR, 0), 1) * width);
  const [rms, peak, hold] = [cell(rmsDbfs), cell(peakDbfs), cell(holdDbfs)];
  return Array.from({ length: width }, (_, i) => {
    if (i < rms) return "#";
    if (i === hold - 1) return "|";
    return i < peak ? "-" : " ";
  }).join("");
}

function numbers({ peakDbfs, holdDbfs, rmsDbfs, channels }: MeterReading): string {
  const clipped = channels.some(({ clipped }) => clipped > 0) ? "  CLIPPED" : "";
  return `peak ${dbfs(peakDbfs)}  held ${dbfs(holdDbfs)}  RMS ${dbfs(rmsDbfs)} dBFS${clipped}`;
}

function liveLine(reading: MeterReading, width: number): string {
  const text = numbers(reading);
  const room = Math.floor((width - text.length - 2) / reading.channels.length) - 3;
  if (room < 4) return text;
  return `${reading.channels.map((channel) => `[${bar(channel, room)}]`).join(" ")} ${text}`;
}

/** A reading, with what was counted before it. */
export function withCounts(reading: MeterReading, before: MeterReading | undefined): MeterReading {
  if (before === undefined) return reading;
  return {
    ...reading,
    clipped: reading.clipped + before.clipped,
    missedFrames: reading.missedFrames + before.missedFrames,
    channels: reading.channels.map((channel, i) => (
      { ...channel, clipped: channel.clipped + before.channels[i].clipped }
    )),
  };
}

async function run({ given, terminal, signal }: Session): Promise<number> {
  const every = given.number("interval") ?? (terminal.live ? LIVE_SECONDS : LINE_SECONDS);
  // It is read more often than it is shown, so that the ring need not be longer than that.
  const readings = Math.ceil(every / READ_SECONDS);
  await using ring = await openRing(given, 2 * READ_SECONDS);
  follow(ring, { terminal });
  const stop = new AbortController();
  using meter = ring.meter({ every: every / readings, signal: stop.signal });
  const end = ended(signal, given.number("for")).then(() => stop.abort());
  let shown = 0;
  const show = (reading: MeterReading) => {
    shown++;
    const { peakDbfs, holdDbfs, rmsDbfs, channels, missedFrames } = reading;
    const time = new Date(ring.timeAt(reading.endFrame)).toISOString();
    if (terminal.live) terminal.redraw(liveLine(reading, terminal.width()));
    else {
      const data = { event: "level", time, peakDbfs, holdDbfs, rmsDbfs, missedFrames, channels };
      terminal.result(`${time}  ${numbers(reading)}`, data);
    }
  };
  let untold: MeterReading | undefined;
  let left = readings;
  for await (const reading of meter) {
    untold = withCounts(reading, untold);
    if (--left > 0) continue;
    show(untold);
    untold = undefined;
    left = readings;
  }
  if (untold !== undefined || shown === 0) show(untold ?? meter.read());
  // A source that has come to its end is not to wait for the time that it was given.
  if (ring.state !== "ended") await end;
  return EXIT.done;
}

/** Shows how loud it is. */
export const METER: Command = {
  name: "meter",
  summary: "show how loud it is: redrawn on a terminal, else a line now and then",
  options: {
    interval: {
      kind: "number",
      value: "SECONDS",
      least: 0.02,
      most: 3600,
      help: "how often; 0.1 on a terminal, else 1",
    },
    for: { kind: "number", value: "SECONDS", least: 0.02, most: 1e9, help: "end after so long" },
    ...SOURCE_OPTIONS,
  },
  examples: ["meter", "meter --json --interval=0.5 --for=60"],
  run,
};
