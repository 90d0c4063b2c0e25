/** From options to what is written where. */
import type { MapForm, Options } from "../options.ts";
import type { Sample } from "../flow/sample.ts";
import { flowCsv } from "../output/flow_csv.ts";
import { groupCsv } from "../output/group_csv.ts";
import { FlowTexts } from "../output/flow_texts.ts";
import { groupsDocument, jsonDocument } from "../output/json.ts";
import { writeError } from "../output/stderr.ts";
import { prepareStdout, writeJson, writeText } from "../output/stdout.ts";
import { groupTable, type TextLook, textTable } from "../output/text.ts";
import { OutputFile } from "../system/output_file.ts";
import type { Identity } from "../system/identity.ts";
import { COLUMNS, HISTORY, inUnits, toldColumns } from "../view/column.ts";
import { EndedFlows } from "../view/ended.ts";
import { withoutNames } from "../view/flow.ts";
import { compileFilter } from "../view/filter/compile.ts";
import { firstGroups, type Group } from "../view/group.ts";
import type { Grouping } from "../view/group_key.ts";
import type { Predicate } from "../view/filter/fields.ts";
import { chosenRows, selectRows } from "../view/selection.ts";
import { VERSION } from "../version.ts";
import { chosenFlows } from "./chosen_flows.ts";
import { ColumnAdvice } from "./column_advice.ts";
import { CsvOutput } from "./csv_output.ts";
import { outputFiles } from "./files.ts";
import { EventOutput } from "./event_output.ts";
import { FilterAdvice } from "./filter_advice.ts";
import { GroupEventOutput } from "./group_event_output.ts";
import { MapOutput } from "./map_output.ts";
import { MetricsOutput } from "./metrics_output.ts";
import { nowMs } from "./clock.ts";
import { NamedOutput } from "./named_output.ts";
import { namedNetworks } from "./networks.ts";
import type { Output } from "./output.ts";
import { removals } from "./record_folder.ts";
import type { Told } from "./when_output.ts";
import { Resolver } from "./resolver.ts";
import { reverseDns } from "./reverse_dns.ts";
import { wantsAll } from "./running.ts";
import { toStandardOutput } from "./standard_output.ts";
import { type Shown, toldBy } from "./told_names.ts";
import { isTypewriter, terminalSize } from "./tty.ts";
import { unusedOptions } from "./unused.ts";

const TEXT_ROWS = 50;
const HOME_AND_CLEAR = "\x1b[H\x1b[2J";

/** What the options ask for. A file is opened, and a failure thrown, at once. `owner` gets new files.
 * `screen` stands for text where there is one. `note`: what is not seen of a command; null: nothing is missed. */
export async function openOutputs(
  options: Options,
  stdoutIsTerminal: boolean,
  owner: Identity,
  screen: (Output & Told) | null,
  note: string | null = null,
): Promise<Output[]> {
  for (const sentence of unusedOptions(options, screen !== null, stdoutIsTerminal)) writeError(sentence);
  if (options.otlp === null) return await openOthers(options, stdoutIsTerminal, owner, screen, note);
  const otlp = (await import("./otlp/open.ts")).openOtlp(options, options.otlp);
  const others = await openOthers(options, stdoutIsTerminal, owner, screen, note);
  return [otlp, ...others.map((output) => otlp.beside(output))];
}

async function openOthers(
  asked: Options,
  stdoutIsTerminal: boolean,
  owner: Identity,
  screen: (Output & Told) | null,
  note: string | null,
): Promise<Output[]> {
  // The screen alone draws it.
  const options = { ...asked, columns: asked.columns?.filter((column) => column !== HISTORY) ?? null };
  const outputs: Output[] = screen === null ? [] : [screen];
  if (screen === null && options.keep !== null) outputs.push(removals());
  const past = options.sinceStart && options.group !== null ? new EndedFlows() : null;
  // Before those that group.
  if (past !== null) outputs.push({ start: (sample) => past.take(sample), sample: (sample) => past.take(sample) });
  const say = screen === null ? writeError : (sentence: string) => screen.say(sentence);
  for (const filter of [screen === null ? options.filter : null, ...options.when.map(({ filter }) => filter)]) {
    if (filter !== null) outputs.push(new FilterAdvice(filter, options.commandLines, options.events, say));
  }
  const told = toStandardOutput(options, stdoutIsTerminal), { csv, json } = options;
  const isSorted = screen !== null || csv !== null || told === "samples";
  const areShown = screen !== null || csv !== null || !json && (told === "samples" || told === "events");
  outputs.push(new ColumnAdvice(options, { areShown, isSorted }, say));
  const resolver = options.resolve === true ? new Resolver(reverseDns, nowMs, () => {}) : null;
  const named = (output: Output) => resolver === null ? output : new NamedOutput(output, resolver);
  // Before the files: where it cannot listen, no empty file is left.
  if (options.metrics !== null) {
    const { metrics: { hostname, port }, metricsHosts } = options;
    outputs.push(new MetricsOutput(hostname, port, metricsHosts, namedNetworks(options), chosenFlows(options)));
  }
  if (options.csv !== null) outputs.push(named(await csvOutput(options, owner, past)));
  if (wantsAll(options)) {
    outputs.push(...await (await import("./seen_outputs.ts")).openSeenOutputs(options, owner, note));
  }
  if (options.when.length > 0) {
    outputs.push(await (await import("./when_output.ts")).WhenOutput.open(options, owner, screen));
  }
  if (screen !== null) return outputs;
  if (told === "map") outputs.push(named(mapOutput(options, options.map!)));
  else if (told === "events") outputs.push(eventOutput(options));
  else if (told === "samples") outputs.push(named(sampleOutput(options, stdoutIsTerminal, past)));
  return outputs;
}

