/**
 * The page: what comes from the program is shown.
 *
 * @module
 */

/// <reference lib="dom" />

import { ClipList } from "./clips.ts";
import { readColours } from "./colours.ts";
import { Columns } from "./columns.ts";
import { Connection } from "./connection.ts";
import { heightOf, MARKED_HERTZ } from "./frequency_axis.ts";
import { History } from "./history.ts";
import {
  type Block,
  MARGIN_SECONDS,
  type MeterMark,
  type Status,
  VIEW_SECONDS,
} from "./messages.ts";
import { LevelMeter, NO_LEVEL } from "./meter.ts";
import { Picture } from "./picture.ts";
import { SaveForm } from "./save_form.ts";
import { drawSpectrogram } from "./spectrogram.ts";
import { drawWaveform, halvingsFor } from "./waveform.ts";
import { gapWords, type StateKind, stateWords } from "./words.ts";

/** Who does not want motion gets a new picture so often. */
const STILL_MS = 1000;

function part<E extends HTMLElement>(id: string): E {
  return document.querySelector<E>(`#${id}`)!;
}

/** Writes only what has changed: what is said aloud is not said again and again. */
function write(target: HTMLElement, words: string): void {
  if (target.textContent !== words) target.textContent = words;
}

const waveform = new Picture(part<HTMLCanvasElement>("waveform"));
const spectrogram = new Picture(part<HTMLCanvasElement>("spectrogram"));
const meter = new LevelMeter();
const form = new SaveForm();
const clips = new ClipList(remove);
const pause = part<HTMLButtonElement>("pause");
const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");

let colours = readColours();
let history: History | undefined;
let columns: Columns | undefined;
let level: MeterMark = NO_LEVEL;
let isDue = false;
let drawnAt = -Infinity;

function draw(): void {
  isDue = false;
  drawnAt = performance.now();
  meter.draw(level);
  // What is drawn once more did not clip once more.
  level = { ...level, clipped: 0 };
  if (history === undefined) return;
  columns ??= new Columns(history, VIEW_SECONDS, waveform.width, spectrogram.height);
  columns.advance();
  const halvings = halvingsFor(columns);
  drawWaveform(waveform, columns, colours, halvings);
  drawSpectrogram(spectrogram, columns, colours);
  const scale = halvings === 0 ? "0 dB" : `−${6 * halvings} dB`;
  write(part("scale-top"), scale);
  write(part("scale-bottom"), scale);
  write(part("gap-words"), gapWords(history.gaps, history.sampleRate));
}

/** Draws with the next picture of the screen, once for all that has come until then. */
function drawSoon(): void {
  if (isDue) return;
  isDue = true;
  const wait = lessMotion.matches ? drawnAt + STILL_MS - performance.now() : 0;
  if (wait > 0) setTimeout(() => requestAnimationFrame(draw), wait);
  else requestAnimationFrame(draw);
}

function drawAnew(): void {
  colours = readColours();
  columns = undefined;
  drawSoon();
}

function takeBlock(block: Block): void {
  if (!history?.goesOnWith(block)) {
    history = new History(VIEW_SECONDS + MARGIN_SECONDS, block.sampleRate);
    columns = undefined;
  }
  history.add(block);
  // Until the next picture there may be several blocks.
  level = { ...block.meter, clipped: level.clipped + block.meter.clipped };
  drawSoon();
}

function showState(kind: StateKind, words: string): void {
  part("state").dataset.kind = kind;
  write(part("state-words"), words);
  document.title = `${words} – MicRing`;
  if (kind === "recording") return;
  level = NO_LEVEL;
  drawSoon();
}

function takeStatus(status: Status): void {
  showState(...stateWords(status.state, status.reason));
  const channels = status.channels === 1 ? "mono" : `${status.channels} channels`;
  const rate = `${status.sampleRate / 1000} kHz`;
  write(part("source"), `${status.source} · ${rate}, ${channels}`);
  const isPaused = status.state === "paused" || status.state === "failed";
  write(pause, isPaused ? "Resume" : "Pause");
  pause.disabled = status.state === "ended" || status.state === "closed";
  form.setRing(status.ringSeconds);
  form.enabled = status.state !== "closed";
  clips.show(status.clips);
}

function loseConnection(stillValid: boolean): void {
  const words = stillValid
    ? "Connection lost: trying again"
    : "This page's address is not valid any more: open the one that the program prints";
  showState(stillValid ? "waiting" : "still", words);
  form.enabled = false;
  pause.disabled = true;
}

/** Asks the program for something; says why, if it cannot be had. */
async function ask(path: string, method: string): Promise<void> {
  const answer = await fetch(path, { method }).catch(() => {});
  if (!answer?.ok) form.say(await answer?.text() ?? "The program does not answer");
}

async function remove({ id, fileName }: { id: number; fileName: string }): Promise<void> {
  await ask(`clips/${id}/${fileName}`, "DELETE");
}

pause.addEventListener("click", () => {
  ask(pause.textContent === "Pause" ? "pause" : "resume", "POST");
});

part("frequencies").append(...MARKED_HERTZ.map((hertz) => {
  const mark = document.createElement("span");
  mark.textContent = hertz < 1000 ? `${hertz}` : `${hertz / 1000} kHz`;
  mark.style.top = `${100 * (1 - heightOf(hertz))}%`;
  return mark;
}));

new ResizeObserver(() => {
  for (const it of [waveform, spectrogram, meter]) it.fit();
  columns = undefined;
  // At once: a canvas of another size is black until it is drawn.
  draw();
}).observe(part("spectrogram"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAnew);

new Connection({
  open: () => {
    history = columns = undefined;
  },
  block: takeBlock,
  status: takeStatus,
  lost: loseConnection,
});
