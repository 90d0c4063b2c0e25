import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Collector } from "../../../src/app/collector.ts";
import type { FromWorker, SampleMessage, WorkerOptions } from "../../../src/app/protocol.ts";
import { FLOW_SCHEMA, type FlowArrays, unpackFlows } from "../../../src/flow/columns.ts";
import { healthSince } from "../../../src/flow/health.ts";
import type { Health } from "../../../src/flow/sample.ts";
import type { Platform } from "../../../src/source/platform.ts";
import { chunkBytes, ChunkKind } from "../../../src/source/recording/format.ts";
import { FolderKeeper } from "../../../src/source/recording/folder_keeper.ts";
import { IndexWriter, type RecordingIndex } from "../../../src/source/recording/index.ts";
import { FileReader, RESTART } from "../../../src/source/replay/file.ts";
import { openReplay } from "../../../src/source/replay/platform.ts";
import { chunkAt, indexOf, scan } from "../../../src/source/replay/places.ts";
import { BEGAN_MS, keepLarge, writeLarge } from "../../support/large_recording.ts";
import { MemoryFolder } from "../../support/memory_folder.ts";

const FOLDER = Deno.makeTempDirSync(), PATH = `${FOLDER}/whole`;
addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));
/** A keyframe about every 7 samples, in files of some chunks a sample. */
const SMALL = { bytes: 120_007, sockets: 13, opened: 5, chunkBytes: 700, keyframes: { bytes: 23_003, samples: 7 } };
const SAMPLES = writeLarge(PATH, SMALL);
/** So long is what is asked for. */
const SPAN_MS = 4003;

interface Told {
  /** By its time of day. */
  readonly samples: ReadonlyMap<number, Plain>;
  readonly processes: ReadonlyMap<number, string>;
  readonly failure: string;
}

interface Plain {
  readonly health: Health;
  readonly [fact: string]: unknown;
}

/** A sample of the whole recording as one of a part, to which nothing belongs that was counted before. */
function ofPart(all: ReadonlyMap<number, Plain>, time: number, wallMs: number): Plain {
  const before = [...all.keys()].findLast((other) => other < wallMs), sample = all.get(time)!;
  if (before === undefined) return sample;
  return { ...sample, health: healthSince(sample.health, all.get(Math.min(before, time))!.health) };
}

/** All that a sample says, but for what differs from one run to the next. */
function plain({ sample, source, health }: SampleMessage): Plain {
  const flows = unpackFlows(sample.flows, sample.length), { flows: _, ...facts } = sample;
  const columns = Object.keys(FLOW_SCHEMA).filter((name) => name !== "exe" && name !== "ancestors");
  return {
    ...facts,
    source,
    health,
    columns: columns.map((name) => {
      const column = flows[name as keyof FlowArrays];
      return [name, [...column.subarray(0, column.length / flows.family.length * sample.length)]];
    }),
  };
}

/** What the Worker tells of a recording from that moment on. */
async function told(platform: Platform, wallMs: number | null): Promise<Told> {
  const samples = new Map<number, Plain>(), processes = new Map<number, string>();
  const options = { intervalMs: 1000, events: false, names: false, replay: { paced: false, still: false } };
  const from = wallMs === null ? null : { wallMs }, to = wallMs === null ? null : { wallMs: wallMs + SPAN_MS };
  const collector: Collector = new Collector(
    platform,
    { ...options, from, to } as unknown as WorkerOptions,
    (message: FromWorker) => {
      if (message.type !== "sample") return;
      samples.set(message.sample.wallMs, plain(message));
      for (const [pid, name] of message.processes) processes.set(pid, name);
      collector.taken(message.sample.flows);
    },
  );
  let failure = "";
  await collector.run().catch((error) => failure = String(error.message));
  return { samples, processes, failure };
}

/** From the file's start on. */
function linear(path: string, wallMs: number | null): Promise<Told> {
  const platform = openReplay({ path, paced: false }), source = platform.openSource();
  Object.defineProperty(source, "seek", { value: undefined });
  return told(platform, wallMs);
}

const sought = (path: string, wallMs: number) => told(openReplay({ path, paced: false }), wallMs);

function bytesOf(path: string): Uint8Array {
  return Deno.readFileSync(path);
}

async function withFile<T>(bytes: Uint8Array, call: (path: string) => Promise<T>): Promise<T> {
  const path = `${FOLDER}/one`;
  Deno.writeFileSync(path, bytes);
  return await call(path);
}

/** The recording with another index, whose checksums are right. */
function reindexed(change: (index: RecordingIndex) => RecordingIndex): Uint8Array {
  using file = Deno.openSync(PATH);
  const bytes = bytesOf(PATH), at = endOfRecords(bytes), { keyframes, names, infos } = change(indexOf(file)!);
  const writer = new IndexWriter();
  for (const keyframe of keyframes) writer.keyframe(keyframe);
  for (const one of names) writer.note(ChunkKind.names, one);
  for (const one of infos) writer.note(ChunkKind.info, one);
  const { index, end } = writer.payloads(at);
  const chunks = [...[...index].map((part) => chunkBytes(ChunkKind.index, 0, part)), chunkBytes(ChunkKind.end, 0, end)];
  return Uint8Array.from([...bytes.subarray(0, at), ...chunks.flatMap((chunk) => [...chunk])]);
}

function endOfRecords(bytes: Uint8Array): number {
  return new DataView(bytes.buffer).getFloat64(bytes.length - 8, true);
}

