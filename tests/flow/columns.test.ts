import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Columns, FLOW_SCHEMA, packFlows, unpackFlows } from "../../src/flow/columns.ts";
import { StateReader, StateWriter } from "../../src/flow/state.ts";

const SCHEMA = { bytes: "f64", port: "u16", flag: "u8", cookie: "u32", address: "b16" } as const;

function fill(columns: Columns<typeof SCHEMA>, value: number): void {
  const row = columns.add(), { bytes, port, flag, cookie, address } = columns.arrays;
  bytes[row] = value + 0.5;
  port[row] = value;
  flag[row] = value;
  cookie[row] = value;
  address.fill(value, row * 16, row * 16 + 16);
}

function read({ arrays }: Columns<typeof SCHEMA>, row: number): unknown[] {
  const { bytes, port, flag, cookie, address } = arrays;
  return [bytes[row], port[row], flag[row], cookie[row], [...address.subarray(row * 16, row * 16 + 16)]];
}

const rowOf = (value: number) => [value + 0.5, value, value, value, new Array(16).fill(value)];

Deno.test("Columns holds dense rows, the last one moved into a gap, whatever comes and goes", () => {
  const step = fc.oneof(fc.record({ add: fc.integer({ min: 1, max: 200 }) }), fc.record({ remove: fc.nat() }));
  fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
    const columns = new Columns(SCHEMA, 1), model: number[] = [];
    for (const step of steps) {
      if ("add" in step) fill(columns, step.add), model.push(step.add);
      else if (model.length > 0) {
        const row = step.remove % model.length, last = model.pop()!, isLast = row === model.length;
        columns.removeRows([row], (from, to) => deepStrictEqual([from, to, isLast], [model.length, row, false]));
        if (!isLast) model[row] = last;
      }
    }
    deepStrictEqual(model.map((_, row) => read(columns, row)), model.map(rowOf));
    strictEqual(columns.length, model.length);
  }));
});

Deno.test("Columns.removeRows() removes those rows, keeps all others once, and tells where each has gone", () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (leave) => {
    const columns = new Columns(SCHEMA, 1), places = new Map(leave.map((_, row) => [row, row]));
    leave.forEach((_, row) => fill(columns, row));
    const gone = leave.flatMap((goes, row) => goes ? [row] : []);
    columns.removeRows(gone, (from, to) => {
      deepStrictEqual([read(columns, from), read(columns, to)], [rowOf(from), rowOf(from)]);
      places.set(from, to);
    });
    for (const row of gone) places.delete(row);
    strictEqual(columns.length, places.size);
    deepStrictEqual(new Set(places.values()), new Set(places.size === 0 ? [] : Array(places.size).keys()));
    for (const [value, row] of places) deepStrictEqual(read(columns, row), rowOf(value));
    for (let more = gone.length; more > 0; more--) {
      deepStrictEqual(read(columns, columns.add()), [0, 0, 0, 0, new Array(16).fill(0)]);
    }
  }));
});

Deno.test("Columns.keepRows() keeps those rows in their order, in the same memory or with what was there left as it was", () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 200 }), fc.boolean(), (stay, fresh) => {
    const columns = new Columns(SCHEMA, 1);
    stay.forEach((_, row) => fill(columns, row));
    const before = columns.arrays, kept = stay.flatMap((stays, row) => stays ? [row] : []);
    columns.keepRows(kept, fresh);
    deepStrictEqual(kept.map((_, row) => read(columns, row)), kept.map(rowOf));
    strictEqual(columns.length, kept.length);
    for (let more = stay.length - kept.length; more > 0; more--) {
      deepStrictEqual(read(columns, columns.add()), [0, 0, 0, 0, new Array(16).fill(0)]);
    }
    if (fresh) { for (let row = 0; row < stay.length; row++) strictEqual(before.cookie[row], row); }
  }));
});

