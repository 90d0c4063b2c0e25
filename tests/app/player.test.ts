import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Collector } from "../../src/app/collector.ts";
import { History } from "../../src/app/history/history.ts";
import type { FromWorker, SampleMessage, WorkerOptions } from "../../src/app/protocol.ts";
import { openReplay } from "../../src/source/replay/platform.ts";
import { STEPS } from "../../src/view/screen/moment.ts";
import { within } from "../support/lines.ts";
import { BEGAN_MS, writeLarge } from "../support/large_recording.ts";

const FOLDER = Deno.makeTempDirSync(), PATH = `${FOLDER}/recording`;
addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));
const SMALL = { bytes: 400_007, sockets: 7, opened: 3, chunkBytes: 700, keyframes: { bytes: 1 << 30, samples: 7 } };
const SAMPLES = writeLarge(PATH, SMALL);

/** A replay on the screen that begins at a second of the recording and stands still, and what the Worker tells of it. */
class Played {
  readonly #news: FromWorker[] = [];
  #wake = () => {};
  #last: SampleMessage | null = null;
  /** Samples that it has told of. */
  told = 0;
  readonly collector: Collector;
  readonly running: Promise<void>;

  constructor(second: number) {
    const platform = openReplay({ path: PATH, paced: true }), history = new History(600_000, null as never);
    const options = {
      intervalMs: 1000,
      events: false,
      names: false,
      from: { wallMs: BEGAN_MS + second * 1000 },
      to: null,
      replay: { path: PATH, paced: true, still: true },
    };
    this.collector = new Collector(history.listen(platform), options as unknown as WorkerOptions, (message) => {
      this.#news.push(message);
      if (message.type === "sample") {
        this.told++;
        this.collector.taken(message.sample.flows);
      }
      this.#wake();
    }, history);
    this.running = this.collector.run();
  }

  /** Until a sample of that second has come. Those in between are told of too. */
  async until(second: number): Promise<void> {
    while (this.#last === null || secondOf(this.#last) !== second) {
      const message = this.#news.shift();
      if (message === undefined) await within(10, "a sample", new Promise<void>((resolve) => this.#wake = resolve));
      else if (message.type === "sample") this.#last = message;
    }
  }

  /** The second of the moment that a key leads to from the last sample, or from another; null: the present. */
  async key(key: string, fromNs = this.#last!.sample.timeNs): Promise<number | null> {
    this.collector.look(fromNs, STEPS.get(key)!);
    for (;;) {
      const message = this.#news.shift();
      if (message === undefined) await within(10, "a moment", new Promise<void>((resolve) => this.#wake = resolve));
      else if (message.type === "moment") return message.moment && secondOf(message.moment);
      else if (message.type === "sample") this.#last = message;
    }
  }

  timeOf(second: number): number {
    return (second + 1) * 1e9;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.collector.stop();
    await this.running;
  }
}

const secondOf = ({ sample }: Pick<SampleMessage, "sample">) => Math.round((sample.wallMs - BEGAN_MS) / 1000);

Deno.test("keys go back beyond what is remembered, to the sample before, by a minute, and to the beginning", async () => {
  ok(SAMPLES > 170, String(SAMPLES));
  await using played = new Played(150);
  await played.until(150);
  played.collector.skip(0);
  await played.until(151);
  strictEqual(await played.key("["), 150);
  strictEqual(await played.key("[", played.timeOf(150)), null);
  await played.until(149);
  strictEqual(await played.key("["), null);
  await played.until(148);
  strictEqual(await played.key("{"), null);
  await played.until(88);
  strictEqual(await played.key("("), null);
  await played.until(0);
  // There is nothing before, and it stands still.
  strictEqual(await played.key("["), null);
  played.collector.skip(0);
  await played.until(1);
  strictEqual(await played.key("["), 0);
});

Deno.test("keys go ahead by a minute without playing all of it", async () => {
  await using played = new Played(11);
  await played.until(11);
  played.collector.skip(60_000);
  await played.until(71);
  // The first one of all, where it began, and at most two there.
  ok(played.told <= 4, String(played.told));
  // What was passed over is not remembered, but found.
  deepStrictEqual(await played.key("{"), null);
  await played.until(11);
});

Deno.test("keys go ahead to the last sample, where the recording has no more", async () => {
  await using played = new Played(SAMPLES - 20);
  await played.until(SAMPLES - 20);
  played.collector.skip(60_000);
  await played.until(SAMPLES - 1);
  await played.running;
});
