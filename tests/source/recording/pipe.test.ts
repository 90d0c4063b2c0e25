import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { TcptopError } from "../../../src/errors.ts";
import { FileKeeper } from "../../../src/source/recording/file_keeper.ts";
import { RecordingPlatform } from "../../../src/source/recording/recorder.ts";
import type { Platform } from "../../../src/source/platform.ts";
import type { FlowSource } from "../../../src/source/source.ts";
import { HOST } from "../../support/recording.ts";
import { Pipe } from "../../../src/source/recording/pipe.ts";

Deno.test("Pipe writes in order and whole, however little is taken at a time", async () => {
  const taken: number[] = [];
  const pipe = new Pipe(
    (bytes) => Promise.resolve(taken.push(...bytes.subarray(0, 3)) && Math.min(3, bytes.length)),
    "x",
  );
  const part = new Uint8Array([1, 2, 3, 4, 5, 6, 7]);
  pipe.append(part);
  // The bytes are the caller's again.
  part.fill(9);
  pipe.append(part.subarray(0, 2));
  await pipe.flushed();
  deepStrictEqual(taken, [1, 2, 3, 4, 5, 6, 7, 9, 9]);
});

Deno.test("Pipe is full while its reader takes nothing, and is not any more once it has", async () => {
  let take: (bytes: number) => void = () => {};
  const pipe = new Pipe((bytes) => new Promise((resolve) => take = () => resolve(bytes.length)), "x");
  pipe.append(new Uint8Array(4 << 20));
  strictEqual(pipe.isFull, false);
  pipe.append(new Uint8Array(1));
  strictEqual(pipe.isFull, true);
  take(0);
  while (pipe.isFull) await Promise.resolve();
  take(0);
  await pipe.flushed();
});

Deno.test("Pipe is closed when its reader has gone, and fails when the disk is full", async () => {
  const gone = new Pipe(() => Promise.reject(new Deno.errors.BrokenPipe()), "x");
  gone.append(new Uint8Array(5));
  await gone.flushed();
  strictEqual(gone.isClosed, true);
  gone.append(new Uint8Array(5));
  strictEqual(gone.isFull, false);
  const error = Object.assign(new Error("no space"), { code: "ENOSPC" });
  const full = new Pipe(() => Promise.reject(error), "standard output");
  full.append(new Uint8Array(5));
  const isSaid = (error: unknown) => {
    ok(error instanceof TcptopError);
    strictEqual(error.message, "Cannot write to standard output: the disk is full");
    return true;
  };
  await rejects(full.flushed(), isSaid);
  throws(() => full.append(new Uint8Array(5)), isSaid);
});

Deno.test("a recorder whose reader takes nothing leaves what happens to the source, and ends when the reader has gone", async () => {
  let drained = 0, write: (bytes: number | Error) => void = () => {};
  const taken = () =>
    new Promise<number>((resolve, reject) => write = (by) => by instanceof Error ? reject(by) : resolve(by));
  const pipe = new Pipe((bytes) => taken().then((all) => Math.min(all, bytes.length)), "x"),
    part = new Uint8Array(3 << 20);
  const source: FlowSource = {
    info: { tcp: "bpf", udp: null, notes: [] },
    wait: () => Promise.resolve(true),
    drain: (sink) => {
      drained++;
      sink(part);
    },
    snapshot() {},
    describeAgain() {},
    close() {},
  };
  const platform: Platform = {
    host: HOST,
    openSource: () => source,
    userName: () => null,
    selfUse: () => ({ nowNs: 0, cpuNs: 0, residentBytes: 0 }),
  };
  const recording = new RecordingPlatform(platform, new FileKeeper(pipe, () => 0), "0.0.0").openSource();
  for (let i = 0; i < 5; i++) recording.drain(() => {});
  deepStrictEqual([drained, recording.pace], [2, { everyMs: 0, hasNews: false }]);
  strictEqual(await recording.wait(1), true);
  while (pipe.isFull) {
    write(Infinity);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  strictEqual(recording.pace, undefined);
  recording.drain(() => {});
  strictEqual(drained, 3);
  write(new Deno.errors.BrokenPipe());
  while (!pipe.isClosed) await new Promise((resolve) => setTimeout(resolve, 0));
  strictEqual(await recording.wait(1), false);
  await recording.close();
});
