/** Who talks to whom, as a graph that grows with each sample: every connection is one, however many of its ends and samples are seen. */
import { hasPeer, isListener, isTcp, plus, rxBytes, txBytes } from "../flow/row.ts";
import { peerRow } from "../flow/peer.ts";
import type { Sample } from "../flow/sample.ts";
import { type End, type EndsBy, farEnd, nearEnd, tellsFlow } from "./far_end.ts";
import * as flow from "./flow.ts";
import { servicePort } from "./group_key.ts";

/** Further pairs are counted together. */
const MOST_EDGES = 1 << 14;
/** Addresses that are kept of a name or network, and ports of a pair. */
const MOST_KEPT = 8;
const MOST_PAIRS = 1 << 16;

interface Sums {
  connections: number;
  failed: number;
  sent: number | null;
  received: number | null;
}

const noSums = (): Sums => ({ connections: 0, failed: 0, sent: null, received: null });

function addTo(sums: Sums, more: Sums): void {
  sums.connections += more.connections;
  sums.failed += more.failed;
  sums.sent = plus(sums.sent, more.sent);
  sums.received = plus(sums.received, more.received);
}

export interface MapNode {
  readonly end: End;
  /** Outside, the addresses that were met; further ones are only counted. */
  readonly addresses: ReadonlySet<string>;
  readonly hasMore: boolean;
}

/** From who connects to whom it connects to. UDP flows count as connections. */
export interface MapEdge extends Readonly<Sums> {
  readonly from: string;
  readonly to: string;
  /** Of them, those that are there in the last sample. */
  readonly open: number;
  /** "443/tcp". */
  readonly ports: readonly string[];
  readonly hasMorePorts: boolean;
}

export interface MapGraph {
  readonly nodes: ReadonlyMap<string, MapNode>;
  /** The one that has moved most first. */
  readonly edges: readonly MapEdge[];
  /** Pairs for which there was no room: their connections, if any. */
  readonly further: number;
}

class Edge {
  readonly done = noSums();
  /** What goes on, by the number of the host that tells of it: of the last sample that had any. */
  readonly live = new Map<number, { readonly sample: number; readonly sums: Sums }>();
  readonly ports = new Set<string>();
  hasMorePorts = false;

  constructor(readonly from: string, readonly to: string) {}
}

interface Node {
  readonly end: End;
  readonly addresses: Set<string>;
  hasMore: boolean;
}

export class TrafficMap {
  readonly #nodes = new Map<string, Node>();
  readonly #edges = new Map<string, Edge>();
  /** The server of a connection inside this machine, by the pair's number: it may have gone before the client. */
  readonly #servers = new Map<number, End>();
  /** The host of the client of a connection between two hosts, by its ends: it may fall silent, and what it told last counts. */
  readonly #clients = new Map<string, number>();
  #samples = 0;
  /** Of the last sample. */
  #number = -1;
  /** The last sample in which each host was heard; 0: there is but one. What goes on there is as it was then. */
  readonly #heard = new Map<number, number>();
  #further = 0;

  constructor(readonly by: EndsBy) {}

