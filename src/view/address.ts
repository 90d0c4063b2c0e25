import ipaddr from "ipaddr.js";
import { InternedTexts } from "./intern.ts";

const KEPT_ADDRESSES = 1 << 15;
const texts = new InternedTexts(KEPT_ADDRESSES);

/** The address in its usual text form, without its zone. */
export function addressText(family: number, bytes: Uint8Array, at: number): string {
  const isV4 = family === 4;
  return texts.text(bytes, at, isV4 ? 4 : 6, () => {
    if (isV4) return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
    return new ipaddr.IPv6(Array.from(bytes.subarray(at, at + 16))).toRFC5952String();
  });
}

/** Address and port as one word: 10.0.0.1:443, [::1]:443. */
export function endpointText(address: string, family: number, port: number): string {
  return `${hostText(address, family)}:${port}`;
}

/** What stands before the port. */
export function hostText(address: string, family: number): string {
  return family === 6 ? `[${address}]` : address;
}
