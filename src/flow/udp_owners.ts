import type { UdpOwner } from "../decode/cursor.ts";
import type { FlowArrays } from "./columns.ts";
import { CookieIndex } from "./cookie_index.ts";

const FIELDS = [
  "cookieLow",
  "cookieHigh",
  "timeNs",
  "how",
  "several",
  "tgid",
  "uid",
  "netns",
  "cgroupId",
  "ownerStartNs",
] as const;

interface Owner {
  readonly cookieLow: number;
  readonly cookieHigh: number;
  readonly timeNs: number;
  readonly how: number;
  readonly several: number;
  readonly tgid: number;
  readonly uid: number;
  readonly netns: number;
  readonly cgroupId: number;
  readonly ownerStartNs: number;
  readonly comm: Uint8Array;
}

/** Owners of sockets that became known, or changed, after flows of theirs had begun. */
export class UdpOwners {
  readonly #index = new CookieIndex();
  readonly #owners: Owner[] = [];

  get size(): number {
    return this.#owners.length;
  }

  add(record: UdpOwner): void {
    const comm = new Uint8Array(16);
    record.copyComm(comm, 0);
    const { cookieLow, cookieHigh, timeNs, how, several, tgid, uid, netns, cgroupId, ownerStartNs } = record;
    this.#add({ cookieLow, cookieHigh, timeNs, how, several, tgid, uid, netns, cgroupId, ownerStartNs, comm });
  }

  /** What of() makes them of again. */
  list(): readonly unknown[] {
    return this.#owners.map((owner) => [...FIELDS.map((field) => owner[field]), ...owner.comm]);
  }

  static of(list: readonly unknown[]): UdpOwners {
    const owners = new UdpOwners();
    for (const one of list) {
      const numbers = Array.isArray(one) ? one.map((value) => Number(value) || 0) : [];
      const fields = Object.fromEntries(FIELDS.map((field, i) => [field, numbers[i] ?? 0]));
      const comm = new Uint8Array(16);
      comm.set(numbers.slice(FIELDS.length, FIELDS.length + 16));
      owners.#add({ ...fields as Record<typeof FIELDS[number], number>, comm });
    }
    return owners;
  }

  #add(owner: Owner): void {
    this.#index.set(owner.cookieLow, owner.cookieHigh, this.#owners.length);
    this.#owners.push(owner);
  }

  /** Writes the owner into the row, if there is one for its socket that is newer than the flow. */
  apply(c: FlowArrays, row: number): void {
    if (this.#owners.length === 0) return;
    const at = this.#index.get(c.cookieLow[row], c.cookieHigh[row]);
    if (at < 0 || this.#owners[at].timeNs < c.openedNs[row]) return;
    const owner = this.#owners[at];
    c.how[row] = owner.how;
    c.several[row] = owner.several;
    c.tgid[row] = owner.tgid;
    c.uid[row] = owner.uid;
    c.netns[row] = owner.netns;
    c.cgroupId[row] = owner.cgroupId;
    c.ownerStartNs[row] = owner.ownerStartNs;
    c.comm.set(owner.comm, row * 16);
  }
}
