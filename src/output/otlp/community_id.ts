import { createHash } from "node:crypto";
import type { FlowArrays } from "../../flow/columns.ts";
import { isTcp } from "../../flow/row.ts";

/** Community ID, version 1, seed 0: the same for both ends and both directions of a flow. It is what other tools join on. */
export function communityId(f: FlowArrays, row: number): string {
  const length = f.family[row] === 4 ? 4 : 16, bytes = new Uint8Array(2 + 2 * length + 6);
  const local = f.localAddress.subarray(row * 16, row * 16 + length);
  const remote = f.remoteAddress.subarray(row * 16, row * 16 + length);
  const localFirst = isFirst(local, f.localPort[row], remote, f.remotePort[row]);
  bytes.set(localFirst ? local : remote, 2);
  bytes.set(localFirst ? remote : local, 2 + length);
  const view = new DataView(bytes.buffer), at = 2 + 2 * length;
  bytes[at] = isTcp(f, row) ? 6 : 17;
  view.setUint16(at + 2, localFirst ? f.localPort[row] : f.remotePort[row]);
  view.setUint16(at + 4, localFirst ? f.remotePort[row] : f.localPort[row]);
  return `1:${createHash("sha1").update(bytes).digest("base64")}`;
}

/** The lower address is first, and of two ports at one address the lower. */
function isFirst(a: Uint8Array, aPort: number, b: Uint8Array, bPort: number): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] < b[i];
  return aPort < bPort;
}
