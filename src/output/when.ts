/** That a condition began to hold, or ended to, as a line, as a document and as facts for a command. */
import type { Sample } from "../flow/sample.ts";
import { harmless, harmlessName } from "../harmless.ts";
import { endpointText } from "../view/address.ts";
import { machineFacts } from "../view/figures.ts";
import type { Grouping } from "../view/group_key.ts";
import { counted, durationText } from "../view/units.ts";
import type { Change, Subject } from "../view/when.ts";
import { microTime } from "./event_facts.ts";
import { type FlowFacts, flowFacts } from "./flow_facts.ts";
import { type GroupFacts, groupFacts } from "./group_facts.ts";

const WHEN_SCHEMA = "tcptop.when/1";

/** What a condition holds for, as the document has it. */
export interface WhenFacts {
  /** What is met for the first time; null: that is not what is asked for. */
  readonly new: string | null;
  readonly flow: FlowFacts | null;
  readonly group_by: Grouping | null;
  readonly group: GroupFacts | null;
  /** How many flows there are of those that are asked for; null: it is about one flow. */
  readonly matching: number | null;
  readonly totals: Readonly<Record<string, number | null>> | null;
  readonly health: Readonly<Record<string, number | null>> | null;
}

export function whenFacts(sample: Sample, { of, rows, group, name }: Subject, by: Grouping | null): WhenFacts {
  const ofOne = of !== "all" && of !== "group";
  return {
    new: name,
    flow: ofOne && rows.length > 0 ? flowFacts(sample, rows[0]) : null,
    group_by: group === null ? null : by,
    group: group === null ? null : groupFacts(sample, group, by!),
    matching: ofOne ? null : rows.length,
    ...of === "all" ? machineFacts(sample) : { totals: null, health: null },
  };
}

/** A document on one line. */
export function whenJson(change: Change<WhenFacts>): string {
  return JSON.stringify({
    schema: WHEN_SCHEMA,
    time: microTime(change.wallMs),
    when: change.condition.text,
    change: change.change,
    held_ms: Math.round(change.heldMs * 1e3) / 1e3,
    ...change.facts,
  });
}

/** 2026-01-02T03:04:05.678901Z begins rx/s>1MiB for 30s  curl[1234] 10.0.0.2:51812 -> 1.1.1.1:443 */
export function whenText(change: Change<WhenFacts>): string {
  const held = change.change === "ends" ? `  after ${durationText(change.heldMs * 1e3)}` : "";
  return `${microTime(change.wallMs)} ${change.change.padEnd(6)} ${harmless(change.condition.text)}  ${
    subjectText(change.facts)
  }${held}`;
}

export function subjectText({ new: name, flow, group, group_by, matching }: WhenFacts): string {
  if (flow !== null) return name === null ? flowText(flow) : `${harmlessName(name)}: ${flowText(flow)}`;
  const flows = counted(matching ?? 0, "[flow|flows]");
  return group === null ? flows : `${group_by} ${harmless(group.key ?? "(not known)")}, ${flows}`;
}

function flowText({ direction, local, remote, family, pid, process, host }: FlowFacts): string {
  const own = pid === null ? "-" : `${harmlessName(process ?? "-")}[${pid}]`;
  const owner = host === null ? own : `${own}@${harmless(host)}`;
  const here = endpointText(local.address, family, local.port);
  if (remote === null) return `${owner} ${here}`;
  return `${owner} ${here} ${direction === "inbound" ? "<-" : "->"} ${
    endpointText(remote.address, family, remote.port)
  }`;
}

/** For the environment of a command: TCPTOP_NAME=VALUE, without control characters. What is not known is left out. */
export function whenVariables(change: Change<WhenFacts>): string[] {
  const { flow, group, group_by, matching, new: name } = change.facts;
  const facts: readonly (readonly [string, string | number | null | undefined])[] = [
    ["WHEN", change.condition.text],
    ["CHANGE", change.change],
    ["TIME", microTime(change.wallMs)],
    ["HELD_MS", Math.round(change.heldMs)],
    ["TEXT", subjectText(change.facts)],
    ["NEW", name],
    ["GROUP_BY", group_by],
    ["GROUP", group?.key],
    ["MATCHING", matching],
    ["HOST", flow?.host],
    ["PROTOCOL", flow?.protocol],
    ["STATE", flow?.state],
    ["PID", flow?.pid],
    ["PROCESS", flow?.process],
    ["USER", flow?.user],
    ["CONTAINER", flow?.container?.name ?? flow?.container?.id],
    ["LOCAL_ADDRESS", flow?.local.address],
    ["LOCAL_PORT", flow?.local.port],
    ["REMOTE_ADDRESS", flow?.remote?.address],
    ["REMOTE_PORT", flow?.remote?.port],
    ["REMOTE_NAME", flow?.remote?.name],
  ];
  return facts.flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [`TCPTOP_${name}=${harmless(String(value))}`]
  );
}
