/** What is told of a whole run once it has ended, all from one account of what was seen. */
import type { Sample } from "../flow/sample.ts";
import type { Options } from "../options.ts";
import { Seen } from "../output/seen.ts";
import type { Identity } from "../system/identity.ts";
import { compileFilter } from "../view/filter/compile.ts";
import { chosenRows } from "../view/selection.ts";
import type { Output } from "./output.ts";

/** The account first, then those that tell of it: none, where nothing of the kind is asked for. Files are opened, and a failure thrown, at once.
 * `note`: what is not seen of a command; null: nothing is missed. */
export async function openSeenOutputs(options: Options, owner: Identity, note: string | null): Promise<Output[]> {
  const { filter, protocol, learn, allow, summary, report } = options, judged = learn !== null || allow.length > 0;
  const summed = options.command !== null && !isTold(options);
  if (!judged && !summed && summary === null && report === null) return [];
  const policy = judged ? await import("./policy_output.ts") : null;
  const choice = { filter: filter === null ? null : compileFilter(filter), protocol, listeners: false };
  const rules = policy?.rulesOf(options) ?? [];
  const seen = new Seen((sample) => chosenRows(sample, choice), policy?.policyOf(options, rules) ?? null);
  const outputs: Output[] = [{
    start: (sample: Sample) => seen.add(sample),
    sample: (sample: Sample) => seen.add(sample),
    failed: () => seen.isCut = true,
  }];
  if (policy !== null) outputs.push(await policy.PolicyOutput.open(options, owner, seen, rules));
  if (report !== null) {
    const { ReportOutput } = await import("./report_output.ts");
    outputs.push(await ReportOutput.open(report, options, owner, seen, note));
  }
  if (summed) outputs.push(new (await import("./summary_output.ts")).SummaryOutput(seen, note));
  if (summary !== null) {
    outputs.push(await (await import("./summary_file.ts")).SummaryFile.open(options, owner, seen, note));
  }
  return outputs;
}

/** Whether something else than the summary of a command is asked for. */
function isTold({ json, events, batch, csv, metrics, otlp }: Options): boolean {
  return json || events || batch || csv !== null || metrics !== null || otlp !== null;
}
