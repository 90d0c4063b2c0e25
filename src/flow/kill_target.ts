import type { KillTarget } from "../system/kill.ts";
import type { FlowArrays } from "./columns.ts";
import { hasPeer, isTcp } from "./row.ts";

/** The socket of a row. */
export function killTarget(f: FlowArrays, row: number): KillTarget {
  const tcp = isTcp(f, row), bytes = (of: Uint8Array) => of.slice(row * 16, row * 16 + 16);
  return {
    cookieLow: f.cookieLow[row],
    cookieHigh: f.cookieHigh[row],
    netns: f.netns[row],
    scope: f.scope[row],
    family: f.family[row],
    protocol: tcp ? 6 : 17,
    localPort: f.localPort[row],
    // A socket without a peer is found by where it is bound.
    remotePort: hasPeer(f, row) ? f.remotePort[row] : 0,
    local: bytes(f.localAddress),
    remote: bytes(f.remoteAddress),
  };
}

/** Two rows may be of one socket, as the flows of a UDP socket are. */
export function socketKey({ cookieLow, cookieHigh }: KillTarget): string {
  return `${cookieHigh} ${cookieLow}`;
}
