/** Names of network interfaces, which are the zones of scoped addresses (RFC 4007): each network namespace numbers its own. */
import type { FlowArrays } from "./columns.ts";
import { textOf } from "./host.ts";

export type Zones = ReadonlyMap<string, string>;

export function zoneKey(netns: number, index: number): string {
  return `${netns} ${index}`;
}

/** Of the row's addresses; null: not known. */
export function zoneName(zones: Zones, { host, netns, scope }: FlowArrays, row: number): string | null {
  return zones.get(textOf(host[row], zoneKey(netns[row], scope[row]))) ?? null;
}

/** One IPv6 address of an interface. */
export interface InterfaceAddress {
  readonly address: Uint8Array;
  readonly index: number;
  readonly name: string;
}

const LINE = /^([0-9a-f]{32}) ([0-9a-f]{1,8}) [0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2} +([^\s/:]{1,15})$/;
const MOST_LINES = 4096;

/** Reads /proc/PID/net/if_inet6: "fe8000000000000050c3fffe1c7b2a01 02 40 20 80     eth0". An interface with a scoped address has one of its own.
 * A last line without its end may have been cut. */
export function readInterfaces(text: string): InterfaceAddress[] {
  return text.split("\n", MOST_LINES).slice(0, -1).flatMap((line) => {
    const [, digits, index, name] = LINE.exec(line) ?? [];
    if (digits === undefined) return [];
    const address = Uint8Array.from({ length: 16 }, (_, i) => parseInt(digits.slice(i * 2, i * 2 + 2), 16));
    return [{ address, index: parseInt(index, 16), name }];
  });
}
