import type { TcpRecord, UdpRecord } from "../decode/cursor.ts";
import type { FlowArrays } from "./columns.ts";

/** Writes what the record says of the socket's owner into the row. */
export function copyOwner(record: TcpRecord | UdpRecord, flows: FlowArrays, row: number): void {
  flows.how[row] = record.how;
  flows.several[row] = record.several;
  flows.tgid[row] = record.tgid;
  flows.uid[row] = record.uid;
  flows.cgroupId[row] = record.cgroupId;
  flows.ownerStartNs[row] = record.ownerStartNs;
  record.copyComm(flows.comm, row * 16);
}
