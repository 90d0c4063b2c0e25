import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Collector } from "../../src/app/collector.ts";
import { History } from "../../src/app/history/history.ts";
import type { FromWorker, SampleMessage, WorkerOptions } from "../../src/app/protocol.ts";
import { FolderKeeper } from "../../src/source/recording/folder_keeper.ts";
import { openReplay } from "../../src/source/replay/platform.ts";
import { STEPS, together } from "../../src/view/screen/moment.ts";
import { within } from "../support/lines.ts";
import { BEGAN_MS, keepLarge, writeLarge } from "../support/large_recording.ts";
import { MemoryFolder } from "../support/memory_folder.ts";

const FOLDER = Deno.makeTempDirSync(), PATH = `${FOLDER}/recording`;
addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));
const SMALL = { bytes: 400_007, sockets: 7, opened: 3, chunkBytes: 700, keyframes: { bytes: 1 << 30, samples: 7 } };
const SAMPLES = writeLarge(PATH, SMALL);
const WITHOUT_KEYFRAMES = `${FOLDER}/without`;
writeLarge(WITHOUT_KEYFRAMES, { ...SMALL, keyframes: { bytes: 1 << 30, samples: 1 << 30 } });

interface Choice {
  /** Seconds of the recording: where the part begins and ends. */
  readonly from?: number;
  readonly to?: number;
  /** From `from` on: a part; else playing begins there and stands still, and all of the recording can be reached. */
  readonly part?: boolean;
  readonly path?: string;
  readonly rememberedMs?: number;
}

/** A replay on the screen, and what the Worker tells of it. Its end is waited for by stop(), as on a screen. */
class Played {
  readonly #news: FromWorker[] = [];
  #wake = () => {};
  #last: SampleMessage | null = null;
  /** Samples that it has told of. */
  told = 0;
  readonly collector: Collector;
  readonly running: Promise<void>;

