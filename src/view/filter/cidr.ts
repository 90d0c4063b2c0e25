import ipaddr from "ipaddr.js";

export interface AddressRange {
  readonly family: 4 | 6;
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/** An address or a CIDR range; null: the text is neither. */
export function parseRange(text: string): AddressRange | null {
  const [address, bits, more] = text.split("/");
  const isV4 = ipaddr.IPv4.isValidFourPartDecimal(address);
  if (more !== undefined || !isV4 && !ipaddr.IPv6.isValid(address)) return null;
  const bytes = Uint8Array.from(ipaddr.parse(address).toByteArray()), most = bytes.length * 8;
  if (bits === undefined) return { family: isV4 ? 4 : 6, bytes, bits: most };
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) return null;
  return { family: isV4 ? 4 : 6, bytes, bits: Number(bits) };
}

/** Whether the address at `at` (network order) lies in the range. */
export function inRange(range: AddressRange, family: number, addresses: Uint8Array, at: number): boolean {
  if (family !== range.family) return false;
  const whole = range.bits >> 3, rest = range.bits & 7;
  for (let i = 0; i < whole; i++) if (addresses[at + i] !== range.bytes[i]) return false;
  return rest === 0 || (addresses[at + whole] ^ range.bytes[whole]) >> (8 - rest) === 0;
}
