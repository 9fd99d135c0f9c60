/**
 * A page that plays a broadcast: a button, and a line that says how it goes.
 *
 * @module
 */

/** The page. */
export const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>MicRing broadcast</title>
<style>body { font: 1.1rem/1.5 system-ui; margin: 2rem } button { font: inherit; padding: .5em 1em }</style>
<h1>Broadcast</h1>
<p><button id="listen">Listen</button></p>
<p id="status" role="status">Not listening.</p>
<script src="page.js"></script>
</html>
`;

/** Its script. */
export const SCRIPT = `"use strict";
const button = document.querySelector("#listen");
const status = document.querySelector("#status");
// So far ahead of what is heard: a network is not always as fast.
const AHEAD_SECONDS = 0.25;

let context, socket, playAt, lostSeconds;

function play(message) {
  const header = new DataView(message, 0, 32);
  const [sampleRate, missed] = [header.getUint32(0, true), header.getUint32(8, true)];
  const channels = header.getUint16(4, true);
  // What a typed array reads is little endian on each machine that has a browser.
  const samples = new Int16Array(message, 32);
  const frames = samples.length / channels;
  const buffer = context.createBuffer(channels, frames, sampleRate);
  for (let channel = 0; channel < channels; channel++) {
    const own = buffer.getChannelData(channel);
    for (let i = 0; i < frames; i++) own[i] = samples[i * channels + channel] / 32768;
  }
  lostSeconds += missed / sampleRate;
  // Too late, or far too early: anew from here.
  const early = playAt - context.currentTime;
  if (!(early > 0 && early < 4 * AHEAD_SECONDS)) playAt = context.currentTime + AHEAD_SECONDS;
  const node = new AudioBufferSourceNode(context, { buffer });
  node.connect(context.destination);
  node.start(playAt);
  playAt += frames / sampleRate;
  const time = new Date(header.getFloat64(24, true)).toLocaleTimeString();
  const lost = lostSeconds > 0 ? ", " + lostSeconds.toFixed(1) + " s lost" : "";
  status.textContent = "Listening: " + time + ", " + sampleRate + " Hz" + lost + ".";
}

function stop(reason) {
  socket.onclose = null;
  socket.close();
  context.close();
  socket = undefined;
  button.textContent = "Listen";
  status.textContent = reason;
}

button.onclick = () => {
  if (socket) return stop("Not listening.");
  context = new AudioContext();
  [playAt, lostSeconds] = [0, 0];
  socket = new WebSocket(new URL("live", location.href.replace(/^http/, "ws")));
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => play(data);
  socket.onclose = ({ reason }) => stop("It has ended" + (reason && ": " + reason) + ".");
  button.textContent = "Stop";
  status.textContent = "Connecting.";
};
`;
