/** Which flows a user allows: filters, one a line, and the flows that none of them matches. */
import type { Sample } from "../flow/sample.ts";
import { plus } from "../flow/row.ts";
import { harmless, harmlessName } from "../harmless.ts";
import { compileFilter } from "../view/filter/compile.ts";
import { type Filter, FilterError } from "../view/filter/ast.ts";
import type { Predicate } from "../view/filter/fields.ts";
import { parseFilter } from "../view/filter/parse.ts";
import { bytesText } from "../view/units.ts";
import { textCells } from "../view/width.ts";
import { type Judge, ownerText, type Seen, type SeenFlow } from "./seen.ts";

const MOST_TOLD = 50;

/** What is wrong with a line of a policy: a sentence with file, line and column, the line, and a caret below the place. */
export class PolicyError extends Error {
  constructor(path: string, line: number, text: string, { problem, position }: FilterError) {
    const shown = harmless(text.replaceAll("\t", " ")),
      before = harmless(text.slice(0, position).replaceAll("\t", " "));
    const caret = `${" ".repeat(textCells(before))}^`;
    super(`${path}:${line}:${position + 1}: ${problem}\n  ${shown}\n  ${caret}`);
  }
}

/** A line of a policy. */
export interface Rule {
  /** FILE:LINE. */
  readonly place: string;
  readonly filter: Filter;
  readonly allows: Predicate;
}

/** The rules of a file; blank lines and comments are none. Throws a PolicyError. */
export function readPolicy(path: string, text: string): Rule[] {
  const rules: Rule[] = [];
  policyLines(text).forEach((line, i) => {
    try {
      const filter = parseFilter(line.slice(0, commentAt(line)));
      if (filter === null) return;
      rules.push({ place: `${path}:${i + 1}`, filter, allows: compileFilter(filter) });
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      throw new PolicyError(path, i + 1, line, error);
    }
  });
  return rules;
}

/** A text in quotes, or a character that begins no comment: one does a # that begins the line or stands behind a blank. */
const NO_COMMENT = /^(?:"(?:[^"\\]|\\.)*"|(?<!\S)[^#]|(?<=\S).)*/;

/** Where the line's comment begins; its length where there is none. */
export function commentAt(line: string): number {
  return NO_COMMENT.exec(line)![0].length;
}

export function policyLines(text: string): string[] {
  return text.replace(/^\ufeff/, "").split(/\r?\n/);
}

/** `inside`: flows that never leave this machine are judged too. */
export function judgeOf(rules: readonly Rule[], inside: boolean): Judge {
  return (sample: Sample, row: number) =>
    !inside && sample.flows.inside[row] === 1 || rules.some(({ allows }) => allows(sample, row));
}

/** What no rule allows: flows that are alike together. */
export interface Refused {
  /** "curl to example.org (192.0.2.1):443/tcp", harmless on a terminal. */
  readonly who: string;
  /** "2 flows by process 7, in 11 B, out 2 B". */
  readonly sums: string;
}

export interface Refusals {
  readonly told: readonly Refused[];
  /** Sentences about those that are not told one by one. */
  readonly more: readonly string[];
}

export function refusals({ flows, further, most }: Seen): Refusals {
  const groups = new Map<string, SeenFlow[]>();
  for (const flow of flows) {
    if (flow.allowed) continue;
    const key = peerText(flow), group = groups.get(key);
    if (group === undefined) groups.set(key, [flow]);
    else group.push(flow);
  }
  const all = [...groups].sort(([a], [b]) => a < b ? -1 : 1).map(([who, group]) => ({ who, sums: sums(group) }));
  const told = all.slice(0, MOST_TOLD), left = all.length - told.length, more: string[] = [];
  if (left > 0) more.push(`${left} more, of which only the first ${MOST_TOLD} are told`);
  if (further.notAllowed > 0) {
    more.push(`${further.notAllowed} of those flows that came after the first ${most}`);
  }
  return { told, more };
}

export function refusalSentences({ told, more }: Refusals): string[] {
  return [...told.map(({ who, sums }) => `${who}: ${sums}`), ...more].map((what) => `Not allowed: ${what}`);
}

function peerText(flow: SeenFlow): string {
  const { direction, name, remote, local, protocol } = flow,
    who = harmless(ownerText(flow, "a process that is not known"));
  const bare = remote.address.includes(":") ? `[${remote.address}]` : remote.address;
  const host = name === null ? bare : `${harmlessName(name)} (${remote.address})`;
  if (direction === "inbound") return `${who} from ${host} at its port ${local.port}/${protocol}`;
  return `${who} to ${host}:${remote.port}/${protocol}`;
}

function sums(flows: readonly SeenFlow[]): string {
  let rx: number | null = null, tx: number | null = null;
  for (const { rxBytes, txBytes } of flows) {
    rx = plus(rx, rxBytes);
    tx = plus(tx, txBytes);
  }
  const pids = new Set(flows.map(({ pid }) => pid)), [pid] = pids;
  const count = flows.length === 1 ? "1 flow" : `${flows.length} flows`;
  const by = pids.size > 1 ? ` by ${pids.size} processes` : pid === null ? "" : ` by process ${pid}`;
  return `${count}${by}, in ${bytesText(rx)}, out ${bytesText(tx)}`;
}
