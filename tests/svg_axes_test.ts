import { assert, assertEquals } from "@std/assert";
import { FrequencyScale } from "../ffi/svg/frequency.ts";
import { frequencyTicks, multiples, niceStep } from "../ffi/svg/ticks.ts";
import { clockAxis, elapsedAxis, WallClock } from "../ffi/svg/time.ts";
import { draw, snapshotOf, START_TIME, written } from "./_svg_picture.ts";
import { elements, textOf } from "./_svg.ts";

/* The numbers along the edges, and whether they are where they belong. */

function near(actual: number, expected: number, tolerance: number, what = ""): void {
  assert(Math.abs(actual - expected) <= tolerance, `${actual} is not near ${expected} ${what}`);
}

function silence(seconds: number, sampleRate = 8000, startTime = START_TIME) {
  return snapshotOf({
    samples: new Float32Array(Math.round(seconds * sampleRate)),
    sampleRate,
    startTime,
    endTime: startTime + 1000 * seconds,
  });
}

Deno.test("steps are round, and not more than wanted", () => {
  for (
    const [span, most, step] of [[1, 10, 0.1], [100, 3, 50], [10, 6, 2], [24_000, 5, 5000], [
      7,
      7,
      1,
    ]]
  ) {
    near(niceStep(span, most), step, 1e-12 * step, `for ${span} in ${most}`);
  }
  assertEquals(multiples(0.1, 0, 0.5), [0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  assertEquals(multiples(20, -95, 5), [-80, -60, -40, -20, 0]);
  assertEquals(multiples(5, 6, 9), []);
});

Deno.test("frequencies have round numbers, none too close to another", () => {
  assertEquals(frequencyTicks(new FrequencyScale("linear", 0, 24_000), 0.1), [
    ...[0, 5000, 10_000, 15_000, 20_000],
  ]);
  const log = frequencyTicks(new FrequencyScale("log", 50, 24_000), 0.07);
  assertEquals(log, [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000]);
  const mel = frequencyTicks(new FrequencyScale("mel", 0, 8000), 0.1);
  assertEquals(mel, [0, 500, 1000, 2000, 3000, 5000, 7000]);
  for (const scale of [new FrequencyScale("log", 1200, 1270), new FrequencyScale("mel", 43, 59)]) {
    const ticks = frequencyTicks(scale, 0.1);
    assert(ticks.length >= 3, `${ticks}`);
    const places = ticks.map((hertz) => scale.positionOf(hertz));
    places.slice(1).forEach((at, i) => assert(at - places[i] >= 0.1 - 1e-9, `${ticks}`));
  }
});

Deno.test("a scale's places and frequencies are each other's inverse, from end to end", () => {
  for (const axis of ["linear", "log", "mel"] as const) {
    const scale = new FrequencyScale(axis, 30, 20_000);
    near(scale.positionOf(30), 0, 1e-12);
    near(scale.positionOf(20_000), 1, 1e-12);
    for (let at = 0; at <= 1; at += 0.1) near(scale.positionOf(scale.hertzAt(at)), at, 1e-9, axis);
  }
  // As the literature has it: a thousand mel are a thousand hertz.
  const mel = new FrequencyScale("mel", 0, 8000);
  const melOf = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
  near(melOf(1000), 1000, 0.1);
  for (const hertz of [100, 1000, 4000]) {
    near(mel.positionOf(hertz), melOf(hertz) / melOf(8000), 1e-9);
  }
});

Deno.test("the clock's numbers are where those times are", async () => {
  const picture = await draw(silence(8));
  const { x, width } = picture.place;
  const ticks = picture.timeTicks();
  assertEquals(ticks.map(({ label }) => label), [
    ...["07:49:32", "07:49:33", "07:49:34", "07:49:35", "07:49:36", "07:49:37", "07:49:38"],
    "07:49:39",
  ]);
  ticks.forEach(({ at, label }) => {
    const time = Date.parse(`2026-11-23T${label}Z`);
    near(at, x + width * (time - START_TIME) / 8000, 0.01, label);
  });
  assert(elements(picture.root, "text").some((text) => textOf(text) === "Time (UTC)"));
});

Deno.test("a time zone that is half an hour off has its own round times", async () => {
  const start = Date.UTC(2026, 0, 31, 20, 10);
  const picture = await draw(silence(28_800, 100, start), { timezone: "Asia/Kolkata" });
  const { x, width } = picture.place;
  const ticks = picture.timeTicks();
  assertEquals(ticks.map(({ label }) => label), [
    ...["02:00", "03:00", "04:00", "05:00", "06:00", "07:00", "08:00", "09:00"],
  ]);
  ticks.forEach(({ at }, i) => near(at, x + width * (20 + 60 * i) / 480, 0.01));
  const title = textOf(elements(picture.root, "text", "title")[0]);
  assertEquals(title, "2026-02-01 01:40:00.000 GMT+05:30, Asia/Kolkata");
});

Deno.test("a clock shows what is before 1970, the days of long stretches, and changes of the hour", () => {
  const utc = new WallClock("UTC");
  assertEquals(utc.date(-1), "1969-12-31 23:59:59.999 UTC");
  const berlin = new WallClock("Europe/Berlin");
  assertEquals(
    berlin.date(Date.UTC(2026, 6, 1, 22, 0, 0, 5)),
    "2026-07-02 00:00:00.005 GMT+02:00, Europe/Berlin",
  );
  const day = 86_400_000;
  const days = clockAxis(utc, Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 9), 5)!;
  assertEquals(days.ticks.map(({ label }) => label), [
    ...["01-01", "01-03", "01-05", "01-07", "01-09"],
  ]);
  days.ticks.slice(1).forEach(({ at }, i) =>
    near(at - days.ticks[i].at, 2 * day / (8 * day), 1e-9)
  );
  // 02:00 to 03:00 comes twice.
  const back = clockAxis(berlin, Date.UTC(2026, 9, 25, 0), Date.UTC(2026, 9, 25, 3), 4)!;
  assertEquals(back.ticks.map(({ label }) => label), ["02:00", "02:00", "03:00", "04:00"]);
});

Deno.test("short stretches have as many digits as they need", () => {
  const utc = new WallClock("UTC");
  const labels = (span: number) =>
    clockAxis(utc, START_TIME, START_TIME + span, 4)!.ticks.slice(0, 2).map(({ label }) => label);
  assertEquals(labels(4), ["07:49:31.250", "07:49:31.251"]);
  assertEquals(labels(40), ["07:49:31.25", "07:49:31.26"]);
  assertEquals(labels(400), ["07:49:31.3", "07:49:31.4"]);
  assertEquals(labels(4000), ["07:49:32", "07:49:33"]);
  assertEquals(labels(240_000), ["07:50", "07:51"]);
});

Deno.test("where no clock can show it, time is told from the start", async () => {
  for (
    const times of [
      { startTime: NaN, endTime: NaN },
      { startTime: 0, endTime: 0 },
      { startTime: 1e300, endTime: 2e300 },
      { startTime: -Infinity, endTime: Infinity },
    ]
  ) {
    const samples = new Float32Array(16_000);
    const picture = await draw(snapshotOf({ samples, sampleRate: 8000, ...times }));
    assert(
      elements(picture.root, "text").some((text) => textOf(text) === "Time from the start (s)"),
    );
    assert(!/NaN|Infinity|Invalid/.test(picture.text.replace(/base64,[^"]*/, "")));
  }
});

Deno.test("times from the start: in milliseconds, seconds, minutes and hours", async () => {
  const picture = await draw(silence(2), { timeAxis: "seconds", width: 640 });
  const { x, width } = picture.place;
  const ticks = picture.timeTicks();
  assertEquals(ticks.map(({ label }) => written(label)), [0, 0.5, 1, 1.5, 2]);
  for (const { at, label } of ticks) near(at, x + width * written(label) / 2, 0.01, label);
  const labels = (seconds: number) => {
    const { name, ticks } = elapsedAxis(seconds, 4);
    ticks.slice(1).forEach(({ at }, i) => assert(at > ticks[i].at && at <= 1 + 1e-9));
    return [name.slice(name.indexOf("(")), ...ticks.map(({ label }) => label)];
  };
  assertEquals(labels(0.004), ["(ms)", "0", "1", "2", "3", "4"]);
  assertEquals(labels(0.3), ["(s)", "0", "0.1", "0.2", "0.3"]);
  assertEquals(labels(125), ["(min:s)", "0:00", "1:00", "2:00"]);
  assertEquals(labels(5400), ["(h:min:s)", "0:00:00", "0:30:00", "1:00:00", "1:30:00"]);
  assertEquals(labels(0), ["(s)"]);
});
