import type { TcpRecord, UdpRecord } from "../decode/cursor.ts";
import { type FlowArrays, ROW_WORDS } from "./columns.ts";

/** Writes what the record says of the socket's owner into the row. `names`: the column `comm` as words. */
export function copyOwner(record: TcpRecord | UdpRecord, flows: FlowArrays, names: Uint32Array, row: number): void {
  flows.how[row] = record.how;
  flows.several[row] = record.several;
  flows.tgid[row] = record.tgid;
  flows.uid[row] = record.uid;
  flows.cgroupId[row] = record.cgroupId;
  flows.ownerStartNs[row] = record.ownerStartNs;
  record.copyComm(names, row * ROW_WORDS);
}

/** Gives a row the owner of another one; how it is known stays. */
export function shareOwner(flows: FlowArrays, names: Uint32Array, from: number, to: number): void {
  for (const column of [flows.tgid, flows.uid, flows.cgroupId, flows.ownerStartNs]) column[to] = column[from];
  names.copyWithin(to * ROW_WORDS, from * ROW_WORDS, (from + 1) * ROW_WORDS);
}

/** Whether two rows have one name. `names`: the column `comm` as words. */
export function hasSameName(names: Uint32Array, a: number, b: number): boolean {
  const first = a * ROW_WORDS, second = b * ROW_WORDS;
  return names[first] === names[second] && names[first + 1] === names[second + 1] &&
    names[first + 2] === names[second + 2] && names[first + 3] === names[second + 3];
}
