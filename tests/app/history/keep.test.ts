import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { outputFiles } from "../../../src/app/files.ts";
import { keepMemory } from "../../../src/app/history/keep.ts";
import { Memory } from "../../../src/app/history/memory.ts";
import { Decoder } from "../../../src/decode/decode.ts";
import { unpackFlows } from "../../../src/flow/columns.ts";
import { StateReader } from "../../../src/flow/state.ts";
import { FlowTables } from "../../../src/flow/tables.ts";
import { RecordingReader } from "../../../src/source/recording/reader.ts";
import { ReplaySource } from "../../../src/source/replay/source.ts";
import { bytesText } from "../../../src/view/units.ts";
import { HOST, reading } from "../../support/recording.ts";
import { lived, plain, type Was } from "./life.ts";

const NOON = new Date(2026, 0, 2, 12, 3, 4);

async function inFolder(call: (folder: string) => Promise<void>): Promise<void> {
  const before = Deno.cwd(), folder = Deno.makeTempDirSync();
  try {
    Deno.chdir(folder);
    await call(folder);
  } finally {
    Deno.chdir(before);
    Deno.removeSync(folder, { recursive: true });
  }
}

function remembered(samples: number, mostBytes?: number): { memory: Memory; was: Was[] } {
  const memory = new Memory(600_000, mostBytes);
  memory.info({ version: "0", host: HOST, source: { tcp: "bpf", udp: "bpf", notes: [] } });
  return { memory, was: lived(samples, memory) };
}

/** The samples that a replay of the file has. */
function played(path: string): Was[] {
  const source = new ReplaySource(new RecordingReader(reading(Deno.readFileSync(path))), {
    path,
    paced: false,
    nowMs: () => 0,
  });
  const tables = new FlowTables(), decoder = new Decoder(tables), found: Was[] = [];
  const sink = (records: Uint8Array) => decoder.decode(records);
  for (;;) {
    source.drain(sink);
    if (!source.pace.hasNews) return found;
    source.snapshot(sink);
    const state = source.takeState();
    if (state !== null) tables.load(new StateReader(state));
    const sample = tables.takeSample(), flows = unpackFlows(sample.flows, sample.length);
    const { timeNs, length, number, opened, closed } = sample;
    found.push({ timeNs, length, number, opened, closed, flows: { ...plain(flows, length), exe: [] }, joined: {} });
  }
}

const bare = (was: readonly Was[]) => was.map((one) => ({ ...one, flows: { ...one.flows, exe: [] }, joined: {} }));

Deno.test("keepMemory() writes a recording that plays as it was", () =>
  inFolder(async (folder) => {
    const { memory, was } = remembered(100);
    const sentence = await keepMemory(memory, () => {}, await outputFiles(), NOON);
    const name = "tcptop-20260102-120304.tcptop", path = `${folder}/${name}`;
    ok(sentence.startsWith(`kept 99 s in ${path} (${bytesText(Deno.statSync(path).size)}): `), sentence);
    strictEqual(Deno.statSync(path).mode! & 0o777, 0o600);
    deepStrictEqual(played(path), bare(was));
  }));

Deno.test("keepMemory() keeps what is left of a memory that has thinned out", () =>
  inFolder(async (folder) => {
    const all = remembered(190).memory.segments.reduce((sum, { bytes }) => sum + bytes, 0);
    const { memory, was } = remembered(190, all * 0.75), kept = memory.segments.flatMap(({ samples }) => samples);
    ok(memory.extent!.thinBeforeNs !== null);
    await keepMemory(memory, () => {}, await outputFiles(), NOON);
    const [{ name }] = Deno.readDirSync(folder), times = new Set(kept.map(({ timeNs }) => timeNs));
    deepStrictEqual(played(name), bare(was.filter(({ timeNs }) => times.has(timeNs))));
  }));

Deno.test("keepMemory() does not touch what is there, nor follow a link", () =>
  inFolder(async (folder) => {
    const { memory } = remembered(10), name = "tcptop-20260102-120304", files = await outputFiles();
    Deno.writeTextFileSync("mine", "mine");
    Deno.symlinkSync("mine", `${name}.tcptop`);
    const sentence = await keepMemory(memory, () => {}, files, NOON);
    ok(sentence.includes(`${folder}/${name}-2.tcptop`), sentence);
    strictEqual(Deno.readTextFileSync("mine"), "mine");
  }));

Deno.test("keepMemory() says where it may not write", () =>
  inFolder(async (folder) => {
    const { memory } = remembered(10), files = await outputFiles();
    const refusing = { ...files, open: () => files.open(`${folder}/none/there`, { uid: 0, gid: 0 }, true) };
    const sentence = await keepMemory(memory, () => {}, refusing, NOON);
    ok(
      /^Cannot write to tcptop-.*: there is no such directory: .* Start tcptop where that user may write$/.test(
        sentence,
      ),
      sentence,
    );
  }));
