import type { FlowArrays } from "../../flow/columns.ts";
import { isTcp } from "../../flow/row.ts";
import { sha1 } from "./sha1.ts";

const LONGEST = 2 + 2 * 16 + 6;
const buffer = new Uint8Array(LONGEST), digest = new Int32Array(5);
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Community ID, version 1, seed 0: the same for both ends and both directions of a flow. It is what other tools join on. */
export function communityId(f: FlowArrays, row: number): string {
  const length = f.family[row] === 4 ? 4 : 16, from = row * 16;
  const localFirst = isFirst(f, row, length), bytes = buffer.subarray(0, 2 + 2 * length + 6);
  const [first, second] = localFirst ? [f.localAddress, f.remoteAddress] : [f.remoteAddress, f.localAddress];
  const [firstPort, secondPort] = localFirst
    ? [f.localPort[row], f.remotePort[row]]
    : [f.remotePort[row], f.localPort[row]];
  for (let i = 0; i < length; i++) {
    bytes[2 + i] = first[from + i];
    bytes[2 + length + i] = second[from + i];
  }
  const at = 2 + 2 * length;
  bytes[at] = isTcp(f, row) ? 6 : 17;
  bytes[at + 1] = 0;
  bytes[at + 2] = firstPort >> 8;
  bytes[at + 3] = firstPort;
  bytes[at + 4] = secondPort >> 8;
  bytes[at + 5] = secondPort;
  sha1(bytes, digest);
  return base64(digest);
}

/** The lower address is first, and of two ports at one address the lower. */
function isFirst(
  { localAddress, remoteAddress, localPort, remotePort }: FlowArrays,
  row: number,
  length: number,
): boolean {
  for (let i = row * 16; i < row * 16 + length; i++) {
    if (localAddress[i] !== remoteAddress[i]) return localAddress[i] < remoteAddress[i];
  }
  return localPort[row] < remotePort[row];
}

/** The version, and 20 bytes of five words. */
function base64(words: Int32Array): string {
  let text = "1:";
  const byte = (i: number) => i < 20 ? words[i >> 2] >>> 24 - 8 * (i & 3) & 255 : 0;
  for (let i = 0; i < 20; i += 3) {
    const three = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    text += BASE64[three >> 18] + BASE64[three >> 12 & 63] + BASE64[three >> 6 & 63] +
      (i < 18 ? BASE64[three & 63] : "=");
  }
  return text;
}