Deno.test("Columns.add() gives a row of zeros where another one has been", () => {
  const columns = new Columns(SCHEMA);
  fill(columns, 7);
  columns.removeRows([0], () => {});
  strictEqual(columns.add(), 0);
  deepStrictEqual(read(columns, 0), [0, 0, 0, 0, new Array(16).fill(0)]);
});

Deno.test("Columns.shrink() gives memory back and keeps the rows", () => {
  const columns = new Columns(SCHEMA);
  for (let value = 0; value < 5000; value++) fill(columns, value % 200);
  const most = columns.capacity;
  columns.removeRows(Array.from({ length: 4990 }, (_, i) => 10 + i), () => {});
  columns.shrink();
  strictEqual(columns.capacity, most, "they were in use since the last call");
  columns.shrink();
  strictEqual(columns.capacity, 1024);
  strictEqual(most >= 5000, true);
  deepStrictEqual(read(columns, 9), rowOf(9));
});

Deno.test("unpackFlows() gives back what packFlows() took, one table behind the other", () => {
  const first = new Columns(FLOW_SCHEMA), second = new Columns({ ...FLOW_SCHEMA, more: "f64" });
  for (let i = 0; i < 3; i++) first.arrays.rxBytes[first.add()] = 2 ** 53 - 1 - i;
  const row = second.add();
  second.arrays.tgid[row] = 4194304;
  second.arrays.remoteAddress.fill(9, 0, 16);
  const flows = unpackFlows(packFlows([first, second]), 4);
  deepStrictEqual([...flows.rxBytes], [2 ** 53 - 1, 2 ** 53 - 2, 2 ** 53 - 3, 0]);
  deepStrictEqual([flows.tgid[3], [...flows.remoteAddress.subarray(48, 64)]], [4194304, new Array(16).fill(9)]);
  strictEqual(flows.comm.length, 64);
});

Deno.test("packFlows() uses a buffer again that has room, and no far too large one", () => {
  const columns = new Columns(FLOW_SCHEMA);
  for (let i = 0; i < 1000; i++) columns.arrays.rxBytes[columns.add()] = i;
  const first = packFlows([columns]);
  for (let i = 0; i < 100; i++) columns.arrays.rxBytes[columns.add()] = i;
  strictEqual(packFlows([columns], first), first);
  deepStrictEqual([...unpackFlows(first, 1100).rxBytes.subarray(998, 1002)], [998, 999, 0, 1]);
  for (let i = 0; i < 3000; i++) columns.add();
  const second = packFlows([columns], first);
  strictEqual(second.byteLength > first.byteLength, true);
  columns.removeRows([...Array(columns.length).keys()], () => {});
  strictEqual(packFlows([columns], second).byteLength < second.byteLength, true);
});

Deno.test("Columns gives memory back at once that it has outgrown, or needs no more", () => {
  const columns = new Columns(SCHEMA, 1), buffers: ArrayBuffer[] = [];
  for (let value = 1; value < 100; value++) {
    fill(columns, value);
    if (buffers.at(-1) !== columns.arrays.bytes.buffer) buffers.push(columns.arrays.bytes.buffer);
  }
  deepStrictEqual(buffers.map(({ detached }) => detached), buffers.map((_, i) => i < buffers.length - 1));
  columns.release();
  ok(buffers.at(-1)!.detached);
  strictEqual(columns.length, 0);
  fill(columns, 7);
  deepStrictEqual(read(columns, 0), rowOf(7));
});

Deno.test("Columns.load() leaves nothing of the rows before", () => {
  const columns = new Columns(SCHEMA, 1), few = new Columns(SCHEMA, 1), state = new StateWriter();
  for (let value = 1; value < 50; value++) fill(columns, value);
  fill(few, 9);
  few.save(state, "few");
  columns.load(new StateReader(state.finish()), "few");
  deepStrictEqual(read(columns, 0), rowOf(9));
  strictEqual(columns.length, 1);
  columns.add();
  deepStrictEqual(read(columns, 1), [0, 0, 0, 0, new Array(16).fill(0)]);
});
