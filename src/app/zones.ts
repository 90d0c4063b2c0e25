/** Names of the interfaces that scoped addresses belong to. Nothing is asked while no flow has such an address. */
import type { FlowArrays } from "../flow/columns.ts";
import { type InterfaceAddress, readInterfaces, zoneKey } from "../flow/zone.ts";

export type NewZones = readonly (readonly [key: string, name: string])[];

export interface InterfaceSource {
  /** Inode number of our own network namespace; 0: not known. */
  readonly own: number;
  /** Platform.interfaces. */
  interfaces(pid: number): string | null;
}

const MOST_KEPT = 4096;
/** An interface may be renamed, or its number given to another one: what is known is asked for anew after this long, and so is what could not be
 * found out. */
const KNOWN_FOR_MS = 10_000;
const SELF = 0;

interface Known {
  readonly name: string | null;
  readonly untilMs: number;
}

export class ZoneNames {
  #known = new Map<string, Known>();
  #fresh: [key: string, name: string][] = [];

  constructor(readonly source: InterfaceSource, readonly nowMs: () => number) {}

  /** Those that the main thread has not been told. */
  ask(flows: FlowArrays, length: number): NewZones {
    for (let row = 0; row < length; row++) {
      if (flows.scope[row] !== 0 && flows.netns[row] !== 0) this.#name(flows, row);
    }
    return this.#fresh.splice(0);
  }

  #name(flows: FlowArrays, row: number): void {
    const netns = flows.netns[row], index = flows.scope[row], key = zoneKey(netns, index), nowMs = this.nowMs();
    const before = this.#known.get(key);
    if (before !== undefined && before.untilMs > nowMs) return;
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    const name = this.#find(flows, row) ?? before?.name ?? null;
    this.#known.set(key, { name, untilMs: nowMs + KNOWN_FOR_MS });
    if (name !== null && name !== before?.name) this.#fresh.push([key, name]);
  }

  #find(flows: FlowArrays, row: number): string | null {
    const netns = flows.netns[row], index = flows.scope[row], isOwn = netns === this.source.own;
    if (!isOwn && flows.tgid[row] === 0) return null;
    const text = this.source.interfaces(isOwn ? SELF : flows.tgid[row]);
    if (text === null) return null;
    const end = text.indexOf("\n"), ofProcess = Number(text.slice(0, end));
    const found = readInterfaces(text.slice(end + 1)).filter((one) => one.index === index);
    // A process may hold a socket of another namespace than its own. Where it may not be asked which one that is, the socket's address tells.
    const fits = ofProcess === 0 ? found.some((one) => isLocal(one, flows, row)) : ofProcess === netns;
    return fits ? found[0]?.name ?? null : null;
  }
}

function isLocal({ address }: InterfaceAddress, { localAddress }: FlowArrays, row: number): boolean {
  return address.every((byte, i) => byte === localAddress[row * 16 + i]);
}
