import ipaddr from "ipaddr.js";
import { isScoped } from "../../flow/address.ts";

export interface AddressRange {
  readonly family: 4 | 6;
  readonly bytes: Uint8Array;
  readonly bits: number;
  /** The link of a scoped address, by its number; null: any. */
  readonly zone: number | null;
}

/** An address or a CIDR range, of one link as in fe80::2%2; null: the text is neither. */
export function parseRange(text: string): AddressRange | null {
  const [whole, bits, more] = text.split("/"), [address, link, further] = whole.split("%");
  if (further !== undefined || link !== undefined && !/^[1-9]\d{0,9}$/.test(link)) return null;
  const isV4 = ipaddr.IPv4.isValidFourPartDecimal(address);
  if (more !== undefined || !isV4 && !ipaddr.IPv6.isValid(address)) return null;
  const bytes = Uint8Array.from(ipaddr.parse(address).toByteArray()), most = bytes.length * 8;
  const zone = link === undefined ? null : Number(link);
  if (zone !== null && (isV4 || !isScoped(bytes, 0))) return null;
  if (bits === undefined) return { family: isV4 ? 4 : 6, bytes, bits: most, zone };
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) return null;
  return { family: isV4 ? 4 : 6, bytes, bits: Number(bits), zone };
}

/** Whether the address at `at` (network order), of link `scope` if it is scoped, lies in the range. */
export function inRange(
  range: AddressRange,
  family: number,
  addresses: Uint8Array,
  at: number,
  scope: number,
): boolean {
  if (family !== range.family) return false;
  if (range.zone !== null && (scope !== range.zone || !isScoped(addresses, at))) return false;
  const whole = range.bits >> 3, rest = range.bits & 7;
  for (let i = 0; i < whole; i++) if (addresses[at + i] !== range.bytes[i]) return false;
  return rest === 0 || (addresses[at + whole] ^ range.bytes[whole]) >> (8 - rest) === 0;
}
