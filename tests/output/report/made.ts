/** Reports made by hand. */
import type { Sample } from "../../../src/flow/sample.ts";
import { reportPage } from "../../../src/output/report/page.ts";
import { RateSeries } from "../../../src/output/report/rates.ts";
import type { RunFacts } from "../../../src/output/run_summary.ts";
import { type Judge, Seen } from "../../../src/output/seen.ts";
import { TrafficMap } from "../../../src/view/map.ts";
import { type FakeFlow, fakeSample, NOW_NS } from "../../view/fake_sample.ts";

/** A flow with when it began and was last seen, ms since the run began, and the name that was asked for. */
export interface MadeFlow extends FakeFlow {
  readonly began?: number;
  readonly last?: number;
  readonly name?: string;
  /** By src/wire/layout.ts. */
  readonly end?: number;
}

/** When made runs begin, ms since 1970. */
export const BEGAN_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const SECOND_NS = 1e9;

/** The sample of a second of the run, from 1 up. */
export function secondOf(second: number, flows: readonly MadeFlow[]): Sample {
  const answers = new Map<number, string>();
  const sample = fakeSample(flows, {
    number: second,
    wallMs: BEGAN_MS + second * 1000,
    timeNs: NOW_NS + second * SECOND_NS,
    answers,
  });
  flows.forEach(({ began, last, name, end = 0 }, row) => {
    sample.flows.openedNs[row] = began === undefined ? 0 : NOW_NS + began * 1e6;
    sample.flows.lastNs[row] = last === undefined ? 0 : NOW_NS + last * 1e6;
    sample.flows.end[row] = end;
    if (name === undefined) return;
    answers.set(row + 1, name);
    sample.flows.answer[row] = row + 1;
  });
  return sample;
}

/** The page of a run with these samples. */
export function madePage(
  samples: readonly Sample[],
  { judge = null, script = "", command = null, isCut = false }: {
    judge?: Judge | null;
    script?: string;
    command?: RunFacts | null;
    isCut?: boolean;
  } = {},
): Promise<string> {
  const all = ({ length }: Sample) => [...Array(length).keys()];
  const seen = new Seen(all, judge), rates = new RateSeries(), map = new TrafficMap("both");
  for (const sample of samples) {
    seen.add(sample);
    rates.add(sample, all(sample));
    map.add(sample, all(sample));
  }
  seen.isCut = isCut;
  const last = samples.at(-1)!;
  return reportPage({
    seen,
    points: rates.points,
    graph: map.graph(),
    sample: last,
    notes: [],
    command,
    fromMs: BEGAN_MS,
    toMs: last.wallMs,
    version: "0.0.1",
  }, script);
}

/** What a process or a name server may call itself; as the page shows it. */
export const HOSTILE = [
  "<script>top.evil=1</script>",
  '"><img src=x onerror="top.evil=1">',
  "</script><!--<script>top.evil=1",
  "' onfocus='top.evil=1' autofocus='",
  "&lt;b&gt;&#x3c;",
  "</style></title></textarea>",
  "${top.evil=1}`+[]{}",
  "javascript:top.evil=1",
] as const;
