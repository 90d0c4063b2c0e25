/** Joins the two ends of a connection whose addresses are translated on the way, and tells each what stands behind the address it has as its remote one. */
import { isLoopback } from "./address.ts";
import { type EndArrays, endHash } from "./end_index.ts";
import { apartNs, overlap, type Peers, type PeerTable, Via } from "./peers.ts";
import type { TranslationArrays, Translations } from "./translations.ts";

/** A connection may be translated in one namespace and again in the next. More than this is a circle. */
const MOST_STEPS = 4;

/** Two endpoints, as the end whose local one comes first has them. */
class Ends {
  readonly local = new Uint8Array(16);
  readonly remote = new Uint8Array(16);
  localPort = 0;
  remotePort = 0;
  family = 0;

  set(
    local: Uint8Array,
    localRow: number,
    localPort: number,
    remote: Uint8Array,
    remoteRow: number,
    port: number,
  ): void {
    this.local.set(local.subarray(localRow * 16, localRow * 16 + 16));
    this.remote.set(remote.subarray(remoteRow * 16, remoteRow * 16 + 16));
    this.localPort = localPort;
    this.remotePort = port;
  }

  get hash(): number {
    return endHash(this.local, 0, this.localPort, this.remote, 0, this.remotePort);
  }
}

export class Nat {
  readonly #ends = new Ends();

  constructor(readonly translations: Translations, readonly peers: Peers) {}

  /** `fresh`: rows that have appeared since the last call. */
  join(table: PeerTable, fresh: readonly number[]): void {
    if (this.translations.size === 0) return;
    for (const row of fresh) this.#look(table, row);
    const c = table.arrays, t = this.translations.arrays, protocol = table.protocol;
    const rows: number[] = [];
    for (const translation of this.translations.fresh) {
      if (t.family[translation] === 0 || t.protocol[translation] !== protocol) continue;
      for (const hash of [t.byClient[translation], t.byServer[translation]]) {
        table.ends.each(hash, (row) => {
          if (c.pair[row] === 0) rows.push(row);
        });
      }
    }
    for (const row of rows) this.#look(table, row);
  }

  /** The row as the client's end, and as the server's. */
  #look(table: PeerTable, row: number): void {
    const c = table.arrays, ends = this.#ends;
    for (const asClient of [true, false]) {
      if (c.pair[row] !== 0) return;
      ends.family = c.family[row];
      ends.set(c.localAddress, row, c.localPort[row], c.remoteAddress, row, c.remotePort[row]);
      let netns = c.loopback[row] ? c.netns[row] : 0;
      for (let step = 0; step < MOST_STEPS; step++) {
        const translation = this.#next(table, netns, asClient);
        if (translation < 0) break;
        netns = this.#pass(translation, asClient);
        this.#note(table.arrays, row);
        const mate = this.#mate(table, row, netns);
        if (mate >= 0) this.#pair(table.arrays, row, mate);
        if (c.pair[row] !== 0) break;
      }
    }
  }

  /** The translation of what #ends has; netns: it must be made there; 0: anywhere, in one namespace alone. */
  #next(table: PeerTable, netns: number, asClient: boolean): number {
    const t = this.translations.arrays, ends = this.#ends, protocol = table.protocol;
    let found = -1, count = 0;
    this.translations[asClient ? "clients" : "servers"].each(ends.hash, (at) => {
      if (t.protocol[at] !== protocol || t.family[at] !== ends.family || netns !== 0 && t.netns[at] !== netns) return;
      if (!(asClient ? isClientOf(t, at, ends) : isServerOf(t, at, ends))) return;
      found = at;
      count++;
    });
    return count === 1 ? found : -1;
  }

  /** Goes through it: #ends is then what the row at hand would have at that side. Returns the namespace if its addresses are good there alone. */
  #pass(at: number, asClient: boolean): number {
    const t = this.translations.arrays, ends = this.#ends;
    if (asClient) ends.set(t.seenAddress, at, t.seenPort[at], t.serverAddress, at, t.serverPort[at]);
    else ends.set(t.toAddress, at, t.toPort[at], t.fromAddress, at, t.fromPort[at]);
    return isLoopback(ends.family, ends.local, ends.remote, 0) ? t.netns[at] : 0;
  }

  #note(c: EndArrays, row: number): void {
    const { remote, remotePort } = this.#ends, at = row * 16;
    const differs = remotePort !== c.remotePort[row] || remote.some((byte, i) => byte !== c.remoteAddress[at + i]);
    c.realPort[row] = differs ? remotePort : 0;
    c.realAddress.set(remote, at);
    c.judged[row] = 0;
  }

  /** The row whose ends are those of #ends the other way round, if there is but one. Of several that came one after the other, the next one. */
  #mate({ arrays: c, ends: index }: PeerTable, row: number, netns: number): number {
    const ends = this.#ends;
    let mate = -1, apart = Infinity, several = false;
    index.each(ends.hash, (other) => {
      if (c.pair[other] !== 0 || netns !== 0 && c.netns[other] !== netns || other === row) return;
      if (c.localPort[other] !== ends.remotePort || c.remotePort[other] !== ends.localPort) return;
      for (let i = 0; i < 16; i++) {
        if (c.localAddress[other * 16 + i] !== ends.remote[i] || c.remoteAddress[other * 16 + i] !== ends.local[i]) {
          return;
        }
      }
      if (c.family[other] !== ends.family || !overlap(c, row, other)) return;
      several ||= mate >= 0 && c.netns[other] !== c.netns[mate];
      const distance = apartNs(c, row, other);
      if (distance >= apart) return;
      apart = distance;
      mate = other;
    });
    return several ? -1 : mate;
  }

  /** What stands behind the remote end of the one is the local end of the other, where the two differ. */
  #pair(c: EndArrays, a: number, b: number): void {
    this.peers.pair(c, a, b, Via.nat);
    for (const [row, other] of [[a, b], [b, a]]) {
      this.#ends.set(c.localAddress, row, c.localPort[row], c.localAddress, other, c.localPort[other]);
      this.#note(c, row);
    }
  }
}

function isClientOf(t: TranslationArrays, at: number, ends: Ends): boolean {
  return t.fromPort[at] === ends.localPort && t.toPort[at] === ends.remotePort &&
    isAt(t.fromAddress, at, ends.local) && isAt(t.toAddress, at, ends.remote);
}

function isServerOf(t: TranslationArrays, at: number, ends: Ends): boolean {
  return t.serverPort[at] === ends.localPort && t.seenPort[at] === ends.remotePort &&
    isAt(t.serverAddress, at, ends.local) && isAt(t.seenAddress, at, ends.remote);
}

function isAt(bytes: Uint8Array, row: number, of: Uint8Array): boolean {
  for (let i = 0; i < 16; i++) if (bytes[row * 16 + i] !== of[i]) return false;
  return true;
}
