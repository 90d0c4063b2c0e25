/** The loads at which tools differ most, by all of them. */
import { compare, type Failure, type Found as Seen, type Row } from "../compare.ts";
import { digits } from "../markdown.ts";
import { PROGRAM } from "../live.ts";
import { SCREEN, tools } from "../tools.ts";
import { workloads } from "../workloads.ts";
import { type Found, progress, type Scale } from "./part.ts";

const LOADS = ["churn flat out", "UDP flood"];
/** Those that look at packets, and tcplife, which does not see datagrams at all. */
const OF_DATAGRAMS = [SCREEN, "tcplife", "nethogs", "rustnet", "bandwhich"];

const seen = (found: Seen | null, everybody = false) =>
  found === null ? "-" : `${found.seen.join("..")}${everybody ? "*" : ""} of ${found.truth}`;

function cells(row: Row | Failure): string[] {
  if ("failure" in row) return [row.load, row.tool, `did not run: ${row.failure}`, "", "", "", "", ""];
  const { load, tool, cpuSeconds, peakMiB, ratio, ends, owned, bytes, everybody } = row;
  const of = [digits(cpuSeconds), digits(peakMiB), ratio === null ? "-" : ratio.toFixed(2)];
  return [load, tool, ...of, seen(ends, everybody), seen(owned), seen(bytes)];
}

export async function peers({ loadSeconds }: Scale): Promise<Found> {
  const all = tools(PROGRAM), rows: (Row | Failure)[] = [];
  for (const load of workloads(Math.min(2, loadSeconds)).filter(({ name }) => LOADS.includes(name))) {
    for (const tool of all.filter(({ name }) => load.name !== "UDP flood" || OF_DATAGRAMS.includes(name))) {
      progress(`${load.name}, ${tool.name}`);
      rows.push(await compare(load, tool, 1));
    }
  }
  return {
    goals: [],
    table: {
      titles: ["Load", "Tool", "CPU, s", "Peak, MiB", "Load x", "Ends seen", "Right process", "Bytes seen"],
      rows: rows.map(cells),
    },
    notes: [
      "Load x: what the load achieved, against alone just before. *: the tool counts for the whole machine.",
      ...all.flatMap(({ name, note }) => note === undefined ? [] : [`${name}: ${note}.`]),
    ],
  };
}
