/** Networks by name, from a file: one CIDR range and its name a line. */
import type { FlowArrays } from "../flow/columns.ts";
import { hasPeer } from "../flow/row.ts";
import { type AddressRange, parseRange } from "../view/filter/cidr.ts";

const MOST_NETWORKS = 1 << 14;
const MOST_NAME = 100;

/** The sentence says which line, and why. */
export class NetworksError extends Error {}

export interface Networks {
  /** Name of the network that the remote end is in, the smallest one; "other": in none of them; null: no remote end. */
  of(flows: FlowArrays, row: number): string | null;
}

const OTHER_NETWORK = "other";

interface Named extends AddressRange {
  readonly name: string;
}

/** Throws a NetworksError. */
export function parseNetworks(path: string, text: string): Networks {
  const named = text.split("\n").flatMap((line, i) => {
    const words = line.replace(/(^|\s)#.*$/, "").trim();
    if (words === "") return [];
    return [networkOf(words, `${path}:${i + 1}`)];
  });
  if (named.length > MOST_NETWORKS) throw new NetworksError(`${path}: more than ${MOST_NETWORKS} networks`);
  // The smallest range counts.
  named.sort((a, b) => b.bits - a.bits);
  const cache = new Map<string, string>();
  return {
    of(flows, row) {
      if (!hasPeer(flows, row)) return null;
      const address = flows.remoteAddress.subarray(row * 16, row * 16 + 16);
      const key = `${flows.family[row]} ${address.join(".")}`, known = cache.get(key);
      if (known !== undefined) return known;
      const name = named.find((network) => isInside(network, flows.family[row], address))?.name ?? OTHER_NETWORK;
      if (cache.size >= MOST_NETWORKS) cache.clear();
      cache.set(key, name);
      return name;
    },
  };
}

function networkOf(words: string, place: string): Named {
  const [, cidr, name] = /^(\S+)\s+(.+)$/.exec(words) ?? [];
  if (cidr === undefined) {
    throw new NetworksError(`${place}: a range and a name are wanted, such as: 10.0.0.0/8 office`);
  }
  const range = parseRange(cidr);
  if (range === null || range.zone !== null) throw new NetworksError(`${place}: '${cidr}' is no address or CIDR range`);
  if (name.length > MOST_NAME) throw new NetworksError(`${place}: the name has more than ${MOST_NAME} characters`);
  return { ...range, name };
}

function isInside({ family, bytes, bits }: Named, ofFamily: number, address: Uint8Array): boolean {
  if (family !== ofFamily) return false;
  const whole = bits >> 3, rest = bits & 7;
  for (let i = 0; i < whole; i++) if (address[i] !== bytes[i]) return false;
  return rest === 0 || (address[whole] ^ bytes[whole]) >> (8 - rest) === 0;
}
