/** The translations of addresses (NAT) that the kernel makes, as it tells of them: found by what the client has, and by what the server has. */
import type { TranslationRecord } from "../decode/cursor.ts";
import { Translated } from "../wire/layout.ts";
import { type Arrays, Columns } from "./columns.ts";
import { endHash } from "./end_index.ts";
import { RowIndex } from "./row_index.ts";
import type { StateReader, StateWriter } from "./state.ts";

const SCHEMA = {
  netns: "u32",
  fromPort: "u16",
  toPort: "u16",
  serverPort: "u16",
  seenPort: "u16",
  /** 0: the row is free. */
  family: "u8",
  protocol: "u8",
  fromAddress: "b16",
  toAddress: "b16",
  serverAddress: "b16",
  seenAddress: "b16",
  byClient: "u32",
  byServer: "u32",
} as const;

export type TranslationArrays = Arrays<typeof SCHEMA>;

export class Translations {
  readonly #columns = new Columns(SCHEMA);
  #free: number[] = [];
  clients = new RowIndex();
  servers = new RowIndex();
  #fresh: number[] = [];

  get arrays(): TranslationArrays {
    return this.#columns.arrays;
  }
  /** How many there are. */
  get size(): number {
    return this.clients.size;
  }
  /** Rows of those that came since settle(); some may have gone again. */
  get fresh(): readonly number[] {
    return this.#fresh;
  }

  take(record: TranslationRecord): void {
    if (record.change === Translated.forgotten) return this.#forget(record.netns);
    const row = this.#free.pop() ?? this.#columns.add();
    this.#fill(row, record);
    const known = this.#same(row);
    if (known >= 0) this.#remove(known);
    if (record.change === Translated.there) this.#insert(row);
    else this.#release(row);
  }

  settle(): void {
    this.#fresh = [];
    this.clients.settle();
    this.servers.settle();
  }

  save(to: StateWriter): void {
    this.#columns.save(to, "translations");
  }

  /** Throws a StateError. */
  load(from: StateReader): void {
    this.#columns.load(from, "translations");
    this.#free = [];
    this.#fresh = [];
    this.clients = new RowIndex();
    this.servers = new RowIndex();
    for (let row = 0; row < this.#columns.length; row++) {
      if (this.arrays.family[row] === 0) this.#free.push(row);
      else this.#index(row);
    }
  }

  #fill(row: number, record: TranslationRecord): void {
    const c = this.arrays, at = row * 16;
    c.netns[row] = record.netns;
    c.family[row] = record.family;
    c.protocol[row] = record.protocol;
    c.fromPort[row] = record.fromPort;
    c.toPort[row] = record.toPort;
    c.serverPort[row] = record.serverPort;
    c.seenPort[row] = record.seenPort;
    record.copyAddress("from", c.fromAddress, at);
    record.copyAddress("to", c.toAddress, at);
    record.copyAddress("server", c.serverAddress, at);
    record.copyAddress("seen", c.seenAddress, at);
    c.byClient[row] = endHash(c.fromAddress, at, c.fromPort[row], c.toAddress, at, c.toPort[row]);
    c.byServer[row] = endHash(c.serverAddress, at, c.serverPort[row], c.seenAddress, at, c.seenPort[row]);
  }

  /** The row that has the same client's side in the same namespace, or -1. */
  #same(row: number): number {
    const c = this.arrays;
    let same = -1;
    this.clients.each(c.byClient[row], (other) => {
      if (c.netns[other] !== c.netns[row] || c.protocol[other] !== c.protocol[row]) return;
      if (c.fromPort[other] !== c.fromPort[row] || c.toPort[other] !== c.toPort[row]) return;
      if (sameBytes(c.fromAddress, other, row) && sameBytes(c.toAddress, other, row)) same = other;
    });
    return same;
  }

  #insert(row: number): void {
    this.#index(row);
    this.#fresh.push(row);
  }

  #index(row: number): void {
    this.clients.add(this.arrays.byClient[row], row);
    this.servers.add(this.arrays.byServer[row], row);
  }

  #remove(row: number): void {
    this.clients.delete(this.arrays.byClient[row], row);
    this.servers.delete(this.arrays.byServer[row], row);
    this.#release(row);
  }

  #release(row: number): void {
    this.arrays.family[row] = 0;
    this.#free.push(row);
  }

  #forget(netns: number): void {
    const c = this.arrays;
    for (let row = 0; row < this.#columns.length; row++) {
      if (c.family[row] !== 0 && c.netns[row] === netns) this.#remove(row);
    }
  }
}

function sameBytes(bytes: Uint8Array, a: number, b: number): boolean {
  for (let i = 0; i < 16; i++) if (bytes[a * 16 + i] !== bytes[b * 16 + i]) return false;
  return true;
}
