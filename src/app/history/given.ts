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

function bytesOf(flows: FlowArrays, name: typeof GIVEN[number], length: number): Uint8Array {
  const column = flows[name];
  return new Uint8Array(column.buffer, column.byteOffset, length * column.BYTES_PER_ELEMENT);
}

export class Given {
  /** Used again: a sample a second would else leave half a megabyte to the collector. */
  #room = new ByteList();
  #before = new ByteList();

  /** null: it is as in the sample before, as mostly where sockets are idle. `anew`: it is kept whatever was before. */
  keep(flows: FlowArrays, length: number, anew: boolean): Uint8Array | null {
    const room = this.#before;
    room.clear();
    for (const name of GIVEN) room.append(bytesOf(flows, name, length));
    this.#before = this.#room;
    this.#room = room;
    return !anew && isSame(room, this.#before) ? null : squeezed(room.used());
  }
}

function isSame(a: ByteList, b: ByteList): boolean {
  if (a.length !== b.length) return false;
  const x = new Uint32Array(a.bytes.buffer, 0, a.length >> 2), y = new Uint32Array(b.bytes.buffer, 0, b.length >> 2);
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  for (let i = x.length * 4; i < a.length; i++) if (a.bytes[i] !== b.bytes[i]) return false;
  return true;
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
