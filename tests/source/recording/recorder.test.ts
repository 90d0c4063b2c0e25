import { outputFiles } from "../../../src/app/files.ts";
import { OURSELVES } from "../../support/owner.ts";
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { ChunkKind } from "../../../src/source/recording/format.ts";
import { readNames } from "../../../src/source/recording/info.ts";
import { RecordingReader } from "../../../src/source/recording/reader.ts";
import { counters, live, tick } from "../../support/records.ts";
import { reading, record } from "../../support/recording.ts";

/** Kind, time and length of every chunk. */
function chunks(bytes: Uint8Array): [kind: number, timeMs: number, length: number][] {
  const reader = new RecordingReader(reading(bytes)), found: [number, number, number][] = [];
  for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) {
    found.push([chunk.kind, chunk.timeMs, chunk.payload.length]);
  }
  return found;
}

Deno.test("RecordingPlatform keeps records as they were handed over, and when", async () => {
  const one = live(), two = tick(1000);
  const [info, ...rest] = chunks(await record([{ drained: [one] }, { snapshot: [one, two] }]));
  strictEqual(info[0], ChunkKind.info);
  deepStrictEqual(rest.filter(([kind]) => kind !== ChunkKind.names), [
    [ChunkKind.records, 50, one.length],
    [ChunkKind.records, 100, one.length],
    [ChunkKind.records, 100, two.length],
    [ChunkKind.sample, 100, 0],
    [ChunkKind.index, 100, rest.at(-1)![2]],
  ]);
});

Deno.test("RecordingPlatform keeps the names that it was asked for", async () => {
  const reader = new RecordingReader(reading(await record([{ drained: [live()] }])));
  reader.next();
  reader.next();
  deepStrictEqual(readNames(reader.next()!.payload), {
    users: [[1000, "ann"]],
    processes: [],
    argumentNames: [],
    containers: [],
    hosts: [],
    interfaces: [],
    cgroups: [],
    processCgroups: [],
  });
});

Deno.test("RecordingPlatform splits what is longer than a chunk may be between two records", async () => {
  const one = counters(), many = new Uint8Array(one.length * 100_000);
  for (let at = 0; at < many.length; at += one.length) many.set(one, at);
  const parts = chunks(await record([{ drained: [many] }])).filter(([kind]) => kind === ChunkKind.records);
  strictEqual(parts.length, 2);
  strictEqual(parts[0][2] + parts[1][2], many.length);
  ok(parts.every(([, , length]) => length % one.length === 0));
});

Deno.test("FileKeeper does not write into a file that holds something", async () => {
  const { OutputFile } = await import("../../../src/system/output_file.ts");
  const { FileKeeper } = await import("../../../src/source/recording/file_keeper.ts");
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(path, "mine\n");
    await rejects(async () => {
      await Promise.resolve(
        new FileKeeper(new OutputFile(path, OURSELVES, await outputFiles()), () => 0),
      );
    }, /Cannot record to .*: it is not empty/);
    strictEqual(Deno.readTextFileSync(path), "mine\n");
  } finally {
    Deno.removeSync(path);
  }
});