  /** `rows`: those that count. */
  add(sample: Sample, rows: readonly number[]): void {
    if (sample.number <= this.#number) this.#settle();
    this.#number = sample.number;
    this.#samples++;
    const heard = sample.fleet?.flatMap(({ staleSinceMs }, i) => staleSinceMs === null ? [i + 1] : []) ?? [0];
    for (const host of heard) this.#heard.set(host, this.#samples);
    for (const row of rows) {
      if (!isListener(sample.flows, row) && hasPeer(sample.flows, row)) this.#addFlow(sample, row);
    }
  }

  graph(): MapGraph {
    const edges = [...this.#edges.values()].map((edge): MapEdge => {
      const { from, to, done, ports, hasMorePorts } = edge, live = this.#liveOf(edge), all = { ...done };
      for (const { sums } of live) addTo(all, sums);
      return {
        from,
        to,
        ...all,
        open: live.reduce((sum, { sample, sums }) => sum + (sample === this.#samples ? sums.connections : 0), 0),
        ports: [...ports],
        hasMorePorts,
      };
    }).filter(({ connections }) => connections > 0);
    const moved = ({ sent, received }: MapEdge) => (sent ?? 0) + (received ?? 0);
    edges.sort((a, b) => moved(b) - moved(a) || b.connections - a.connections || compare(a.from + a.to, b.from + b.to));
    const used = new Set(edges.flatMap(({ from, to }) => [from, to]));
    return { nodes: new Map([...this.#nodes].filter(([id]) => used.has(id))), edges, further: this.#further };
  }

  #liveOf({ live }: Edge) {
    return [...live].flatMap(([host, one]) => one.sample === this.#heard.get(host) ? [one] : []);
  }

  /** Another recording begins: of what went on until then no more is told. */
  #settle(): void {
    for (const edge of this.#edges.values()) {
      for (const { sums } of this.#liveOf(edge)) addTo(edge.done, sums);
      edge.live.clear();
    }
    this.#servers.clear();
    this.#clients.clear();
  }

  #addFlow(sample: Sample, row: number): void {
    const { flows: f } = sample, peer = peerRow(sample, row), inbound = flow.directionName(f, row) === "inbound";
    if (!tellsFlow(sample, row, peer)) return;
    // The client has gone, and has told of it.
    if (peer < 0 && f.pair[row] !== 0 && inbound) return;
    if (peer < 0 && inbound && this.#isToldBySilent(sample, row)) return;
    if (peer >= 0 && f.host[peer] !== f.host[row]) this.#noteClient(sample, row);
    const own = nearEnd(sample, row, this.by), other = this.#other(sample, row, peer);
    const [from, to] = inbound && peer < 0 ? [other, own] : [own, other];
    const edge = this.#edge(from, to);
    if (edge === null) {
      this.#further += f.closed[row];
      return;
    }
    this.#note(own, other);
    const port = `${servicePort(f, row)}/${isTcp(f, row) ? "tcp" : "udp"}`;
    if (edge.ports.size < MOST_KEPT) edge.ports.add(port);
    else if (!edge.ports.has(port)) edge.hasMorePorts = true;
    this.#sum(sample, row, edge, inbound && peer < 0);
  }

  #noteClient(sample: Sample, row: number): void {
    const ends = `${flow.localEndpoint(sample, row)} ${flow.remoteEndpoint(sample, row)}`;
    if (sample.flows.closed[row]) this.#clients.delete(ends);
    else if (this.#clients.size < MOST_PAIRS) this.#clients.set(ends, sample.flows.host[row]);
  }

  /** Whether the client of an inbound connection, on a host that is silent now, has told of it. */
  #isToldBySilent(sample: Sample, row: number): boolean {
    if (this.#clients.size === 0) return false;
    const host = this.#clients.get(`${flow.remoteEndpoint(sample, row)} ${flow.localEndpoint(sample, row)}`);
    return host !== undefined && (sample.fleet?.[host - 1].staleSinceMs ?? null) !== null;
  }

  #other(sample: Sample, row: number, peer: number): End {
    const pair = sample.flows.pair[row], far = farEnd(sample, row, this.by);
    if (pair === 0) return far;
    const known = peer < 0 ? this.#servers.get(pair) ?? far : far;
    if (sample.flows.closed[row]) this.#servers.delete(pair);
    else if (this.#servers.size < MOST_PAIRS) this.#servers.set(pair, known);
    return known;
  }

  #sum({ flows: f }: Sample, row: number, edge: Edge, turned: boolean): void {
    const sums = f.closed[row] ? edge.done : this.#goingOn(edge, f.host[row]),
      [sent, received] = turned ? [rxBytes, txBytes] : [txBytes, rxBytes];
    sums.connections++;
    if (f.closed[row] && isTcp(f, row) && !f.established[row]) sums.failed++;
    sums.sent = plus(sums.sent, sent(f, row));
    sums.received = plus(sums.received, received(f, row));
  }

  #goingOn(edge: Edge, host: number): Sums {
    const before = edge.live.get(host), sample = this.#samples;
    if (before?.sample === sample) return before.sums;
    const sums = noSums();
    edge.live.set(host, { sample, sums });
    this.#heard.set(host, sample);
    return sums;
  }

  /** null: there are too many. */
  #edge(from: End, to: End): Edge | null {
    const key = `${from.id}\0\0${to.id}`, known = this.#edges.get(key);
    if (known !== undefined) return known;
    if (this.#edges.size >= MOST_EDGES) return null;
    const edge = new Edge(from.id, to.id);
    this.#edges.set(key, edge);
    return edge;
  }

  #note(...ends: readonly End[]): void {
    for (const end of ends) {
      let node = this.#nodes.get(end.id);
      if (node === undefined) this.#nodes.set(end.id, node = { end, addresses: new Set(), hasMore: false });
      if (end.address === null) continue;
      if (node.addresses.size < MOST_KEPT) node.addresses.add(end.address);
      else if (!node.addresses.has(end.address)) node.hasMore = true;
    }
  }
}

const compare = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;
