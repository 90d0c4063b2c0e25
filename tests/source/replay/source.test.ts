import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { Decoder } from "../../../src/decode/decode.ts";
import { TcptopError } from "../../../src/errors.ts";
import { unpackFlows } from "../../../src/flow/columns.ts";
import { FlowTables } from "../../../src/flow/tables.ts";
import { CHUNK_HEADER_BYTES, chunkCrc, ChunkKind, HEADER_BYTES } from "../../../src/source/recording/format.ts";
import { jsonBytes } from "../../../src/source/recording/info.ts";
import { RecordingReader, Unreadable } from "../../../src/source/recording/reader.ts";
import { type ChunkReader, ReplaySource } from "../../../src/source/replay/source.ts";
import { within } from "../../support/lines.ts";
import { counters, ended, join, live, opened, tick } from "../../support/records.ts";
import { HOST, reading, record, type Step } from "../../support/recording.ts";

const STEPS: Step[] = [
  { snapshot: [join(live({ cookie: 1, openedNs: 0 }), tick(1000))] },
  { drained: [opened({ cookie: 2, timeNs: 1500, openedNs: 1500 })] },
  { drained: [ended({ cookie: 2, timeNs: 1700, openedNs: 1500, rxBytes: 1009, txBytes: 503 })] },
  { snapshot: [counters({ cookie: 1, rxBytes: 307, txBytes: 101 }), tick(2_000_000_000)] },
  { snapshot: [join(counters({ cookie: 1, rxBytes: 10007, txBytes: 101 }), tick(3_000_000_000))] },
];

interface Played {
  readonly samples: { readonly opened: number; readonly rx: number; readonly tx: number }[];
  readonly bytes: number;
  readonly failure: unknown;
}

/** The Worker's loop without its waits. A step that never ends is a failure of the test's own bound. */
async function play(bytes: Uint8Array): Promise<Played> {
  const samples: Played["samples"] = [], tables = new FlowTables(), decoder = new Decoder(tables);
  let count = 0, source: ReplaySource;
  const sink = (records: Uint8Array) => {
    count += records.length;
    decoder.decode(records);
  };
  try {
    source = open(bytes);
    for (let more = true; more;) {
      source.drain(sink);
      more = source.pace.hasNews;
      if (!more) break;
      source.snapshot(sink);
      const sample = tables.takeSample(), flows = unpackFlows(sample.flows, sample.length);
      const sum = (column: Float64Array) => column.reduce((a, b) => a + b, 0);
      samples.push({ opened: sample.opened, rx: sum(flows.rxDelta), tx: sum(flows.txDelta) });
    }
    strictEqual(await source.wait(0), false);
  } catch (error) {
    return { samples, bytes: count, failure: error };
  }
  return { samples, bytes: count, failure: null };
}

function open(bytes: Uint8Array, paced = false, nowMs = () => 0): ReplaySource {
  return new ReplaySource(new RecordingReader(reading(bytes)), { path: "FILE", paced, nowMs });
}

Deno.test("ReplaySource yields what was recorded, in the same samples", async () => {
  deepStrictEqual((await play(await record(STEPS))).samples, [
    { opened: 0, rx: 0, tx: 0 },
    { opened: 1, rx: 1009 + 307, tx: 503 + 101 },
    { opened: 0, rx: 9700, tx: 0 },
  ]);
});

Deno.test("ReplaySource knows the machine that was recorded and its notes", async () => {
  const source = open(await record(STEPS));
  deepStrictEqual(source.host, HOST);
  const message = "This is a recording of elsewhere, not this machine as it is now";
  const notes = [{ code: "replay", message, remedy: null }, { code: "some", message: "A note", remedy: null }];
  deepStrictEqual(source.info, { tcp: "bpf", udp: null, notes });
});

Deno.test("ReplaySource hands a record over no sooner than it was recorded when it is paced", async () => {
  let nowMs = 5000;
  const source = open(await record(STEPS), true, () => nowMs);
  strictEqual(source.pace.hasNews, false);
  nowMs += 50;
  source.drain(() => {});
  strictEqual(source.pace.hasNews, true);
  source.snapshot(() => {});
  let bytes = 0;
  source.drain((records) => bytes += records.length);
  strictEqual(bytes, 0);
  nowMs += 50;
  source.drain((records) => bytes += records.length);
  strictEqual(bytes, opened().length);
});

Deno.test("ReplaySource stands still, goes to the next sample, and is played slower and faster", async () => {
  let nowMs = 5000;
  const source = open(await record(STEPS), true, () => nowMs),
    news = () => {
      source.drain(() => {});
      return source.pace.hasNews;
    };
  source.setSpeed(0);
  nowMs += 1000;
  strictEqual(news(), false);
  source.skip(0);
  strictEqual(news(), true);
  source.snapshot(() => {});
  strictEqual(news(), false);
  source.setSpeed(2);
  // The next sample is 150 ms behind this one in the recording.
  nowMs += 74;
  strictEqual(news(), false);
  nowMs += 1;
  strictEqual(news(), true);
  source.snapshot(() => {});
  source.setSpeed(0.5);
  nowMs += 99;
  strictEqual(news(), false);
  source.skip(1);
  strictEqual(news(), true);
});

