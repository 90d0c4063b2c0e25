/** What a sample has that is filled in behind the tables, or from what they do not keep with each segment: numbers of names. They are kept as they
 * were. */
import type { FlowArrays } from "../../flow/columns.ts";
import { ByteList, released } from "../../source/recording/byte_list.ts";
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

export class Given {
  readonly #before = new ByteList();

  /** null: it is as in the sample before, as mostly where sockets are idle. `anew`: it is kept whatever was before. */
  keep(flows: FlowArrays, length: number, anew: boolean): Uint8Array | null {
    const columns = GIVEN.map((name) => bytesOf(flows, name, length)), before = this.#before;
    if (!anew && isSame(columns, before)) return null;
    before.clear();
    for (const column of columns) before.append(column);
    return squeezed(before.used());
  }
}

function isSame(columns: readonly Uint8Array[], { bytes, length }: ByteList): boolean {
  if (length !== columns.reduce((sum, column) => sum + column.length, 0)) return false;
  let at = 0;
  for (const column of columns) {
    if (!isSameAt(column, bytes, at)) return false;
    at += column.length;
  }
  return true;
}

/** Four bytes at a time, where both begin where words do. */
function isSameAt(column: Uint8Array, bytes: Uint8Array, at: number): boolean {
  const { buffer, byteOffset, length } = column, words = byteOffset % 4 === 0 && at % 4 === 0 ? length >> 2 : 0;
  const from = words === 0 ? 0 : byteOffset, to = words === 0 ? 0 : at;
  const x = new Uint32Array(buffer, from, words), y = new Uint32Array(bytes.buffer, to, words);
  for (let i = 0; i < words; i++) if (x[i] !== y[i]) return false;
  for (let i = words * 4; i < length; i++) if (column[i] !== bytes[at + i]) return false;
  return true;
}

export function giveAgain(kept: Uint8Array, flows: FlowArrays, length: number): void {
  const all = unsqueezed(kept);
  let at = 0;
  for (const name of GIVEN) {
    const column = bytesOf(flows, name, length);
    column.set(all.subarray(at, at + column.length));
    at += column.length;
  }
  released(all);
}
