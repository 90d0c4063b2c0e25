/** Recordings of a few bytes that would take any amount of memory. */
import { rejects, strictEqual, throws } from "node:assert/strict";
import { Collector } from "../../../src/app/collector.ts";
import type { WorkerOptions } from "../../../src/app/protocol.ts";
import { TcptopError } from "../../../src/errors.ts";
import { ByteList } from "../../../src/source/recording/byte_list.ts";
import { chunkBytes, ChunkKind, Flag, headerBytes, VERSION_SQUEEZED } from "../../../src/source/recording/format.ts";
import { jsonBytes } from "../../../src/source/recording/info.ts";
import { planeKey, Step, STEP_BITS } from "../../../src/source/recording/repeated.ts";
import { Spread } from "../../../src/source/recording/spread.ts";
import { Squeeze } from "../../../src/source/recording/squeeze.ts";
import { squeezed } from "../../../src/source/recording/zstd.ts";
import { openStream } from "../../../src/source/replay/platform.ts";
import type { ReplayOptions } from "../../../src/source/replay/source.ts";
import { Tag, TcpRecordLayout } from "../../../src/wire/layout.ts";
import { join, live, tick } from "../../support/records.ts";
import { HOST } from "../../support/recording.ts";

const NOTHING = new Uint8Array(0);
const PIECE_BYTES = 4 << 20;

/** A stretch of all records of the one before, and as many large ones more. */
function growing(before: number, fresh: number): Uint8Array {
  const size = 65_528, steps = new ByteList(), all = new ByteList(), columns = new Uint8Array(fresh * size);
  if (before > 0) steps.varint(before << STEP_BITS | Step.same);
  steps.varint(fresh << STEP_BITS | Step.fresh);
  steps.varint(planeKey(Tag.tcpLive, size));
  // Tag and size of the first; the others have no difference to it.
  [Tag.tcpLive, 0, size & 0xff, size >> 8].forEach((byte, place) => columns[place * fresh] = byte);
  all.varint(steps.length);
  all.append(steps.used());
  all.varint(planeKey(Tag.tcpLive, size));
  all.varint(columns.length);
  all.append(columns);
  return squeezed(all.used());
}

Deno.test("Spread refuses a stretch that has all of the one before and grows each time", () => {
  const spread = new Spread();
  strictEqual(spread.spread(growing(0, 500)).length, 500 * 65_528);
  strictEqual(spread.spread(growing(500, 500)).length, 1000 * 65_528);
  throws(() => spread.spread(growing(1000, 500)), RangeError);
});

Deno.test("Spread refuses any number of kinds of records, of which none need be there", () => {
  const named = (kinds: number) => {
    const all = new ByteList();
    all.varint(0);
    for (let tag = 0; tag < kinds; tag++) {
      all.varint(planeKey(tag, 65_528));
      all.varint(0);
    }
    return squeezed(all.used());
  };
  strictEqual(new Spread().spread(named(512)).length, 0);
  throws(() => new Spread().spread(named(513)), RangeError);
});

/** Connections that nobody else has, as a snapshot describes them. */
function connections(first: number, count: number): Uint8Array {
  const one = live({}), { byteLength } = one, all = new Uint8Array(count * byteLength), view = new DataView(all.buffer);
  for (let i = 0; i < count; i++) {
    all.set(one, i * byteLength);
    view.setUint32(i * byteLength + TcpRecordLayout.cookie, first + i, true);
    view.setUint32(i * byteLength + TcpRecordLayout.remoteAddress, first + i);
  }
  return all;
}

/** A recording of these samples. */
function recording(samples: readonly Uint8Array[]): Uint8Array {
  const squeeze = new Squeeze(), chunks = [headerBytes(VERSION_SQUEEZED)];
  const put = (kind: number, payload: Uint8Array) => chunks.push(chunkBytes(kind, 0, payload));
  put(ChunkKind.info, jsonBytes({ version: "0", host: HOST, source: { tcp: "bpf", udp: "bpf", notes: [] } }));
  const most = PIECE_BYTES - PIECE_BYTES % TcpRecordLayout.byteLength;
  for (const [i, records] of samples.entries()) {
    for (let at = 0; at < records.length; at += most) {
      const piece = squeeze.squeeze(records.subarray(at, at + most));
      put(ChunkKind.squeezed, join(Uint8Array.of(i === 0 && at === 0 ? Flag.anew : 0), piece));
    }
    put(ChunkKind.squeezed, join(Uint8Array.of(0), squeeze.squeeze(tick(1e9 * (i + 1)))));
    put(ChunkKind.sample, NOTHING);
  }
  put(ChunkKind.end, NOTHING);
  return join(...chunks);
}

/** How many flows each sample has. */
async function play(bytes: Uint8Array, most?: ReplayOptions["most"]): Promise<number[]> {
  let at = 0;
  const read = (buffer: Uint8Array) => {
    const part = bytes.subarray(at, at += Math.min(buffer.length, bytes.length - at));
    buffer.set(part);
    return Promise.resolve(part.length === 0 ? null : part.length);
  };
  const replay = { path: "-", paced: false, still: false }, lengths: number[] = [];
  const platform = await openStream(read, { path: "FILE", paced: false, ...most && { most } }, () => performance.now());
  const options = { intervalMs: 0, events: false, names: false, from: null, to: null, replay };
  const collector = new Collector(platform, options as unknown as WorkerOptions, (message) => {
    if (message.type !== "sample") return;
    lengths.push(message.sample.length);
    collector.taken(message.sample.flows);
  });
  await collector.run();
  return lengths;
}

const isDamaged = (error: unknown) => error instanceof TcptopError && error.message.startsWith("FILE is damaged: ");

Deno.test("a squeezed recording of 300,000 sockets plays", async () => {
  strictEqual((await play(recording([connections(1, 300_000)])))[0], 300_000);
});

Deno.test("a squeezed recording has no more flows than 524,288, in however many samples they come", async () => {
  // The snapshot after the one that showed a connection may miss it.
  const samples = [1, 300_001].map((first) => connections(first, 300_000));
  await rejects(play(recording(samples)), isDamaged);
});

Deno.test("a sample of a host may come to no more bytes than it is allowed, nor have more flows", async () => {
  const bytes = recording([connections(1, 1000)]), sampleBytes = 1000 * TcpRecordLayout.byteLength;
  const enough = { sampleBytes: sampleBytes + tick(0).length, flows: 1000 };
  strictEqual((await play(bytes, enough))[0], 1000);
  await rejects(play(bytes, { ...enough, sampleBytes }), isDamaged);
  await rejects(play(bytes, { ...enough, flows: 999 }), isDamaged);
});
