/** Connections that a workload holds open, and whether a sample has them right. */
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { byEnds, type SampleDocument } from "./tcptop.ts";
import { endsOf, type Phase } from "./workload.ts";

/** The ends that a sample lacks, or has with other bytes than they have moved, as sentences. */
export function wrongIn({ flows }: SampleDocument, held: Phase): string[] {
  const seen = byEnds(flows);
  return endsOf(held).flatMap(({ side, local, remote }) => {
    const flow = seen.get(`${local} ${remote}`), what = `${local} ${remote}`;
    if (flow === undefined) return [`${what} is not there`];
    const { rx_bytes, tx_bytes, closed } = flow;
    const right = rx_bytes === side.received && tx_bytes === side.sent && !closed;
    return right ? [] : [`${what} has ${rx_bytes} and ${tx_bytes}${closed ? ", closed" : ""}`];
  });
}

/** Flows of a workload's two processes. */
export function flowsOf({ flows }: SampleDocument, { client, server }: Phase): FlowFacts[] {
  return flows.filter(({ pid }) => pid === client.pid || pid === server.pid);
}
