/** Which flows never leave this machine: those whose remote address is one of this machine's own, in whatever network namespace. */
import { isUnspecified } from "./address.ts";
import { AddressSet } from "./address_set.ts";
import type { Arrays, FLOW_SCHEMA } from "./columns.ts";
import type { StateReader, StateWriter } from "./state.ts";

/** What a table keeps for it beside the flow. */
export const INSIDE_SCHEMA = {
  /** The version of the set of addresses by which the row was judged; 0: not judged, or its addresses have changed. */
  judged: "u32",
} as const;

export interface JudgedTable {
  readonly length: number;
  readonly arrays: Arrays<typeof FLOW_SCHEMA & typeof INSIDE_SCHEMA>;
}

/** Samples between two looks at all rows for addresses that have gone. A socket's address is remembered for one to two of these. */
const FORGET_EVERY = 64;
const FOR_EVER = 0xffffffff;

export class Inside {
  #addresses = new AddressSet();
  /** Raised when an address has come or gone, never 0: rows of another are judged again. */
  #version = 1;
  #generation = 1;
  #samples = 0;

  /** Addresses of the machine's interfaces: 16 bytes each, IPv4 in the first 4. */
  interfaces(family: number, address: Uint8Array): void {
    if (this.#addresses.add(family, address, 0, FOR_EVER)) this.#version++;
  }

  /** Fills the column `inside`. What has not changed is not looked at again. */
  judge(tables: readonly JudgedTable[]): void {
    const all = ++this.#samples % FORGET_EVERY === 0;
    if (all) this.#generation++;
    for (const table of tables) this.#learn(table, all);
    // Those of the generation before may be of sockets that opened and ended within it.
    if (all && this.#addresses.forgetBefore(this.#generation - 1)) this.#version++;
    if (this.#version === FOR_EVER) this.#version = 1;
    for (const table of tables) this.#mark(table);
  }

  save(to: StateWriter): void {
    to.list("inside", [this.#version, this.#generation, this.#samples]);
    to.list("addresses", this.#addresses.list());
  }

  load(from: StateReader): void {
    const [version, generation, samples] = from.list("inside").map(Number);
    this.#version = version || 1;
    this.#generation = generation || 1;
    this.#samples = samples || 0;
    this.#addresses = AddressSet.of(from.list("addresses"));
  }

  #learn({ length, arrays: c }: JudgedTable, all: boolean): void {
    for (let row = 0; row < length; row++) {
      if (!all && c.judged[row] !== 0 || isUnspecified(c.localAddress, row * 16)) continue;
      if (this.#addresses.add(c.family[row], c.localAddress, row * 16, this.#generation)) this.#version++;
    }
  }

  #mark({ length, arrays: c }: JudgedTable): void {
    const version = this.#version;
    for (let row = 0; row < length; row++) {
      if (c.judged[row] === version) continue;
      c.inside[row] = c.pair[row] !== 0 || this.#isOwn(c, row) ? 1 : 0;
      c.judged[row] = version;
    }
  }

  /** Of an end whose other end is not known: by its remote address alone, where that is translated by what stands behind it. */
  #isOwn(c: JudgedTable["arrays"], row: number): boolean {
    if (c.realPort[row] !== 0) return this.#addresses.has(c.family[row], c.realAddress, row * 16);
    return c.loopback[row] === 1 || this.#addresses.has(c.family[row], c.remoteAddress, row * 16);
  }
}
