/** What was seen, added up by who did it, to whom, and how it went. */
import { plus } from "../../flow/row.ts";
import { BY_URGENCY } from "../../view/limit.ts";
import type { LimitName } from "../../view/group_reasons.ts";
import { hasFailed, ownerText, type SeenFlow } from "../seen.ts";
import { endReason, isFailure } from "./ends.ts";

export interface Sum {
  /** Any of them. */
  readonly flow: SeenFlow;
  flows: number;
  failed: number;
  open: number;
  rx: number | null;
  tx: number | null;
  readonly pids: Set<number | null>;
  readonly peers: Set<string>;
  readonly addresses: Set<string>;
}

export const NOBODY = "(not known)";

export const processOf = (flow: SeenFlow) => ownerText(flow, NOBODY);
export const hostOf = ({ name, remote }: SeenFlow) => name ?? remote.address;
/** Where the service is: there, or here. */
export const portOf = ({ direction, local, remote, protocol }: SeenFlow) =>
  `${direction === "inbound" ? local.port : remote.port}/${protocol}`;

/** "registry.example:443/tcp", "10.0.0.7 to port 22/tcp". */
export function peerText(flow: SeenFlow): string {
  const host = hostOf(flow), bare = flow.name === null && host.includes(":") ? `[${host}]` : host;
  return flow.direction === "inbound" ? `${bare} to port ${portOf(flow)}` : `${bare}:${portOf(flow)}`;
}

/** Those with most bytes first, then by name. */
function sumsBy(flows: Iterable<SeenFlow>, keyOf: (flow: SeenFlow) => string): Sum[] {
  const sums = new Map<string, Sum>();
  for (const flow of flows) {
    const key = keyOf(flow);
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = {
        flow,
        flows: 0,
        failed: 0,
        open: 0,
        rx: null,
        tx: null,
        pids: new Set(),
        peers: new Set(),
        addresses: new Set(),
      };
      sums.set(key, sum);
    }
    sum.flows++;
    if (hasFailed(flow)) sum.failed++;
    if (!flow.closed) sum.open++;
    sum.rx = plus(sum.rx, flow.rxBytes);
    sum.tx = plus(sum.tx, flow.txBytes);
    sum.pids.add(flow.pid);
    sum.peers.add(hostOf(flow));
    sum.addresses.add(flow.remote.address);
  }
  const bytes = ({ rx, tx }: Sum) => (rx ?? 0) + (tx ?? 0);
  return [...sums].sort(([a, x], [b, y]) => bytes(y) - bytes(x) || y.flows - x.flows || (a < b ? -1 : 1))
    .map(([, sum]) => sum);
}

export const byProcess = (flows: Iterable<SeenFlow>) => sumsBy(flows, processOf);
export const byHost = (flows: Iterable<SeenFlow>) => sumsBy(flows, (flow) => `${flow.inside}\0${hostOf(flow)}`);
export const byTalk = (flows: Iterable<SeenFlow>) => sumsBy(flows, (flow) => `${processOf(flow)}\0${peerText(flow)}`);

/** What went wrong: the most frequent first. */
export function failuresOf(flows: readonly SeenFlow[]): Sum[] {
  const key = (flow: SeenFlow) => `${processOf(flow)}\0${peerText(flow)}\0${endReason(flow)}`;
  return sumsBy(flows.filter(isFailure), key).sort((a, b) => b.flows - a.flows);
}

/** Time that connections spent held up by one thing. */
export interface LimitSum {
  readonly limit: LimitName;
  ms: number;
  flows: number;
  /** Whose, by time: the most first. */
  readonly talks: Map<string, { readonly flow: SeenFlow; ms: number }>;
}

/** What somebody would look at first comes first. */
export function limitsOf(flows: readonly SeenFlow[]): LimitSum[] {
  const sums = new Map<string, LimitSum>();
  for (const flow of flows) {
    for (const [limit, ms] of flow.limitedMs) {
      let sum = sums.get(limit);
      if (sum === undefined) sums.set(limit, sum = { limit: limit as LimitName, ms: 0, flows: 0, talks: new Map() });
      sum.ms += ms;
      sum.flows++;
      const key = `${processOf(flow)}\0${peerText(flow)}`, talk = sum.talks.get(key);
      if (talk === undefined) sum.talks.set(key, { flow, ms });
      else talk.ms += ms;
    }
  }
  return [...sums.values()].sort((a, b) => BY_URGENCY.indexOf(a.limit) - BY_URGENCY.indexOf(b.limit));
}
