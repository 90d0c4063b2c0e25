import ipaddr from "ipaddr.js";

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
  return names.map((name) => name.replace(/\.$/, "")).filter((name) => name !== "").sort()[0] ?? null;
}
