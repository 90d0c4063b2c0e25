/** The two ends of a connection inside this machine, side by side. */
import { peerRow } from "../../flow/peer.ts";
import { hostState } from "../../flow/host.ts";
import { Via } from "../../flow/peers.ts";
import { limitedBy } from "../../flow/row.ts";
import type { Sample } from "../../flow/sample.ts";
import { harmless, harmlessName } from "../../harmless.ts";
import { endedOf } from "../drops.ts";
import { endText } from "../end.ts";
import * as flow from "../flow.ts";
import { isClient, peerText } from "../pairs.ts";
import { named } from "../width.ts";
import { factsOf } from "./facts.ts";

type Line = readonly [label: string, client: string, server: string];

/** What a user looks for first; the others follow as they come. */
const FIRST = ["local", "remote", "state", "received", "sent", "round trip", "retransmits", "cwnd"];

/** `cells`: of each end. */
export function bothEnds(sample: Sample, one: number, other: number, cells: number): Line[] {
  const [client, server] = isClient(sample, one, other) ? [one, other] : [other, one];
  const both = (label: string, text: (row: number) => string): Line => [label, text(client), text(server)];
  const facts = [client, server].map((row) => new Map(factsOf(sample, row)));
  const labels = new Set([...FIRST, ...facts.flatMap((of) => [...of.keys()])].filter((label) => label !== "direction"));
  const lines = [
    both("", (row) => ownerText(sample, row, row === client ? "client" : "server", cells)),
    both("container", (row) => containerText(sample, row)),
    both("waits", (row) => limitedBy(sample.flows, row)?.replace("_", " ") ?? "-"),
    both("ended", (row) => endedText(sample, row)),
    ...[...labels].map((label): Line => [label, facts[0].get(label) ?? "-", facts[1].get(label) ?? "-"]),
    both("cgroup", (row) => harmless(flow.cgroupPath(sample, row) ?? "-")),
  ];
  const said = lines.filter(([, client, server]) => client !== "-" || server !== "-");
  return said.sort((a, b) => rank(a) - rank(b));
}

/** Who is at the other end of a row that stands by itself, and behind which address; null: not known. */
export function peerLine(sample: Sample, row: number, cells: number): string | null {
  const real = flow.realEndpoint(sample.flows, row), peer = peerRow(sample, row);
  const behind = real === null ? "" : ` behind ${real.address} ${real.port}`;
  if (peer < 0) return real === null ? null : `translated to ${real.address} ${real.port}`;
  const pid = flow.pidOf(sample.flows, peer), nat = sample.flows.via[row] === Via.nat ? ", by NAT" : "";
  return named(peerText(sample, row) || "not known", `${pid === null ? "" : ` [${pid}]`}${nat}${behind}`, cells);
}

/** The limit and the state stand with what is looked for first. */
function rank([label]: Line): number {
  const order = ["", "container", "local", "remote", "state", "waits", ...FIRST.slice(3), "ended"],
    at = order.indexOf(label);
  return at < 0 ? order.length : at;
}

function ownerText(sample: Sample, row: number, side: string, cells: number): string {
  const pid = flow.pidOf(sample.flows, row);
  const host = hostState(sample, row), on = host === null ? "" : ` on ${harmless(host.name)}`;
  const name = harmlessName(flow.processName(sample, row) ?? "not known");
  return named(`${side} ${name}`, `${pid === null ? "" : ` [${pid}]`}${on}`, cells);
}

function containerText(sample: Sample, row: number): string {
  const container = flow.container(sample, row);
  return container === null ? "-" : harmless(`${container.runtime} ${container.name ?? container.id.slice(0, 12)}`);
}

function endedText(sample: Sample, row: number): string {
  const end = endedOf(sample, row);
  return end === null ? "-" : endText(end);
}
