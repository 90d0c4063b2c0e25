import ipaddr from "ipaddr.js";
import { isScoped, isV4Mapped } from "../../flow/address.ts";
import type { Sample } from "../../flow/sample.ts";
import { zoneName } from "../../flow/zone.ts";

/** Of ::ffff:0:0/96. */
const MAPPED_BITS = 96;

export interface AddressRange {
  readonly family: 4 | 6;
  readonly bytes: Uint8Array;
  readonly bits: number;
  /** The link of a scoped address, by its interface's name or number; null: any. */
  readonly zone: string | null;
}

/** What the kernel takes for an interface (dev_valid_name()). */
export const ZONE = /^[^\s/:%]{1,15}$/;

/** An address or a CIDR range, of one link as in fe80::2%eth0; null: the text is neither. */
export function parseRange(text: string): AddressRange | null {
  const [whole, bits, more] = text.split("/"), [address, link, further] = whole.split("%");
  if (further !== undefined || link !== undefined && !ZONE.test(link)) return null;
  const isV4 = ipaddr.IPv4.isValidFourPartDecimal(address);
  if (more !== undefined || !isV4 && !ipaddr.IPv6.isValid(address)) return null;
  const bytes = Uint8Array.from(ipaddr.parse(address).toByteArray()), most = bytes.length * 8;
  const zone = link ?? null;
  if (zone !== null && (isV4 || !isScoped(bytes, 0))) return null;
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > most)) return null;
  const length = bits === undefined ? most : Number(bits);
  // Rows have such an address as the IPv4 that it is.
  if (!isV4 && isV4Mapped(bytes, 0) && length >= MAPPED_BITS) {
    return { family: 4, bytes: bytes.slice(MAPPED_BITS / 8), bits: length - MAPPED_BITS, zone };
  }
  return { family: isV4 ? 4 : 6, bytes, bits: length, zone };
}

/** Whether a text is meant for a range, and is none: 10.0.0.0/33, 10.0.0.1-10.0.0.9, 10.0.0.1,10.0.0.2, 10.0.0.*. */
export function isMistaken(text: string): boolean {
  const several = text.split(/[-,]/);
  if (several.length > 1 && several.every((one) => parseRange(one) !== null) || /^\d+\.[\d.*]*\*$/.test(text)) {
    return true;
  }
  return /^[0-9a-f:.]*[:.][0-9a-f:.]*(?:%[^\s/]*)?\/\d+$/i.test(text) && parseRange(text) === null;
}

/** Whether the row's address of that side lies in the range. */
export function inRange(
  range: AddressRange,
  sample: Sample,
  row: number,
  side: "localAddress" | "remoteAddress",
): boolean {
  const addresses = sample.flows[side], at = row * 16;
  if (sample.flows.family[row] !== range.family) return false;
  if (range.zone !== null && !(isScoped(addresses, at) && isZone(range.zone, sample, row))) return false;
  const whole = range.bits >> 3, rest = range.bits & 7;
  for (let i = 0; i < whole; i++) if (addresses[at + i] !== range.bytes[i]) return false;
  return rest === 0 || (addresses[at + whole] ^ range.bytes[whole]) >> (8 - rest) === 0;
}

function isZone(wanted: string, { flows, zones }: Sample, row: number): boolean {
  return wanted === String(flows.scope[row]) || wanted === zoneName(zones, flows, row);
}
