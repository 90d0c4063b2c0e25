/** The same metrics as Prometheus scrapes them, under the names that it gives to what comes by OTLP. */
import { harmless } from "../../harmless.ts";
import type { Attributes } from "./attribute_set.ts";
import type { Metric, Point } from "./instrument.ts";

const UNITS: Readonly<Record<string, string>> = { By: "_bytes", s: "_seconds" };
const TYPES = { counter: "counter", updown: "gauge", histogram: "histogram" } as const;

/** `open`: as OpenMetrics 1.0, which names the family of a counter without _total, else as the text format 0.0.4. Histograms are explicit ones. */
export function prometheusText(metrics: readonly Metric[], open: boolean): string {
  return metrics.map((metric) => familyText(metric, open)).join("");
}

function familyText({ name, unit, description, kind, points }: Metric, open: boolean): string {
  const base = word(name) + (UNITS[unit] ?? ""), sample = kind === "counter" ? `${base}_total` : base;
  const family = open ? base : sample;
  const head = `# HELP ${family} ${description}\n# TYPE ${family} ${TYPES[kind]}\n`;
  return head + points.map((point) => pointText(sample, point)).join("");
}

function pointText(name: string, { attributes, value }: Point): string {
  if (typeof value === "number") return `${name}${labelsText(attributes)} ${value}\n`;
  const { bounds, counts } = value.explicit!;
  let below = 0;
  const buckets = counts.map((count, i) => {
    below += count;
    const le = i === bounds.length ? "+Inf" : String(bounds[i]);
    return `${name}_bucket${labelsText({ ...attributes, le })} ${below}\n`;
  });
  const labels = labelsText(attributes);
  return `${buckets.join("")}${name}_sum${labels} ${value.sum}\n${name}_count${labels} ${value.count}\n`;
}

/** OpenTelemetry's names have dots. */
function word(name: string): string {
  return name.replace(/[^\w:]/g, "_");
}

export function labelsText(labels: Attributes): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const text = harmless(String(value)).replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
    return `${word(name)}="${text}"`;
  });
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
