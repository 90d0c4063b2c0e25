/** Names of remote addresses, from the answers of name servers: each in the rows of the process that has asked, and no other's. */
import type { DnsAnswerRecord } from "../decode/cursor.ts";
import { type DnsAddress, readDnsAnswer } from "../decode/dns.ts";
import { isV4Mapped, unmapV4 } from "./address.ts";
import type { Arrays, FLOW_SCHEMA, FlowArrays } from "./columns.ts";
import type { StateReader, StateWriter } from "./state.ts";

/** Texts that the main thread has not been told. */
export type NewNames = readonly (readonly [number: number, text: string])[];

/** What a table keeps for it beside the flow. */
export const ANSWER_SCHEMA = {
  /** `version` of the process's answers when the row was last looked at without success. */
  answerSeen: "u32",
} as const;

export interface AnsweredTable {
  readonly length: number;
  readonly arrays: Arrays<typeof FLOW_SCHEMA & typeof ANSWER_SCHEMA>;
}

/** A name is good for its TTL, and at least for so long: programs keep addresses longer than servers would have them. At most a week
 * (RFC 8767, 4). */
const LEAST_S = 600, MOST_S = 604_800;
/** Pairs of a process and an address, and names of one pair. */
const MOST_PAIRS = 1 << 14;
const MOST_NAMES = 8;
const MOST_NUMBERS = 1 << 14;

interface Named {
  readonly number: number;
  readonly timeNs: number;
  readonly untilNs: number;
}

/** A process that has asked. */
interface Asker {
  /** 0: not known. */
  readonly startNs: number;
  version: number;
  pairs: number;
}

export class Answers {
  /** By askerKey(). */
  readonly #askers = new Map<number, Asker>();
  /** By pairKey(), the one that was told of last at the end; of each the newest name last. */
  readonly #pairs = new Map<string, Named[]>();
  #numbers = new Map<string, number>();
  #next = 1;
  /** The same the other way round, of the last two times MOST_NUMBERS: what flows may still have. */
  #texts = new Map<number, string>();
  #told: [number, string][] = [];
  #version = 0;
  #evicted = 0;

  /** Names that were still good and made room for newer ones. */
  get evicted(): number {
    return this.#evicted;
  }

