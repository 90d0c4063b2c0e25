/** A filter as a test of one row. Nothing is looked up by name while rows are tested. */
import { columnById, type NumberColumn } from "../column.ts";
import * as flow from "../flow.ts";
import { hasFailed, hasOwner, isTcp } from "../../flow/row.ts";
import { harmless } from "../../harmless.ts";
import type { Filter, Operator } from "./ast.ts";
import { inRange, parseRange } from "./cidr.ts";
import { containerText, FIELDS, type Predicate } from "./fields.ts";

const userText = columnById("user")!.text;

export function compileFilter(filter: Filter): Predicate {
  switch (filter.kind) {
    case "any":
      return anywhere(filter.text);
    case "failed":
      return ({ flows }, row) => hasFailed(flows, row);
    case "field":
      return (filter.exact ? FIELDS.get(filter.field)!.exact! : FIELDS.get(filter.field)!.test)(
        filter.value,
      ) as Predicate;
    case "compare":
      return comparison(columnById(filter.column) as NumberColumn, filter.operator, filter.value);
    case "not": {
      const test = compileFilter(filter.term);
      return (sample, row) => !test(sample, row);
    }
    case "and": {
      const tests = filter.terms.map(compileFilter);
      return (sample, row) => tests.every((test) => test(sample, row));
    }
    case "or": {
      const tests = filter.terms.map(compileFilter);
      return (sample, row) => tests.some((test) => test(sample, row));
    }
  }
}

/** A figure that is not known passes no comparison. */
function comparison({ value: of }: NumberColumn, operator: Operator, wanted: number): Predicate {
  const holds = COMPARISONS[operator];
  return (sample, row) => {
    const value = of(sample, row);
    return value !== null && holds(value, wanted);
  };
}

/** By operator. */
export const COMPARISONS: Readonly<Record<Operator, (a: number, b: number) => boolean>> = {
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
  "!=": (a, b) => a !== b,
  "=": (a, b) => a === b,
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
};

const MOST_KEPT = 4096;

/** Whether a text holds `wanted`, remembered: processes, users and states are few, and flows many. */
function remembering(wanted: string): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    let answer = known.get(text);
    if (answer === undefined) {
      if (known.size >= MOST_KEPT) known.clear();
      known.set(text, answer = harmless(text).toLowerCase().includes(wanted));
    }
    return answer;
  };
}

/** Cheap texts first; addresses only where the word could be a part of one. */
function anywhere(text: string): Predicate {
  const wanted = harmless(text).toLowerCase(), number = /^\d+$/.test(text) ? Number(text) : -1;
  // A zone may be a word: fe80::1%eth0.
  const unzoned = wanted.replace(/(?<=:[0-9a-f]*)%[^\s/:%\]]{0,15}/, "");
  const isAddress = /^[0-9a-f:.]+$/.test(unzoned),
    isEndpoint = /^[0-9a-f:.\[\]*]*([.\]].*:|\*)\d*$|^\[[0-9a-f:.]*\]?$|^:\d+$/.test(unzoned);
  const holds = (text: string) => text.toLowerCase().includes(wanted);
  // An IPv6 address may be written in other ways than the screen does.
  const range = /[/:]/.test(text) ? parseRange(text) : null;
  const has = remembering(wanted), protocol = wanted === "tcp" || wanted === "udp" ? wanted : null;
  return (sample, row) => {
    const f = sample.flows;
    if (number >= 0 && (f.localPort[row] === number || f.remotePort[row] === number)) return true;
    if (number >= 0 && f.tgid[row] === number && hasOwner(f, row)) return true;
    if (protocol !== null && isTcp(f, row) === (protocol === "tcp")) return true;
    if (has(flow.processName(sample, row) ?? "-") || has(userText(sample, row)) || has(flow.stateName(f, row))) {
      return true;
    }
    if (has(containerText(sample, row)) || has(flow.remoteName(sample, row) ?? "")) return true;
    if (isAddress && (holds(flow.localAddress(sample, row)) || holds(flow.remoteAddress(sample, row)))) {
      return true;
    }
    if (isEndpoint && (holds(flow.localEndpoint(sample, row)) || holds(flow.remoteEndpoint(sample, row)))) {
      return true;
    }
    if (range === null) return false;
    return inRange(range, sample, row, "localAddress") || inRange(range, sample, row, "remoteAddress");
  };
}
