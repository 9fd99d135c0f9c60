import { assertEquals } from "@std/assert";
import { type Span, Trigger, type TriggerPlan } from "../ffi/trigger.ts";
import { random } from "./_speech.ts";

interface Hop {
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

const PLAN: TriggerPlan = {
  above: 2,
  below: 1,
  beforeFrames: 25,
  afterFrames: 15,
  holdFrames: 30,
  atMostFrames: 200,
};

/** Hops of ten frames, one for each value. */
function hopsOf(values: readonly number[], first = 0): Hop[] {
  return values.map((value, i) => ({ from: first + 10 * i, to: first + 10 * i + 10, value }));
}

/** So many times the same value. */
function times(count: number, value: number): number[] {
  return Array<number>(count).fill(value);
}

/** What a trigger gives, and when: after which frame, -1 for the end. */
function run(plan: TriggerPlan, hops: readonly Hop[]): { span: Span; given: number }[] {
  const trigger = new Trigger(plan);
  const found = hops.flatMap(({ from, to, value }) =>
    trigger.hear(from, to, value).map((span) => ({ span, given: to }))
  );
  return [...found, ...trigger.finish().map((span) => ({ span, given: -1 }))];
}

function span(from: number, to: number, at: number, continued = false): Span {
  return { from, to, at, continued };
}

Deno.test("a span is the loud hops with their rolls, once it has been quiet for long enough", () => {
  const hops = hopsOf([...times(10, 0), 2, 1.5, ...times(20, 0)]);
  // Its last loud frame is 119: a pre-roll reaches back to 135 from a hop at 160 at the latest.
  assertEquals(run(PLAN, hops), [{ span: span(75, 135, 100), given: 170 }]);
});

Deno.test("a hold that is longer than both rolls is waited for", () => {
  const plan = { ...PLAN, beforeFrames: 0, afterFrames: 0, holdFrames: 50 };
  const hops = hopsOf([...times(10, 0), 2, ...times(20, 0)]);
  assertEquals(run(plan, hops), [{ span: span(100, 110, 100), given: 160 }]);
});

Deno.test("between the thresholds a sound goes on, and none begins", () => {
  const plan = { ...PLAN, beforeFrames: 0, afterFrames: 0 };
  const hops = hopsOf([1.9, 1.9, 2, 1, 1, 1, 0, 0, 1, ...times(9, 0), 1, 1, ...times(9, 0)]);
  assertEquals(run(plan, hops), [{ span: span(20, 90, 20), given: 120 }]);
});

Deno.test("without a hold the first hop below ends a sound, and none that is not", () => {
  const plan = { ...PLAN, beforeFrames: 0, afterFrames: 0, holdFrames: 0 };
  const hops = hopsOf([0, 2, 1, 0, 1, 1, 2, 0]);
  assertEquals(run(plan, hops), [
    { span: span(10, 30, 10), given: 40 },
    { span: span(60, 70, 60), given: 80 },
  ]);
});

Deno.test("spans that touch are one, spans a frame apart are two", () => {
  const apart = (frames: number) => {
    const second = hopsOf([2, ...times(20, 0)], 10 + frames);
    return [{ from: 0, to: 10, value: 2 }, { from: 10, to: 10 + frames, value: 0 }, ...second];
  };
  assertEquals(run(PLAN, apart(40)), [{ span: span(-25, 75, 0), given: 110 }]);
  assertEquals(run(PLAN, apart(41)), [
    { span: span(-25, 25, 0), given: 51 },
    { span: span(26, 76, 51), given: 111 },
  ]);
});

Deno.test("what is too long is cut, and goes on exactly there", () => {
  const hops = hopsOf([...times(5, 0), ...times(50, 2), ...times(20, 0)]);
  assertEquals(run(PLAN, hops), [
    { span: span(25, 225, 50), given: 230 },
    { span: span(225, 425, 225, true), given: 430 },
    { span: span(425, 565, 425, true), given: 600 },
  ]);
});

Deno.test("a span of exactly the longest length is not cut; one that touches it goes on", () => {
  const plan = { ...PLAN, atMostFrames: 60 };
  const alone = hopsOf([2, 2, ...times(10, 0)]);
  assertEquals(run(plan, alone), [{ span: span(-25, 35, 0), given: 40 }]);
  const touched = hopsOf([2, 2, 0, 0, 0, 0, 2, ...times(10, 0)]);
  assertEquals(run(plan, touched), [
    { span: span(-25, 35, 0), given: 40 },
    { span: span(35, 85, 35, true), given: 120 },
  ]);
});

Deno.test("the end gives out what is left, as far as its post-roll may go", () => {
  assertEquals(run(PLAN, hopsOf([0, 2, 2])), [{ span: span(-15, 45, 10), given: -1 }]);
  assertEquals(run(PLAN, hopsOf([0, 1, 1])), []);
  // Of what was cut at the very end nothing is left but post-roll that never comes.
  const plan = { ...PLAN, beforeFrames: 0, atMostFrames: 20 };
  assertEquals(run(plan, hopsOf([0, 2, 2])), [{ span: span(10, 30, 10), given: 30 }]);
});

Deno.test("frames that are lost in a span are part of it", () => {
  const hops = [...hopsOf([0, 0, 0, 2, 2]), ...hopsOf([...times(10, 0)], 1000)];
  assertEquals(run(PLAN, hops), [
    { span: { ...span(1000, 1015, 1000), lostFrom: 5 }, given: 1050 },
  ]);
  const loud = [...hopsOf([0, 0, 0, 2, 2]), ...hopsOf([...times(30, 1), ...times(9, 0)], 1000)];
  assertEquals(run(PLAN, loud), [
    { span: { ...span(1000, 1200, 1000), lostFrom: 5 }, given: 1200 },
    { span: span(1200, 1315, 1200, true), given: 1350 },
  ]);
  // Twice, and before the span was given out though it had ended.
  const ended = [...hopsOf([2, 0, 0, 0]), ...hopsOf([0], 500), ...hopsOf(times(9, 0), 1000)];
  assertEquals(run(PLAN, ended), [
    { span: { ...span(1000, 1015, 1000), lostFrom: -25 }, given: 1050 },
  ]);
});

Deno.test("frames that are lost between spans are none of theirs", () => {
  const hops = [...hopsOf([2, ...times(9, 0)]), ...hopsOf([0, 2, ...times(9, 0)], 1000)];
  assertEquals(run(PLAN, hops), [
    { span: span(-25, 25, 0), given: 60 },
    { span: span(985, 1035, 1010), given: 1070 },
  ]);
  // Behind a cut nothing is there yet: with the sound over, nothing is lost.
  const plan = { ...PLAN, holdFrames: 0, atMostFrames: 60 };
  const cut = [...hopsOf([2, 2, 0, 0, 0]), ...hopsOf(times(9, 0), 1000)];
  assertEquals(run(plan, cut), [{ span: span(-25, 35, 0), given: 40 }]);
});

/** All spans of values that are known to the end, found by looking at all of them at once. */
function spansOf(plan: TriggerPlan, hops: readonly Hop[]): Span[] {
  const sounds: { from: number; to: number }[] = [];
  for (let i = 0; i < hops.length; i++) {
    if (hops[i].value < plan.above) continue;
    let last = i;
    for (let j = i + 1; j < hops.length; j++) {
      if (hops[j].value >= plan.below) last = j;
      else if (hops[j].to - hops[last].to >= plan.holdFrames) break;
    }
    sounds.push({ from: hops[i].from, to: hops[last].to });
    i = last;
  }
  const whole: Span[] = [];
  for (const { from, to } of sounds) {
    const start = from - plan.beforeFrames;
    const previous = whole.at(-1);
    if (previous && start <= previous.to) {
      whole[whole.length - 1] = { ...previous, to: to + plan.afterFrames };
    } else whole.push(span(start, to + plan.afterFrames, from));
  }
  return whole.flatMap(({ from, to, at }) => {
    const pieces: Span[] = [];
    for (let cut = from; cut < to; cut += plan.atMostFrames) {
      const end = Math.min(to, cut + plan.atMostFrames);
      pieces.push(span(cut, end, cut === from ? at : cut, cut !== from));
    }
    return pieces;
  });
}

/** A plan and hops of random lengths, with stretches that are loud, in between and quiet. */
function randomCase(seed: number): { plan: TriggerPlan; hops: Hop[] } {
  const next = random(seed);
  const upTo = (most: number) => Math.floor(next() * (most + 1));
  const plan = {
    above: 2,
    below: 1 + upTo(1),
    beforeFrames: upTo(40),
    afterFrames: upTo(40),
    holdFrames: upTo(60),
    atMostFrames: 60 + upTo(100),
  };
  const longest = 1 + upTo(19);
  const hops: Hop[] = [];
  let at = upTo(50);
  while (hops.length < 80) {
    const value = upTo(2);
    for (let left = 1 + upTo(value === 0 ? 12 : 4); left > 0; left--) {
      const to = at + 1 + upTo(longest - 1);
      hops.push({ from: at, to, value: next() < 0.1 ? upTo(2) : value });
      at = to;
    }
  }
  return { plan, hops };
}

/** What may follow after a frame: silence, a loud hop at once, one in between; each then silence. */
function futures(from: number): Hop[][] {
  const silence = { from: from + 1, to: from + 1000, value: 0 };
  return [0, 1, 2].map((value) => [{ from, to: from + 1, value }, silence]);
}

Deno.test("at any moment exactly those spans were given out that cannot change any more", () => {
  let given = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const { plan, hops } = randomCase(seed);
    const trigger = new Trigger(plan);
    const found: Span[] = [];
    hops.forEach(({ from, to, value }, i) => {
      found.push(...trigger.hear(from, to, value));
      if (i % 7 !== 0) return;
      const heard = hops.slice(0, i + 1);
      const [first, ...others] = futures(to).map((next) =>
        spansOf(plan, [...heard, ...next]).map((one) => JSON.stringify(one))
      );
      const certain = first
        .filter((one) => others.every((spans) => spans.includes(one)))
        .map((one): Span => JSON.parse(one))
        .filter((one) => one.to <= to);
      assertEquals(found, certain, `seed ${seed}, after frame ${to}`);
    });
    const end = hops.at(-1)!.to;
    const all = spansOf(plan, hops).filter(({ from }) => from < end);
    assertEquals([...found, ...trigger.finish()], all, `seed ${seed}, at the end`);
    given += all.length;
  }
  assertEquals(given > 1000, true, `${given} spans in all`);
});
