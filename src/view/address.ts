import ipaddr from "ipaddr.js";
import { isScoped } from "../flow/address.ts";
import { InternedTexts } from "./intern.ts";

const KEPT_ADDRESSES = 1 << 15;
const texts = new InternedTexts(KEPT_ADDRESSES);

/** The address in its usual text form; `scope` is appended to a scoped one, as in fe80::1%2. */
export function addressText(family: number, bytes: Uint8Array, at: number, scope: number): string {
  const isV4 = family === 4, suffix = !isV4 && isScoped(bytes, at) ? scope : 0;
  // An interface index is an int, so its highest bit is free to tell the families apart.
  return texts.text(bytes, at, (isV4 ? 0x80000000 : 0) + suffix, () => {
    if (isV4) return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
    const text = new ipaddr.IPv6(Array.from(bytes.subarray(at, at + 16))).toRFC5952String();
    return suffix === 0 ? text : `${text}%${suffix}`;
  });
}

/** Address and port as one word: 10.0.0.1:443, [::1]:443. */
export function endpointText(address: string, family: number, port: number): string {
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
