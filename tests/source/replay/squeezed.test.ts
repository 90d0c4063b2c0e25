/** Recordings of version 2, as `w` keeps them: whole, cut short, damaged, and made by somebody who means harm. */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { outputFiles } from "../../../src/app/files.ts";
import { keepMemory } from "../../../src/app/history/keep.ts";
import { Memory } from "../../../src/app/history/memory.ts";
import { Decoder } from "../../../src/decode/decode.ts";
import { TcptopError } from "../../../src/errors.ts";
import { unpackFlows } from "../../../src/flow/columns.ts";
import { StateError, StateReader } from "../../../src/flow/state.ts";
import { FlowTables } from "../../../src/flow/tables.ts";
import { ByteList } from "../../../src/source/recording/byte_list.ts";
import { chunkBytes, ChunkKind, HEADER_BYTES } from "../../../src/source/recording/format.ts";
import { RecordingReader, Unreadable } from "../../../src/source/recording/reader.ts";
import { Spread } from "../../../src/source/recording/spread.ts";
import { squeezed, unsqueezed } from "../../../src/source/recording/zstd.ts";
import { ReplaySource } from "../../../src/source/replay/source.ts";
import { HOST, reading } from "../../support/recording.ts";
import { lived } from "../../app/history/life.ts";

const SAMPLES = 67;

interface Played {
  readonly samples: readonly (readonly number[])[];
  readonly failure: unknown;
}

/** The Worker's loop without its waits. */
async function play(bytes: Uint8Array): Promise<Played> {
  const samples: number[][] = [], tables = new FlowTables(), decoder = new Decoder(tables);
  const sink = (records: Uint8Array) => decoder.decode(records);
  try {
    const source = new ReplaySource(new RecordingReader(reading(bytes)), {
      path: "FILE",
      paced: false,
      nowMs: () => 0,
    });
    for (;;) {
      source.drain(sink);
      if (!source.pace.hasNews) break;
      source.snapshot(sink);
      const state = source.takeState();
      if (state !== null) tables.load(new StateReader(state));
      const sample = tables.takeSample(), { rxBytes } = unpackFlows(sample.flows, sample.length);
      samples.push([sample.number, sample.timeNs, sample.opened, sample.closed, ...rxBytes]);
    }
    strictEqual(await source.wait(0), false);
  } catch (failure) {
    return { samples, failure };
  }
  return { samples, failure: null };
}

async function kept(): Promise<Uint8Array> {
  const before = Deno.cwd(), folder = Deno.makeTempDirSync(), memory = new Memory(600_000);
  memory.info({ version: "0", host: HOST, source: { tcp: "bpf", udp: "bpf", notes: [] } });
  lived(SAMPLES, memory);
  try {
    Deno.chdir(folder);
    await keepMemory(memory, () => {}, await outputFiles(), new Date());
    return Deno.readFileSync([...Deno.readDirSync(folder)][0].name);
  } finally {
    Deno.chdir(before);
    Deno.removeSync(folder, { recursive: true });
  }
}

/** What is squeezed, spread, changed and squeezed again: no checksum tells. */
function forged(whole: Uint8Array, which: number, change: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [whole.slice(0, HEADER_BYTES)], reader = new RecordingReader(reading(whole));
  for (let chunk = reader.next(), squeezedOnes = 0; chunk !== null; chunk = reader.next()) {
    const isSqueezed = chunk.kind === ChunkKind.squeezed || chunk.kind === ChunkKind.state;
    if (!isSqueezed || squeezedOnes++ !== which) chunks.push(chunkBytes(chunk.kind, chunk.timeMs, chunk.payload));
    else {
      const inside = squeezed(change(unsqueezed(chunk.payload.slice(1)).slice())),
        payload = new Uint8Array(1 + inside.length);
      payload[0] = chunk.payload[0];
      payload.set(inside, 1);
      chunks.push(chunkBytes(chunk.kind, chunk.timeMs, payload));
    }
  }
  return Uint8Array.from([...chunks, chunkBytes(ChunkKind.end, 0, new Uint8Array(0))].flatMap((chunk) => [...chunk]));
}

function isTold(error: unknown): boolean {
  return error instanceof StateError || (error instanceof TcptopError || error instanceof Unreadable) &&
      /^(FILE )?(is empty|is not a recording|was (cut short|made by)|is damaged)/.test(error.message);
}

Deno.test("ReplaySource plays 200 truncated, damaged and forged recordings of version 2 without harm", async () => {
  const whole = await kept(), { samples, failure } = await play(whole);
  strictEqual(failure, null);
  strictEqual(samples.length, SAMPLES);
  const damage = fc.record({
    kind: fc.constantFrom("cut", "flip", "forge", "forge"),
    at: fc.nat(whole.length * 8 - 1),
    which: fc.nat(SAMPLES),
    bytes: fc.uint8Array({ maxLength: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ kind, at, which, bytes }) => {
      let file: Uint8Array = whole.slice();
      if (kind === "cut") file = whole.subarray(0, at >> 3);
      else if (kind === "flip") file[at >> 3] ^= 1 << (at & 7);
      else {
        file = forged(whole, which, (inside) => {
          inside.set(bytes.subarray(0, inside.length), at % Math.max(1, inside.length - bytes.length));
          return inside;
        });
      }
      const played = await play(file);
      if (played.failure !== null) ok(isTold(played.failure), String(played.failure));
      if (kind === "cut") ok(played.failure !== null);
      if (kind !== "forge") deepStrictEqual(played.samples, samples.slice(0, played.samples.length));
    }),
    { numRuns: 200 },
  );
});

Deno.test("Spread takes any bytes, and comes to an end", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 3 }), (all) => {
      const spread = new Spread();
      for (const bytes of all) {
        try {
          ok(spread.spread(squeezed(bytes)).length <= 200);
        } catch (error) {
          ok(error instanceof RangeError, String(error));
        }
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("Spread refuses records that have no size, of which there could be any number", () => {
  for (const size of [0, 3, 6]) {
    const steps = new ByteList(), all = new ByteList();
    steps.varint(2 ** 40 * 4 + 3);
    steps.varint(size);
    all.varint(steps.length);
    all.append(steps.used());
    all.varint(size);
    all.varint(12);
    all.append(new Uint8Array(12));
    throws(() => new Spread().spread(squeezed(all.used())), RangeError);
  }
});
