/** Endpoints of a sample's flows as numbers: the same number, the same text. To put a text together for each of thousands of rows takes several times as long. */
import type { FlowArrays } from "../flow/columns.ts";
import { peersOf } from "../flow/peer.ts";
import { hasPeer } from "../flow/row.ts";
import type { Sample } from "../flow/sample.ts";
import { AlikeRows } from "./alike.ts";
import * as flow from "./flow.ts";
import { peerText } from "./pairs.ts";

export type NumberOf = (row: number) => number;

/** More than there are rows. */
const MOST = 2 ** 24, PORTS = 2 ** 16;

/** By flow.localEndpoint(). */
export function localNumbers(sample: Sample): NumberOf {
  const { localAddress, localPort } = sample.flows, numbers = new Numbers<string>();
  const host = likeBefore(sample.flows, localAddress, (row) => numbers.of(flow.localAddress(sample, row)));
  return (row) => host(row) * PORTS + localPort[row];
}

/** So many rows tell whether most have the address of the row before. */
const FEW = 256;

/** By remote endpoint, of which `host` is what stands before the port, and who is there as far as it is on this machine, by peerText(). null: rows have other
 * addresses than those before, and numbers would take longer than texts. */
export function remoteNumbers(
  sample: Sample,
  rows: readonly number[],
  host: (sample: Sample, row: number) => string,
): NumberOf | null {
  const { flows: f } = sample, few = rows.slice(0, FEW);
  let changes = 0;
  const count = likeBefore(f, f.remoteAddress, () => changes++);
  for (const row of few) count(row);
  if (changes * 2 > few.length) return null;
  const hosts = new Numbers<string>(), both = new Numbers<number>(), peer = peerNumbers(sample);
  const hostOf = likeBefore(f, f.remoteAddress, (row) => hosts.of(host(sample, row)));
  return (row) => hasPeer(f, row) ? both.of(hostOf(row) * MOST + peer(row)) * PORTS + f.remotePort[row] : -1;
}

function peerNumbers(sample: Sample): NumberOf {
  const { flows: f, processes } = sample, peers = peersOf(sample), texts = new Numbers<string>(), nobody = texts.of("");
  const alike = new AlikeRows(f, ["how", "wholeName", "cgroup", "host"], ["comm"]);
  const find = (of: Sample, peer: number) => texts.of(peerText(of, peers.peerRow(peer)));
  return (row) => {
    const peer = peers.peerRow(row);
    if (peer < 0) return nobody;
    const isElsewhere = f.host[peer] === f.host[row] ? 0 : 1, process = processes.size > 0 ? f.tgid[peer] : 0;
    return alike.of(peer, process * 2 + isElsewhere, find, sample);
  };
}

/** find(), or what it has said of the row that was asked for before, where that has the same address: thousands of rows behind each other have. */
function likeBefore(f: FlowArrays, addresses: Uint8Array, find: NumberOf): NumberOf {
  const words = new Uint32Array(addresses.buffer, addresses.byteOffset, addresses.byteLength >> 2);
  let before = -1, found = 0;
  return (row) => {
    if (before < 0 || !isLike(f, words, before, row)) found = find(row);
    before = row;
    return found;
  };
}

/** In all that an address is called by. */
function isLike(f: FlowArrays, words: Uint32Array, a: number, b: number): boolean {
  for (let word = 0; word < 4; word++) if (words[a * 4 + word] !== words[b * 4 + word]) return false;
  return f.family[a] === f.family[b] && f.answer[a] === f.answer[b] && f.host[a] === f.host[b] &&
    f.scope[a] === f.scope[b] &&
    f.netns[a] === f.netns[b];
}

/** Numbers values from 0, the same value alike. */
class Numbers<T> {
  /** One that numbers nothing, for the class to have one: docs/decisions/0054. */
  static readonly none = new Numbers<never>();
  readonly #known = new Map<T, number>();

  of(value: T): number {
    const known = this.#known.get(value), next = this.#known.size;
    if (known === undefined) this.#known.set(value, next);
    return known ?? next;
  }
}