  add(record: DnsAnswerRecord): void {
    const answer = readDnsAnswer(record.payload());
    const addresses = answer?.addresses.map(unmapped).filter(isTold) ?? [];
    if (addresses.length === 0) return;
    const number = this.#number(answer!.name), { tgid, ownerStartNs: startNs, timeNs } = record;
    const asker = this.#asker(tgid, startNs);
    if (asker === null) return;
    asker.version = ++this.#version;
    for (const { family, bytes, ttlS } of addresses) {
      const goodS = Math.min(MOST_S, Math.max(LEAST_S, ttlS));
      this.#keep(asker, pairKey(askerKey(tgid, startNs), family, bytes, 0), {
        number,
        timeNs,
        untilNs: timeNs + goodS * 1e9,
      });
    }
  }

  /** Fills the column `answer`: a flow keeps the name that it had first. */
  name(tables: readonly AnsweredTable[], nowNs: number): void {
    if (this.#askers.size === 0) return;
    for (const { length, arrays: c } of tables) {
      for (let row = 0; row < length; row++) {
        if (c.answer[row] !== 0) continue;
        const asker = this.#askers.get(askerKey(c.tgid[row], c.ownerStartNs[row]));
        if (asker === undefined || c.answerSeen[row] === asker.version) continue;
        c.answerSeen[row] = asker.version;
        c.answer[row] = this.#nameOf(c, row, asker, nowNs);
      }
    }
  }

  /** The same for rows that are in no table. */
  nameAll(flows: FlowArrays, length: number, nowNs: number): void {
    if (this.#askers.size === 0) return;
    for (let row = 0; row < length; row++) {
      const asker = flows.answer[row] === 0
        ? this.#askers.get(askerKey(flows.tgid[row], flows.ownerStartNs[row]))
        : undefined;
      if (asker !== undefined) flows.answer[row] = this.#nameOf(flows, row, asker, nowNs);
    }
  }

  /** The names that have got a number since the last call. */
  take(): NewNames {
    return this.#told.splice(0);
  }

  save(to: StateWriter): void {
    to.list("askers", [...this.#askers].map(([key, { startNs, version, pairs }]) => [key, startNs, version, pairs]));
    to.list(
      "asked",
      [...this.#pairs].map((
        [key, names],
      ) => [key, ...names.map(({ number, timeNs, untilNs }) => [number, timeNs, untilNs])]),
    );
    to.list("asked for", [...this.#texts]);
    to.list("answers", [this.#next, this.#version, this.#evicted]);
  }

  /** The main thread is told of all names again: it may not have been told of those. */
  load(from: StateReader): void {
    if (!from.has("answers")) return;
    const rows = (name: string) => from.list(name).filter((row) => Array.isArray(row));
    [this.#next, this.#version, this.#evicted] = [0, 1, 2].map((i) =>
      Number(from.list("answers")[i]) || (i === 0 ? 1 : 0)
    );
    this.#askers.clear();
    for (const [key, startNs, version, pairs] of rows("askers")) {
      this.#askers.set(Number(key), { startNs: Number(startNs), version: Number(version), pairs: Number(pairs) });
    }
    this.#pairs.clear();
    for (const [key, ...names] of rows("asked")) {
      const list = names.filter((name) => Array.isArray(name)).slice(0, MOST_NAMES);
      const named = list.map(([number, timeNs, untilNs]) => ({
        number: Number(number),
        timeNs: Number(timeNs),
        untilNs: Number(untilNs),
      }));
      if (named.length > 0) this.#pairs.set(String(key), named);
    }
    this.#texts = new Map(rows("asked for").map(([number, text]) => [Number(number), String(text)]));
    this.#numbers = new Map([...this.#texts].map(([number, text]) => [text, number]));
    this.#told = [...this.#texts];
  }

  /** The one that the process had asked for last when the flow began; else, of a flow that is older, the newest one. 0: none. */
  #nameOf(f: FlowArrays, row: number, asker: Asker, nowNs: number): number {
    if (!isOwner(asker, f.ownerStartNs[row])) return 0;
    const key = pairKey(askerKey(f.tgid[row], f.ownerStartNs[row]), f.family[row], f.remoteAddress, row * 16);
    const names = this.#pairs.get(key);
    if (names === undefined) return 0;
    const openedNs = f.openedNs[row], startNs = f.ownerStartNs[row];
    const isOurs = ({ timeNs }: Named) => asker.startNs !== 0 || startNs <= timeNs;
    const before = names.findLast((name) => name.timeNs <= openedNs);
    if (before !== undefined && before.untilNs >= openedNs) return isOurs(before) ? before.number : 0;
    const after = names.findLast((name) => name.timeNs > openedNs && name.untilNs >= nowNs);
    return after !== undefined && isOurs(after) ? after.number : 0;
  }

  #asker(tgid: number, startNs: number): Asker | null {
    if (tgid === 0 && startNs === 0) return null;
    const key = askerKey(tgid, startNs), before = this.#askers.get(key);
    if (before !== undefined && before.startNs === startNs) return before;
    // The pid was another process's: whose names are of no use any more.
    if (before !== undefined) this.#forget(key);
    const asker = { startNs, version: 0, pairs: 0 };
    this.#askers.set(key, asker);
    return asker;
  }

  #forget(key: number): void {
    const prefix = `${key} `;
    for (const pair of this.#pairs.keys()) if (pair.startsWith(prefix)) this.#pairs.delete(pair);
    this.#askers.delete(key);
  }

  #keep(asker: Asker, key: string, name: Named): void {
    const names = this.#pairs.get(key) ?? [];
    if (!this.#pairs.delete(key)) asker.pairs++;
    // The same name again, as of a cache that answers anew: the flows that began before keep the first answer's time.
    const last = names.at(-1);
    if (last?.number === name.number) {
      names[names.length - 1] = { ...last, untilNs: Math.max(last.untilNs, name.untilNs) };
    } else names.push(name);
    if (names.length > MOST_NAMES) names.shift();
    this.#pairs.set(key, names);
    if (this.#pairs.size > MOST_PAIRS) this.#evict(name.timeNs);
  }

  #evict(nowNs: number): void {
    const [key, names] = this.#pairs.entries().next().value!, owner = Number(key.slice(0, key.indexOf(" ")));
    this.#pairs.delete(key);
    if (names.at(-1)!.untilNs >= nowNs) this.#evicted++;
    const asker = this.#askers.get(owner);
    if (asker !== undefined && --asker.pairs === 0) this.#askers.delete(owner);
  }

  /** Never used again: flows keep theirs. */
  #number(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      if (this.#numbers.size >= MOST_NUMBERS) this.#numbers = new Map();
      this.#numbers.set(text, number = this.#next++);
      this.#told.push([number, text]);
      this.#texts.set(number, text);
      if (this.#texts.size > 2 * MOST_NUMBERS) this.#texts.delete(this.#texts.keys().next().value!);
    }
    return number;
  }
}

/** A process of another PID namespace has no number here: its start, which is to the nanosecond, then names it. */
function askerKey(tgid: number, startNs: number): number {
  return tgid !== 0 ? tgid : -startNs;
}

/** Programs that know no start of a process leave it 0; then an answer is of a process that was there when it came. */
function isOwner({ startNs }: Asker, rowStartNs: number): boolean {
  return startNs === rowStartNs ? startNs !== 0 : startNs === 0;
}

function pairKey(asker: number, family: number, bytes: Uint8Array, at: number): string {
  if (family === 4) return `${asker} ${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
  return `${asker} ${bytes.subarray(at, at + 16).join(":")}`;
}

function unmapped(address: DnsAddress): DnsAddress {
  if (address.family === 4 || !isV4Mapped(address.bytes, 0)) return address;
  unmapV4(address.bytes, 0);
  return { ...address, family: 4 };
}

/** Lists that keep programs from advertisers answer with 0.0.0.0 or 127.0.0.1: that is no name of this machine. */
function isTold({ family, bytes }: DnsAddress): boolean {
  if (family === 4) return bytes[0] !== 127 && bytes[0] !== 0;
  return bytes.some((byte, i) => byte !== (i === 15 ? 1 : 0)) && bytes.some((byte) => byte !== 0);
}
