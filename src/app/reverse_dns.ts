import ipaddr from "ipaddr.js";
import { labelText } from "../decode/dns.ts";

/** The name in the DNS that an address is for: 9.8.7.10.in-addr.arpa., or the 32 digits of an IPv6 one. */
export function reverseName(address: string): string {
  const bytes = ipaddr.parse(address.replace(/%.*/, "")).toByteArray();
  if (bytes.length === 4) return `${bytes.toReversed().join(".")}.in-addr.arpa.`;
  const digits = bytes.flatMap((byte) => [byte >> 4, byte & 15]).toReversed();
  return `${digits.map((digit) => digit.toString(16)).join(".")}.ip6.arpa.`;
}

/** null: nobody in the DNS knows it. What stays on this machine or link is not asked about. */
export async function reverseDns(address: string): Promise<string | null> {
  const range = ipaddr.parse(address.replace(/%.*/, "")).range();
  if (
    range === "loopback" || range === "unspecified" || range === "linkLocal" || range === "multicast" ||
    range === "broadcast"
  ) return null;
  return firstName(await Deno.resolveDns(reverseName(address), "PTR"));
}

/** Of several PTR records, which servers hand out in turn, always the same one. */
export function firstName(names: readonly string[]): string | null {
  return names.map(asTheServerHasIt).filter((name) => name !== null && name !== "").sort()[0] ?? null;
}

/** A character of a name as the resolver writes it: a byte as three octal digits, one behind a backslash, or itself. */
const CHARACTER = /\\([0-3][0-7]{2})|\\?([^])/gu;

/** As the answers that a process gets are told: letters of other scripts stay what they are in the DNS, xn--…, for some look like those of another
 * name; and bytes are as in zone files. null: that cannot be told. */
function asTheServerHasIt(name: string): string | null {
  const labels = name.match(/(\\[^]|[^.\\])+/gu) ?? [];
  const texts = labels.map((label) => /\P{ASCII}/u.test(label) ? asAscii(label) : labelText(bytesOf(label)));
  return texts.includes("") ? null : texts.join(".");
}

/** A label of other scripts as it is in the DNS; empty: it is none. */
function asAscii(label: string): string {
  // Such a character would have another meaning there.
  if (/[^\P{ASCII}\w-]/u.test(label)) return "";
  try {
    return new URL(`http://${label}.x`).hostname.slice(0, -".x".length);
  } catch {
    return "";
  }
}

function bytesOf(label: string): number[] {
  return [...label.matchAll(CHARACTER)].map(([, octal, character]) =>
    octal === undefined ? character.charCodeAt(0) : parseInt(octal, 8)
  );
}
