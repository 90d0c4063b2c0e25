/** The key that ends a connection: it asks once, and means the socket that it has named, whatever the screen shows by the answer. */
import { killTarget } from "../../flow/kill_target.ts";
import { hasPeer, isTcp } from "../../flow/row.ts";
import type { Sample } from "../../flow/sample.ts";
import { harmlessName } from "../../harmless.ts";
import * as flow from "../flow.ts";
import { named } from "../width.ts";
import type { Mode, ScreenState } from "./state.ts";
import type { Item } from "./lines.ts";

/** What stands around it in the question: "End ", "? y ends it", and the last cell. */
const QUESTION_CELLS = 16;

type Question = Extract<Mode, { kind: "kill" }>;

export function askKill(state: ScreenState, sample: Sample | null, item: Item | undefined): ScreenState {
  const say = (notice: string) => ({ ...state, notice });
  if (!state.allowKill) {
    if (state.replay) return say("a recording has nothing to end");
    return say(state.many ? "on its host tcptop --allow-kill ends it" : "to end connections start with --allow-kill");
  }
  if (sample === null || item === undefined) return say("nothing is under the cursor");
  if (typeof item !== "number") return say("a group has many: open it, and choose one");
  if (sample.flows.closed[item]) return say("it has ended");
  if (state.moment !== null) return say("this is the past, ) leads to now");
  const target = killTarget(sample.flows, item), text = killText(sample, item, state.columns - QUESTION_CELLS);
  return { ...state, mode: { kind: "kill", target, text, again: killCommand(sample, item) } };
}

export function killAnswer(state: ScreenState, { target, text, again }: Question, key: string): ScreenState {
  const back: ScreenState = { ...state, mode: { kind: "table" } };
  if (key === "y" || key === "Y") return { ...back, wish: { kill: target, text, again } };
  return { ...back, notice: "not ended" };
}

/** Which connection of which process, as it is said to who is asked; in `cells`, if it is enough that the name gives way. */
export function killText(sample: Sample, row: number, cells = Infinity): string {
  const { flows: f } = sample, pid = flow.pidOf(f, row);
  const name = harmlessName(flow.processName(sample, row) ?? "a process that is not known");
  const here = flow.localEndpoint(sample, row),
    there = hasPeer(f, row) ? ` ${arrow(sample, row)} ${flow.remoteEndpoint(sample, row)}` : "";
  return named(name, `${pid === null ? "" : `[${pid}]`} ${isTcp(f, row) ? "tcp" : "udp"} ${here}${there}`, cells);
}

/** What ends it from outside: a tcptop that begins anew enters every network namespace that there is by then. */
function killCommand({ flows }: Sample, row: number): string {
  const pid = flow.pidOf(flows, row), ports = [`sport:${flows.localPort[row]}`];
  if (hasPeer(flows, row)) ports.push(`dport:${flows.remotePort[row]}`);
  return `sudo tcptop kill '${[...pid === null ? [] : [`pid:${pid}`], ...ports].join(" ")}'`;
}

function arrow({ flows }: Sample, row: number): string {
  return flow.directionName(flows, row) === "inbound" ? "<-" : "->";
}