async function csvOutput(options: Options, owner: Identity, past: EndedFlows | null): Promise<Output> {
  const columns = options.columns?.map(({ id }) => id) ?? null, limit = options.limit ?? 0;
  const file = options.csv === "-" ? null : new OutputFile(options.csv!, owner, await outputFiles()),
    told = toldBy(options);
  if (options.group === null) return new CsvOutput(flowCsv(columns), file, selector(options, limit), told);
  return new CsvOutput(
    groupCsv(options.group, columns),
    file,
    grouper(options, options.group, limit, past, told),
    told,
  );
}

function mapOutput(options: Options, form: MapForm): Output {
  const choice = { ...options, filter: predicate(options) }, { group } = options;
  const by = group === "process" || group === "container" ? group : "both";
  return new MapOutput(form, by, options.limit, (sample) => chosenRows(sample, choice), toldBy(options));
}

function eventOutput(options: Options): Output {
  const say = (sentence: string) => writeError(sentence);
  const { json, columns, group, limit } = options, choice = { ...options, filter: predicate(options) };
  const choose = (sample: Sample) => chosenRows(sample, choice), told = toldBy(options);
  if (group !== null) return new GroupEventOutput(json, limit ?? 0, group, choose, say, told);
  return new EventOutput(json, columns && inUnits(columns, options.bits), limit ?? 0, choose, say, told);
}

function sampleOutput(options: Options, stdoutIsTerminal: boolean, past: EndedFlows | null): Output {
  if (options.json) {
    const document = options.group === null ? flowDocument(options) : groupDocument(options, options.group, past);
    return { start: prepareStdout, sample: (sample) => writeJson(document(sample)) };
  }
  const clear = stdoutIsTerminal && !isTypewriter() && !options.batch && !options.once ? HOME_AND_CLEAR : "";
  const render = options.group === null ? flowTable(options) : groupsTable(options, options.group, past);
  return { start: prepareStdout, sample: (sample) => writeText([render(sample)], clear) };
}

function flowDocument(options: Options): (sample: Sample) => Iterable<Uint8Array> {
  const select = selector(options, options.limit ?? 0);
  const texts = options.once ? null : new FlowTexts(), told = toldBy(options);
  return (sample) => jsonDocument(told(sample), select(sample), VERSION, texts);
}

function groupDocument(options: Options, by: Grouping, past: EndedFlows | null): (sample: Sample) => Iterable<string> {
  const told = toldBy(options), groups = grouper(options, by, options.limit ?? 0, past, told);
  return (sample) =>
    groupsDocument(
      noted(told(sample), past),
      groups(sample),
      by,
      VERSION,
      past === null ? null : past.of(sample).sinceMs,
    );
}

/** With what is to be said of what has ended. */
function noted(sample: Sample, past: EndedFlows | null): Sample {
  const notes = past?.notes() ?? [];
  return notes.length === 0
    ? sample
    : { ...sample, source: { ...sample.source, notes: [...sample.source.notes, ...notes] } };
}

function flowTable(options: Options): (sample: Sample) => string {
  const select = selector(options, options.limit ?? TEXT_ROWS);
  const shown = shownBy(options);
  return (sample) =>
    textTable(shown(sample), select(sample), options.columns ?? toldColumns(COLUMNS, sample.source), look(options));
}

/** Columns that were asked for are all there. */
function look({ columns, bits, sort }: Options): TextLook {
  const across = columns === null && Deno.stdout.isTerminal() ? terminalSize().columns : null;
  return { bits, across, sort: sort.column };
}

function groupsTable(options: Options, by: Grouping, past: EndedFlows | null): (sample: Sample) => string {
  const shown = shownBy(options), groups = grouper(options, by, options.limit ?? TEXT_ROWS, past, shown);
  return (sample) => {
    const columns = options.columns ?? toldColumns(COLUMNS, sample.source);
    return groupTable(noted(shown(sample), past), groups(sample), columns, by, look(options));
  };
}

/** Tables have addresses unless names are asked for; filters know both. */
function shownBy({ resolve }: Options): Shown {
  return resolve === true ? (sample) => sample : withoutNames;
}

/** The groups to show, in order; `limit`: of them, 0: all. */
function grouper(
  options: Options,
  by: Grouping,
  limit: number,
  past: EndedFlows | null,
  shown: Shown,
): (sample: Sample) => Group[] {
  const choice = { ...options, filter: predicate(options) };
  return (sample) => {
    const ended = past?.of(sample);
    const before = ended && {
      ended: { ...ended, sample: shown(ended.sample) },
      rows: chosenRows(ended.sample, choice),
    };
    return firstGroups(shown(sample), chosenRows(sample, choice), by, options.sort, before, limit).groups;
  };
}

function selector(options: Options, limit: number): (sample: Sample) => number[] {
  const selection = { ...options, filter: predicate(options), limit };
  return (sample) => selectRows(sample, selection);
}

function predicate({ filter }: Options): Predicate | null {
  return filter === null ? null : compileFilter(filter);
}