Deno.test("a recording has an index of what its chunks' headers say", () => {
  using file = Deno.openSync(PATH);
  const index = indexOf(file)!;
  ok(index.keyframes.length >= 8, String(index.keyframes.length));
  deepStrictEqual(scan(file), index);
  for (const { at } of index.keyframes) strictEqual(chunkAt(file, at)?.kind, ChunkKind.keyframe);
});

Deno.test("from any moment on a recording tells what it tells from its start on", async () => {
  for (let second = 0; second < SAMPLES + 2; second += 3) {
    const wallMs = BEGAN_MS + second * 1000 - 337;
    deepStrictEqual(await sought(PATH, wallMs), await linear(PATH, wallMs));
  }
});

Deno.test("FileReader.seek() goes ahead, and back if it may", () => {
  const reader = new FileReader(Deno.openSync(PATH)), at = (second: number) => BEGAN_MS + second * 1000;
  try {
    reader.next();
    const far = reader.seek(at(50))!;
    ok(far.timeMs < 50_000 && far.timeMs >= 40_000, String(far.timeMs));
    strictEqual(reader.seek(at(20)), null);
    // Nothing has changed.
    const next = reader.next()!;
    ok(next.timeMs >= far.timeMs && next.timeMs <= far.timeMs + 1000);
    ok(reader.seek(at(20), true)!.timeMs < 20_000);
    deepStrictEqual(reader.seek(at(-5), true), { state: null, timeMs: 0, info: null, processes: [] });
    strictEqual(reader.next()!.kind, RESTART);
    strictEqual(reader.next()!.kind, ChunkKind.info);
  } finally {
    reader.close();
  }
});

Deno.test("from any moment on a folder of recordings tells what it tells from its start on", async () => {
  const path = `${FOLDER}/folder`, memory = new MemoryFolder(), clock = { nowMs: 0 }, everyMs = 337_000, samples = 40;
  const wallMs = () => BEGAN_MS + clock.nowMs, clocks = { nowMs: () => clock.nowMs, wallMs };
  const keeper = new FolderKeeper(path, memory, { ms: 1e9 }, clocks);
  keepLarge(keeper, { ...SMALL, everyMs }, clock, (count) => count < samples);
  keeper.end();
  Deno.mkdirSync(path);
  for (const name of memory.files.keys()) Deno.writeFileSync(`${path}/${name}`, memory.contents(name));
  strictEqual(memory.files.size, 4);
  for (let sample = 0; sample < samples + 1; sample++) {
    const wallMs = BEGAN_MS + sample * everyMs - 2003;
    deepStrictEqual(await sought(path, wallMs), await linear(path, wallMs));
  }
});

Deno.test("from any moment on recordings one behind the other in a file tell what they tell from its start on", async () => {
  const path = `${FOLDER}/joined`, part = `${FOLDER}/part`;
  let samples = 0;
  // The last one has as many bytes as the first: what its end says of its index holds there too.
  for (const gap of [0, 13, 70]) {
    samples += writeLarge(part, { ...SMALL, bytes: 50_021, beganMs: BEGAN_MS + (samples + gap) * 1000 }) + gap;
    Deno.writeFileSync(path, bytesOf(part), { append: true });
    Deno.removeSync(part);
  }
  ok(samples > 110, String(samples));
  for (let sample = 0; sample < samples + 2; sample += 3) {
    const wallMs = BEGAN_MS + sample * 1000 - 2003, straight = await linear(path, wallMs);
    deepStrictEqual(await sought(path, wallMs), straight);
    if (sample > samples - 20 && sample < samples - 1) ok(straight.samples.size > 1, String(sample));
  }
});

Deno.test("an index that is missing, damaged or wrong never misleads, nor does a file that was cut or damaged", async () => {
  const whole = bytesOf(PATH), all = (await linear(PATH, null)).samples, indexAt = endOfRecords(whole);
  const damage = fc.record({
    kind: fc.constantFrom("cut", "cut", "flip", "flip index", "flip index", "places", "times", "names", "none"),
    at: fc.nat(whole.length * 8 - 1),
    second: fc.nat(SAMPLES),
    by: fc.integer({ min: -300, max: 300 }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ kind, at, second, by }) => {
      let bytes: Uint8Array = whole.slice();
      const place = kind === "flip index" ? indexAt * 8 + at % ((whole.length - indexAt) * 8) : Math.max(8000, at);
      if (kind === "cut") bytes = bytes.subarray(0, Math.max(1000, at >> 3));
      else if (kind.startsWith("flip")) bytes[place >> 3] ^= 1 << (place & 7);
      else if (kind !== "none") bytes = reindexed((index) => wrong(index, kind, at, by));
      const wallMs = BEGAN_MS + second * 1000 - 1;
      await withFile(bytes, async (path) => {
        const [fast, slow] = [await sought(path, wallMs), await linear(path, wallMs)];
        for (const [time, sample] of fast.samples) deepStrictEqual(sample, ofPart(all, time, wallMs));
        // Behind a damage there may be more.
        for (const time of slow.samples.keys()) ok(fast.samples.has(time));
        if (kind !== "flip") deepStrictEqual(fast, slow);
      });
    }),
    { numRuns: 100 },
  );
});

function wrong(index: RecordingIndex, kind: string, at: number, by: number): RecordingIndex {
  const which = at % index.keyframes.length;
  const keyframes = index.keyframes.map((one, i) => {
    if (i !== which) return one;
    return kind === "places"
      ? { ...one, at: one.at + by }
      : kind === "times"
      ? { ...one, wallMs: one.wallMs + by * 97 }
      : one;
  });
  const names = kind === "names" ? index.names.map((one, i) => i === which ? one + by : one) : index.names;
  return { ...index, keyframes, names };
}