Deno.test("ReplaySource tells of a recording that was cut short after all that is whole", async () => {
  const whole = await record(STEPS);
  const cut = await play(whole.subarray(0, whole.length - 1));
  strictEqual(cut.samples.length, 3);
  ok(cut.failure instanceof TcptopError);
  ok(/^FILE was cut short: what is whole, up to byte \d+, was used$/.test(cut.failure.message), cut.failure.message);
});

/** Flips a bit, then makes the checksum of its chunk right again: an attacker's file rather than a bad disk's. */
Deno.test("ReplaySource.wake() ends the wait of a recording that stands still, also before it has begun", async () => {
  const source = open(await record(STEPS), true);
  source.setSpeed(0);
  const waiting = source.wait(60_000);
  source.wake();
  ok(await within(10, "the end of the wait", waiting));
  source.wake();
  ok(await within(10, "the end of the next one", source.wait(60_000)));
});

function forge(bytes: Uint8Array, bit: number): Uint8Array {
  const forged = bytes.slice(), view = new DataView(forged.buffer);
  forged[bit >> 3] ^= 1 << (bit & 7);
  for (let at = HEADER_BYTES; at + CHUNK_HEADER_BYTES <= forged.length;) {
    const length = view.getUint32(at + 4, true), end = at + CHUNK_HEADER_BYTES + length;
    if (end > forged.length) break;
    const header = forged.subarray(at, at + CHUNK_HEADER_BYTES),
      payload = forged.subarray(at + CHUNK_HEADER_BYTES, end);
    view.setUint32(at + 16, chunkCrc(header, payload), true);
    at = end;
  }
  return forged;
}

Deno.test("ReplaySource plays 1,000 truncated, damaged and forged recordings without harm", async () => {
  const whole = await record(STEPS), { samples } = await play(whole);
  const damage = fc.record({ kind: fc.constantFrom("cut", "flip", "forge"), at: fc.nat(whole.length * 8 - 1) });
  await fc.assert(
    fc.asyncProperty(damage, async ({ kind, at }) => {
      const flipped = whole.slice();
      flipped[at >> 3] ^= 1 << (at & 7);
      const file = kind === "cut" ? whole.subarray(0, at >> 3) : kind === "flip" ? flipped : forge(whole, at);
      const played = await play(file);
      // The checksum finds every flipped bit, except in the four bytes of a chunk's header that mean nothing.
      if (kind === "cut") ok(isSentence(played.failure));
      else if (kind === "flip" && played.failure === null) deepStrictEqual(played.samples, samples);
      else if (played.failure !== null) ok(isSentence(played.failure), String(played.failure));
      if (kind !== "forge") deepStrictEqual(played.samples, samples.slice(0, played.samples.length));
      ok(played.bytes <= file.length);
    }),
    { numRuns: 1000 },
  );
});

function isSentence(error: unknown): boolean {
  const start = "(is empty|is not a recording|was (cut short|made by)|is damaged)";
  return (error instanceof TcptopError || error instanceof Unreadable) &&
    new RegExp(`^(FILE )?${start}`).test(error.message);
}

Deno.test("ReplaySource needs no more memory than the largest chunk allowed", async () => {
  const whole = (await record(STEPS)).slice(), view = new DataView(whole.buffer);
  view.setUint32(HEADER_BYTES + 4, 0xffffffff, true);
  throws(() => open(whole), /FILE is damaged at byte 32/);
});

Deno.test("ReplaySource does not wait for ever for a chunk from the far future", async () => {
  const whole = (await record(STEPS)).slice(), view = new DataView(whole.buffer);
  const at = HEADER_BYTES + CHUNK_HEADER_BYTES + view.getUint32(HEADER_BYTES + 4, true);
  strictEqual(view.getUint32(at, true), ChunkKind.records);
  view.setFloat64(at + 8, 1e300, true);
  let nowMs = 0;
  const source = open(forge(forge(whole, 256), 256), true, () => nowMs);
  nowMs = 60_000;
  let bytes = 0;
  source.drain((records) => bytes += records.length);
  ok(bytes > 0);
});

Deno.test("ReplaySource refuses a file that is no recording", async () => {
  throws(() => open(new Uint8Array(0)), /^Unreadable|is empty/);
  throws(
    () => open(new TextEncoder().encode("%PDF-1.7 and more than thirty-two bytes")),
    /is not a recording of tcptop/,
  );
  const other = (await record(STEPS)).slice();
  await rejects(async () => {
    other[8] = 9;
    await Promise.resolve(open(other));
  }, /is damaged in its first bytes/);
});

Deno.test("ReplaySource.seek() takes as many names of processes as stand before where it leads", () => {
  const begin = { version: "1", host: HOST, source: { tcp: "bpf", udp: null, notes: [] } };
  const chunks = [{ kind: ChunkKind.info, timeMs: 0, payload: jsonBytes(begin) }];
  const processes = Array.from({ length: 1 << 18 }, (_, pid) => [pid, "node"] as const);
  const reader = {
    next: () => chunks.shift() ?? null,
    seek: () => ({ state: null, timeMs: 0, info: null, processes }),
  } as unknown as ChunkReader;
  const source = new ReplaySource(reader, { path: "night.tcptop", paced: false, nowMs: () => 0 });
  strictEqual(source.seek(1), true);
  strictEqual(source.takeProcesses().length, processes.length);
});
