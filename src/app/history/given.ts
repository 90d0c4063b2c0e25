/** What a sample has that is filled in behind the tables, or from what they do not keep with each segment: numbers of names. They are kept as they
 * were. */
import type { FlowArrays } from "../../flow/columns.ts";
import { squeezed, unsqueezed } from "../../source/recording/zstd.ts";

const GIVEN = [
  "cgroup",
  "exe",
  "wholeName",
  "ancestors",
  "answer",
  "overflows",
  "overflowsDelta",
  "overflowsAre",
] as const satisfies readonly (keyof FlowArrays)[];

function bytesOf(flows: FlowArrays, name: typeof GIVEN[number], length: number): Uint8Array {
  const column = flows[name];
  return new Uint8Array(column.buffer, column.byteOffset, length * column.BYTES_PER_ELEMENT);
}

export function keepGiven(flows: FlowArrays, length: number): Uint8Array {
  const columns = GIVEN.map((name) => bytesOf(flows, name, length));
  const all = new Uint8Array(columns.reduce((sum, column) => sum + column.length, 0));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  return squeezed(all);
}

export function giveAgain(kept: Uint8Array, flows: FlowArrays, length: number): void {
  const all = unsqueezed(kept);
  let at = 0;
  for (const name of GIVEN) {
    const column = bytesOf(flows, name, length);
    column.set(all.subarray(at, at + column.length));
    at += column.length;
  }
}
