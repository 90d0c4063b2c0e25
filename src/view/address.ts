import ipaddr from "ipaddr.js";

/** The address in its usual text form; `scope` is appended to a link-local one, as in fe80::1%2. */
export function addressText(family: number, bytes: Uint8Array, at: number, scope: number): string {
  if (family === 4) return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
  const text = new ipaddr.IPv6(Array.from(bytes.subarray(at, at + 16))).toRFC5952String();
  const linkLocal = bytes[at] === 0xfe && (bytes[at + 1] & 0xc0) === 0x80;
  return linkLocal && scope !== 0 ? `${text}%${scope}` : text;
}

/** Address and port as one word: 10.0.0.1:443, [::1]:443. */
export function endpointText(address: string, family: number, port: number): string {
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
