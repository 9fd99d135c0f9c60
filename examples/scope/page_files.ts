/**
 * The page, as it is served: its files come with the program's modules, so that no permission to
 * read is needed, and what is TypeScript in them goes to the browser without its types.
 *
 * @module
 */

import { stripTypeScriptTypes } from "node:module";
import index from "./page/index.html" with { type: "text" };
import icon from "./page/icon.svg" with { type: "text" };
import style from "./page/style.css" with { type: "text" };
import clips from "./page/clips.ts" with { type: "text" };
import colours from "./page/colours.ts" with { type: "text" };
import columns from "./page/columns.ts" with { type: "text" };
import connection from "./page/connection.ts" with { type: "text" };
import frequencyAxis from "./page/frequency_axis.ts" with { type: "text" };
import history from "./page/history.ts" with { type: "text" };
import main from "./page/main.ts" with { type: "text" };
import messages from "./page/messages.ts" with { type: "text" };
import meter from "./page/meter.ts" with { type: "text" };
import picture from "./page/picture.ts" with { type: "text" };
import saveForm from "./page/save_form.ts" with { type: "text" };
import spectrogram from "./page/spectrogram.ts" with { type: "text" };
import spectrum from "./page/spectrum.ts" with { type: "text" };
import waveform from "./page/waveform.ts" with { type: "text" };
import words from "./page/words.ts" with { type: "text" };

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly text: string;
}

const modules = {
  clips,
  colours,
  columns,
  connection,
  frequency_axis: frequencyAxis,
  history,
  main,
  messages,
  meter,
  picture,
  save_form: saveForm,
  spectrogram,
  spectrum,
  waveform,
  words,
};

/** The files, by their paths; made anew each time. */
export function pageFiles(): Map<string, PageFile> {
  const scripts = Object.entries(modules).map(([name, source]): [string, PageFile] => [
    `${name}.ts`,
    { type: "text/javascript; charset=utf-8", text: stripTypeScriptTypes(source) },
  ]);
  return new Map([
    ["", { type: "text/html; charset=utf-8", text: index }],
    ["icon.svg", { type: "image/svg+xml", text: icon }],
    ["style.css", { type: "text/css; charset=utf-8", text: style }],
    ...scripts,
  ]);
}
