import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { TcptopError } from "../../../src/errors.ts";
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
