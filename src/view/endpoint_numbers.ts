/** Endpoints of a sample's flows as numbers: the same number, the same text. To put a text together for each of thousands of rows takes several times as long. */
import { peersOf } from "../flow/peer.ts";
import { hasPeer } from "../flow/row.ts";
import type { Sample } from "../flow/sample.ts";
import { AlikeRows } from "./alike.ts";
import * as flow from "./flow.ts";
import { peerText } from "./pairs.ts";

export type NumberOf = (row: number) => number;

/** More than there are rows. */
const MOST = 2 ** 24, PORTS = 2 ** 16;

/** In all that an address is called by, beside the address. */
const CALLED_BY = ["family", "answer", "host", "scope", "netns"] as const;

/** By flow.localEndpoint(). */
export function localNumbers(sample: Sample): NumberOf {
  const { flows: f } = sample, numbers = new Numbers<string>(), alike = new AlikeRows(f, CALLED_BY, ["localAddress"]);
  const find = (of: Sample, row: number) => numbers.of(flow.localAddress(of, row));
  return (row) => alike.of(row, 0, find, sample) * PORTS + f.localPort[row];
}

/** So many rows tell whether others have the same addresses. */
const FEW = 256;

/** By remote endpoint, of which `host` is what stands before the port, and who is there as far as it is on this machine, by peerText(). null: most rows have an
 * address of their own, and numbers would take longer than texts. */
export function remoteNumbers(
  sample: Sample,
  rows: readonly number[],
  host: (sample: Sample, row: number) => string,
): NumberOf | null {
  const { flows: f } = sample, few = rows.slice(0, FEW), alike = new AlikeRows(f, CALLED_BY, ["remoteAddress"]);
  const hosts = new Numbers<string>(), both = new Numbers<number>(), peer = peerNumbers(sample);
  let addresses = 0;
  const find = (of: Sample, row: number) => {
    addresses++;
    return hosts.of(host(of, row));
  };
  for (const row of few) alike.of(row, 0, find, sample);
  if (addresses * 2 > few.length) return null;
  return (row) => {
    if (!hasPeer(f, row)) return -1;
    return both.of(alike.of(row, 0, find, sample) * MOST + peer(row)) * PORTS + f.remotePort[row];
  };
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
