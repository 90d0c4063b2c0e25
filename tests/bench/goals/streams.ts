/** What it costs to write of each connection that it has ended, beside tcplife, which does nothing else. */
import { CSV, EVENTS, EVENTS_JSON, LIMITED, streams, type Tool, tools } from "../tools.ts";
import { median } from "../compare.ts";
import { digits, type Goal, range } from "../markdown.ts";
import { measure, type Measurement, ToolEnded } from "../measure.ts";
import { type Use, useOf } from "../process.ts";
import { type Workload, workloads } from "../workloads.ts";
import { type Found, progress, type Scale } from "./part.ts";
import { PROGRAM } from "../live.ts";

const MOST: Readonly<Record<string, number>> = { [EVENTS_JSON]: 1.2, [EVENTS]: 1, [CSV]: 1.2 };
const PEER = "tcplife", MOST_MB = 110, MB = 2 ** 20 / 1e6;

const cpu = ({ before, after }: Measurement<Use>) => after.cpuSeconds - before.cpuSeconds;
const peak = ({ after }: Measurement<Use>) => after.peakMiB * MB;

export function churn(connections: number): Workload {
  const like = workloads(1).find(({ name }) => name === "churn flat out")!;
  return {
    ...like,
    options: ["short", "--bytes", "503", "--concurrency", "16", "--count", String(connections)],
  };
}

export async function streamed({ rounds, connections }: Scale): Promise<Found> {
  const load = churn(connections);
  const peers = tools(PROGRAM).filter(({ name }) => name === PEER || name === LIMITED);
  const found = new Map<Tool, Measurement<Use>[]>([...streams(PROGRAM), ...peers].map((tool) => [tool, []]));
  const notes: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [tool, measured] of found) {
      progress(`${tool.name}, ${connections} connections`);
      try {
        measured.push(await measure(tool, load, useOf));
      } catch (error) {
        if (!(error instanceof ToolEnded)) throw error;
        notes.push(`${tool.name} did not run: ${error.message}`);
        found.delete(tool);
      }
    }
  }
  const all = [...found], peer = all.find(([{ name }]) => name === PEER)?.[1];
  const ratio = (measured: readonly Measurement<Use>[]) =>
    peer === undefined ? null : median(measured.map((one, i) => cpu(one) / cpu(peer[i])));
  return {
    goals: all.filter(([{ name }]) => MOST[name] !== undefined).flatMap(([{ name }, measured]): Goal[] => {
      const times = ratio(measured), mostMb = Math.max(...measured.map(peak));
      return [
        {
          what: `${name}, ${connections.toLocaleString("en")} short connections: own CPU against ${PEER}`,
          seen: times === null ? `${PEER} did not run` : digits(times),
          goal: `at most ${MOST[name]}`,
          met: times === null ? null : times <= MOST[name],
        },
        {
          what: `${name}: peak memory`,
          seen: `${digits(mostMb)} MB`,
          goal: `below ${MOST_MB} MB`,
          met: mostMb < MOST_MB,
        },
      ];
    }),
    table: {
      titles: ["Program", "CPU, s", `times ${PEER}'s`, "Peak, MB", "Ends told"],
      rows: all.map(([{ name }, measured]) => {
        const { seen, truth } = measured.at(-1)!, times = ratio(measured);
        return [
          name,
          range(measured.map(cpu)),
          times === null ? "-" : digits(times),
          range(measured.map(peak)),
          seen.ends === null ? "-" : `${seen.ends}${seen.everybody ? " (all of the machine)" : ""} of ${truth.ends}`,
        ];
      }),
    },
    notes,
  };
}
