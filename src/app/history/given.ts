/** What a sample has that is filled in behind the tables, or from what they do not keep with each segment: numbers of names. They are kept as they
 * were. */
import type { FlowArrays } from "../../flow/columns.ts";
import { ByteList } from "../../source/recording/byte_list.ts";
import { released, squeezed, unsqueezed } from "../../source/recording/zstd.ts";

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

/** Used again: a sample a second would else leave half a megabyte to the collector. */
const room = new ByteList();

function bytesOf(flows: FlowArrays, name: typeof GIVEN[number], length: number): Uint8Array {
  const column = flows[name];
  return new Uint8Array(column.buffer, column.byteOffset, length * column.BYTES_PER_ELEMENT);
}

export function keepGiven(flows: FlowArrays, length: number): Uint8Array {
  room.clear();
  for (const name of GIVEN) room.append(bytesOf(flows, name, length));
  return squeezed(room.used());
}

export function giveAgain(kept: Uint8Array, flows: FlowArrays, length: number): void {
  const about = GIVEN.reduce((sum, name) => sum + flows[name].BYTES_PER_ELEMENT * length, 0);
  const all = unsqueezed(kept, about);
  let at = 0;
  for (const name of GIVEN) {
    const column = bytesOf(flows, name, length);
    column.set(all.subarray(at, at + column.length));
    at += column.length;
  }
  released(all);
}