  constructor({ from, to, part = false, path = PATH, rememberedMs = 600_000 }: Choice) {
    const platform = openReplay({ path, paced: true }), history = new History(rememberedMs, null as never);
    const timeOf = (second: number | undefined) => second === undefined ? null : { wallMs: BEGAN_MS + second * 1000 };
    const options = {
      intervalMs: 1000,
      events: false,
      names: false,
      from: timeOf(from),
      to: timeOf(to),
      replay: { path, paced: true, still: !part, stays: true },
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

  /** To that second by this key, whether it is remembered or read anew. */
  async back(key: string, second: number): Promise<void> {
    const found = await this.key(key);
    if (found === null) await this.until(second);
    else strictEqual(found, second);
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
  await using played = new Played({ from: 150 });
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
  await using played = new Played({ from: 11 });
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
  await using played = new Played({ from: SAMPLES - 20 });
  await played.until(SAMPLES - 20);
  played.collector.skip(60_000);
  await played.until(SAMPLES - 1);
});

Deno.test("keys lead back from the moment at which playing began, to the sample before, by a minute, and ahead again", async () => {
  for (const path of [PATH, WITHOUT_KEYFRAMES]) {
    for (const [key, second] of [["[", 149], ["{", 90], ["(", 0]] as const) {
      await using played = new Played({ from: 150, path });
      await played.until(150);
      strictEqual(played.told, 2);
      strictEqual(await played.key(key), null);
      await played.until(second);
      played.collector.skip(0);
      await played.until(second + 1);
      played.collector.skip(150_000 - (second + 1) * 1000);
      await played.until(150);
    }
  }
});

Deno.test("steps back that are typed at once lead no further than before what is remembered, not to the beginning", async () => {
  await using played = new Played({ from: 150 });
  await played.until(150);
  played.collector.look(played.timeOf(150), together(STEPS.get("[")!, together(STEPS.get("[")!, STEPS.get("[")!)));
  await played.until(149);
});

Deno.test("keys do not lead out of the chosen part of a recording", async () => {
  await using played = new Played({ from: 11, to: 100, part: true });
  played.collector.speed(0);
  await played.until(11);
  for (const key of "[{(") strictEqual(await played.key(key), null);
  // Nothing before it is remembered, nor read.
  strictEqual(played.told, 2);
  played.collector.skip(60_000);
  await played.until(71);
  for (const key of "{(") {
    strictEqual(await played.key(key), null);
    await played.until(11);
    for (const again of "[{(") strictEqual(await played.key(again), null);
    played.collector.skip(60_000);
    await played.until(71);
    await played.back("[", 70);
  }
  played.collector.skip(60_000);
  await played.until(100);
  for (const ms of [0, 60_000]) played.collector.skip(ms);
  await played.back("[", 99);
  await played.back("(", 11);
});

Deno.test("keys lead back to where the chosen part begins, of a recording that can be played from its beginning alone", async () => {
  await using played = new Played({ from: 150, to: 300, part: true, path: WITHOUT_KEYFRAMES, rememberedMs: 10_000 });
  played.collector.speed(0);
  await played.until(150);
  for (const key of "[{(") strictEqual(await played.key(key), null);
  strictEqual(played.told, 2);
  played.collector.speed(Infinity);
  await played.until(300);
  played.collector.speed(0);
  for (const [key, second] of [["(", 150], ["{", 220]] as const) {
    strictEqual(await played.key(key, played.timeOf(280)), null);
    await played.until(second);
    played.collector.speed(Infinity);
    await played.until(300);
    played.collector.speed(0);
  }
});

Deno.test("keys lead back from the end of a recording, in what is remembered and before it, and ahead to the end again", async () => {
  await using played = new Played({ from: SAMPLES - 3 });
  await played.until(SAMPLES - 3);
  for (let round = 0; round < 2; round++) {
    if (round > 0) played.collector.skip(60_000);
    await played.until(round > 0 ? SAMPLES - 2 : SAMPLES - 3);
    played.collector.skip(60_000);
    await played.until(SAMPLES - 1);
    // Nothing is beyond.
    played.collector.skip(0);
    played.collector.skip(60_000);
    played.collector.speed(64);
    played.collector.speed(0);
    strictEqual(await played.key("["), SAMPLES - 2);
    strictEqual(await played.key("]", played.timeOf(SAMPLES - 2)), null);
    strictEqual(await played.key("{"), null);
    await played.until(SAMPLES - 61);
    // The sample before may have been told of on the way.
    if (await played.key("[") === null) await played.until(SAMPLES - 62);
  }
  played.collector.skip(60_000);
  await played.until(SAMPLES - 2);
  played.collector.skip(0);
  await played.until(SAMPLES - 1);
  strictEqual(await played.key("("), null);
  await played.until(0);
  played.collector.speed(Infinity);
  await played.until(SAMPLES - 1);
  strictEqual(await played.key("["), SAMPLES - 2);
});

Deno.test("keys lead back from where the chosen part of a recording ends, and never beyond it", async () => {
  await using played = new Played({ to: 20, part: true });
  await played.until(0);
  played.collector.speed(Infinity);
  await played.until(20);
  const { told } = played;
  for (let round = 0; round < 2; round++) {
    played.collector.skip(0);
    played.collector.skip(60_000);
    strictEqual(await played.key("["), 19);
    strictEqual(await played.key("]", played.timeOf(19)), null);
    strictEqual(await played.key("{"), 0);
    strictEqual(await played.key("("), 0);
  }
  strictEqual(played.told, told);
});

Deno.test("keys lead back from the end of a folder of recordings, in its last file and to its first", async () => {
  const path = `${FOLDER}/folder`, memory = new MemoryFolder(), clock = { nowMs: 0 }, every = 337;
  const clocks = { nowMs: () => clock.nowMs, wallMs: () => BEGAN_MS + clock.nowMs };
  const keeper = new FolderKeeper(path, memory, { ms: 1e9 }, clocks);
  keepLarge(keeper, { ...SMALL, everyMs: every * 1000 }, clock, (count) => count < 40);
  keeper.end();
  Deno.mkdirSync(path);
  for (const name of memory.files.keys()) Deno.writeFileSync(`${path}/${name}`, memory.contents(name));
  await using played = new Played({ from: 38 * every, path });
  await played.until(38 * every);
  played.collector.skip(0);
  await played.until(39 * every);
  played.collector.skip(0);
  strictEqual(await played.key("["), 38 * every);
  strictEqual(await played.key("[", 39 * every * 1e9), null);
  await played.until(37 * every);
  played.collector.skip(0);
  await played.until(38 * every);
  played.collector.speed(Infinity);
  await played.until(39 * every);
  strictEqual(await played.key("("), null);
  await played.until(0);
});

Deno.test("keys lead from one recording in a file to the one before it, and on to the next", async () => {
  const path = `${FOLDER}/joined`, part = `${FOLDER}/part`, gap = 30;
  const write = (beganMs: number) => {
    const samples = writeLarge(part, { ...SMALL, bytes: 50_021, beganMs });
    Deno.writeFileSync(path, Deno.readFileSync(part), { append: true });
    Deno.removeSync(part);
    return samples;
  };
  const first = write(BEGAN_MS), begins = first + gap, last = begins + write(BEGAN_MS + begins * 1000) - 1;
  await using played = new Played({ from: begins + 1, path });
  await played.until(begins + 1);
  await played.back("[", begins);
  await played.back("[", first - 1);
  await played.back("[", first - 2);
  played.collector.speed(Infinity);
  await played.until(last);
  played.collector.speed(0);
  await played.back("[", last - 1);
  await played.back("(", 0);
});
