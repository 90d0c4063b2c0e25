/** What the page's script gets: columns of numbers, and each text once. */
import { hasFailed, type SeenFlow } from "../seen.ts";
import { harmless } from "../../harmless.ts";
import { BY_URGENCY } from "../../view/limit.ts";
import { END_KINDS, endKind, endWords } from "./ends.ts";
import type { RatePoint } from "./rates.ts";
import { hostOf, peerText, processOf } from "./sums.ts";

/** Times are ms, `at` and `opened` since `fromMs`; texts are numbers in `texts`, which are harmless. */
export interface ReportData {
  readonly fromMs: number;
  readonly toMs: number;
  readonly texts: readonly string[];
  /** Bytes a second up to `at`, from the point before. */
  readonly rates: Readonly<Record<"at" | "rx" | "tx" | "insideRx" | "insideTx", readonly number[]>>;
  readonly connections: ConnectionColumns;
}

/** One number each. null: not known; of `opened`: before the run. */
export interface ConnectionColumns {
  readonly opened: (number | null)[];
  readonly lasted: number[];
  readonly process: number[];
  readonly pid: (number | null)[];
  readonly host: number[];
  readonly peer: number[];
  readonly remote: number[];
  readonly localPort: number[];
  readonly rx: (number | null)[];
  readonly tx: (number | null)[];
  /** In END_KINDS. */
  readonly kind: number[];
  readonly end: number[];
  /** The most urgent one, in BY_URGENCY; -1: none is known. */
  readonly limit: number[];
  /** Bits of Flag. */
  readonly flags: number[];
}

export const Flag = { inside: 1, failed: 2, notAllowed: 4 } as const;

/** More would make the page too large for a browser to open at once. */
export const MOST_CONNECTIONS = 131_072;

/** `judged`: a policy was asked. */
export function reportData(
  flows: readonly SeenFlow[],
  points: readonly RatePoint[],
  { fromMs, toMs, judged }: { readonly fromMs: number; readonly toMs: number; readonly judged: boolean },
): ReportData {
  const numbers = new Map<string, number>();
  const text = (text: string) => {
    let number = numbers.get(text);
    if (number === undefined) numbers.set(text, number = numbers.size);
    return number;
  };
  const c: ConnectionColumns = {
    opened: [],
    lasted: [],
    process: [],
    pid: [],
    host: [],
    peer: [],
    remote: [],
    localPort: [],
    rx: [],
    tx: [],
    kind: [],
    end: [],
    limit: [],
    flags: [],
  };
  for (const flow of flows) {
    const began = Math.max(fromMs, flow.openedMs ?? fromMs);
    c.opened.push(flow.openedMs === null || flow.openedMs < fromMs ? null : rounded(flow.openedMs - fromMs));
    c.lasted.push(rounded(Math.max(0, flow.lastMs - began)));
    c.process.push(text(processOf(flow)));
    c.pid.push(flow.pid);
    c.host.push(text(hostOf(flow)));
    c.peer.push(text(peerText(flow)));
    c.remote.push(text(flow.remote.address));
    c.localPort.push(flow.local.port);
    c.rx.push(flow.rxBytes);
    c.tx.push(flow.txBytes);
    c.kind.push(END_KINDS.findIndex(({ id }) => id === endKind(flow)));
    c.end.push(text(endWords(flow)));
    c.limit.push(BY_URGENCY.findIndex((name) => flow.limitedMs.has(name)));
    c.flags.push(flagsOf(flow, judged));
  }
  return { fromMs, toMs, texts: [...numbers.keys()].map(harmless), rates: ratesOf(points, fromMs), connections: c };
}

function flagsOf(flow: SeenFlow, judged: boolean): number {
  return (flow.inside ? Flag.inside : 0) | (hasFailed(flow) ? Flag.failed : 0) |
    (judged && !flow.allowed ? Flag.notAllowed : 0);
}

/** Microseconds are told of no connection that is drawn. */
const rounded = (ms: number) => Math.round(ms * 100) / 100;

function ratesOf(points: readonly RatePoint[], fromMs: number): ReportData["rates"] {
  const rate = (of: "rx" | "tx" | "insideRx" | "insideTx") =>
    points.map((point) => Math.round(point[of] * 1000 / Math.max(1, point.toMs - point.fromMs)));
  return {
    at: points.map(({ toMs }) => rounded(toMs - fromMs)),
    rx: rate("rx"),
    tx: rate("tx"),
    insideRx: rate("insideRx"),
    insideTx: rate("insideTx"),
  };
}
