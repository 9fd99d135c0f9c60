import { type ConvertOptions, planConversion } from "./conversion.ts";
import { Converter } from "./converter.ts";
import type { Feed } from "./feed.ts";
import type { AudioFormat } from "./formats.ts";
import { Snapshot } from "./snapshot.ts";

/**
 * A ring as if it recorded something else. A frame is there when those behind its place are that it
 * is made of, 64 of the lower rate.
 */
class ConvertedFeed<F extends AudioFormat> implements Feed<F> {
  readonly format: F;
  readonly sampleRate: number;
  readonly channels: number;
  readonly windowFrames: number;
  readonly #feed: Feed;
  readonly #converter: Converter<F>;

  constructor(feed: Feed, converter: Converter<F>) {
    this.#feed = feed;
    this.#converter = converter;
    const { format, sampleRate, channels } = converter.to;
    this.format = format;
    this.sampleRate = sampleRate;
    this.channels = channels;
    this.windowFrames = Math.round(feed.windowFrames * sampleRate / feed.sampleRate);
  }

  get writtenFrames(): number {
    const { scale, margin } = this.#converter;
    // Asked first: what was written by the end is there then.
    const { ended } = this.#feed;
    const { writtenFrames } = this.#feed;
    return scale.up(ended ? writtenFrames : Math.max(writtenFrames - margin, 0));
  }

  get heldFrom(): number {
    return this.#converter.scale.up(this.#feed.heldFrom);
  }

  get closed(): boolean {
    return this.#feed.closed;
  }

  get ended(): boolean {
    return this.#feed.ended;
  }

  take(from: number, to: number): Snapshot<F> {
    const { scale, margin } = this.#converter;
    const first = scale.down(from);
    const last = Math.min(scale.down(to - 1) + margin + 1, this.#feed.writtenFrames);
    const given = this.#feed.take(Math.max(first - margin, 0), last);
    // What only the margin lacks is not missed: it is silence there.
    const start = given.startFrame <= first ? from : Math.min(scale.up(given.startFrame), to);
    return new Snapshot(this.#converter.convert(given, start, to, from));
  }

  timeAt(frame: number): number {
    const { scale } = this.#converter;
    return this.#feed.timeAt(scale.down(frame)) + scale.rest(frame) * 1000 / this.#feed.sampleRate;
  }

  now(): number {
    return Math.max(this.#converter.scale.up(this.#feed.now()), this.writtenFrames);
  }

  frameAt(time: number): number {
    let frame = this.#converter.scale.up(this.#feed.frameAt(time));
    const distance = (frame: number) => Math.abs(this.timeAt(frame) - time);
    while (frame > 0 && distance(frame - 1) <= distance(frame)) frame--;
    while (distance(frame + 1) < distance(frame)) frame++;
    return frame;
  }

  when(frame: number, call: () => void): () => void {
    const { scale, margin } = this.#converter;
    return this.#feed.when(frame < 1 ? 0 : scale.down(frame - 1) + margin + 1, call);
  }
}

/** A ring as it was asked for: itself, if nothing is to be converted. */
export function convertedFeed<F extends AudioFormat>(
  action: string,
  options: ConvertOptions<F>,
  feed: Feed,
): Feed<F> {
  const plan = planConversion(action, options, feed);
  return plan === undefined ? feed as Feed<F> : new ConvertedFeed(feed, new Converter(plan));
}
