import type { Options } from "../options.ts";
import { counted } from "../view/units.ts";
import { wantsAll } from "./running.ts";
import { toStandardOutput } from "./standard_output.ts";

/** Where what is seen goes to. */
interface Places {
  readonly screen: boolean;
  /** A table or documents, sample by sample, or rows of CSV. */
  readonly samples: boolean;
  /** The samples are tables. */
  readonly table: boolean;
  readonly conditions: boolean;
  readonly events: boolean;
  readonly map: boolean;
  /** All that is told of what a run saw as a whole. */
  readonly seen: boolean;
  readonly sent: boolean;
}

/** Why an option has no effect; null: it may have one. */
type Why = (options: Options, to: Places) => string | null;

const unless = (used: boolean, why: string) => used ? null : why;

const goesAnywhere = (to: Places) => Object.values(to).includes(true);

const ofScreen: Why = (_, { screen }) => unless(screen, "it is for the live screen");

/** What is recorded is what can be replayed, whatever is to be seen of it. */
const ofChoice: Why = (_, to) => unless(goesAnywhere(to), "a recording has everything that is seen");

/** By the option's name. One that asks for what is done anyway, such as `--ends`, is not wrong. */
const WHY: Readonly<Record<string, Why>> = {
  "--interval": ({ replay }) => unless(replay === null, "a recording has its own"),
  "--count": ({ once, at }, { screen }) => unless(!once && (screen || !at), `--${once ? "once" : "at"} is one sample`),
  "--sort": (_, { screen, samples }) => unless(screen || samples, "it is for tables, JSON and CSV of samples"),
  "--limit": (_, { screen, samples, events, map }) =>
    unless(screen || samples || events || map, "it is for tables, JSON, CSV, events and maps"),
  "--columns": columns,
  "--bits": bits,
  "--filter": ofChoice,
  "--pid": ofChoice,
  "--port": ofChoice,
  "--process": ofChoice,
  "--tcp": ofChoice,
  "--udp": ofChoice,
  "-4": ofChoice,
  "-6": ofChoice,
  "--group": group,
  "--since-start": (options, { screen, samples }) =>
    unless(screen || samples && options.group !== null, "it is for groups in tables, JSON and CSV"),
  "--listen": (_, { screen, samples, conditions, events }) =>
    unless(screen || samples || conditions || events, "listening sockets are in tables, JSON, CSV and events"),
  "--pairs": (options, { screen, samples }) =>
    unless(screen || samples && options.group === null, "it is for rows of flows, and each end counts"),
  "--resolve": (_, to) => unless(goesAnywhere(to), "a recording has addresses"),
  "--color": (options, to) => options.color === "always" ? ofScreen(options, to) : null,
  "--no-mouse": ofScreen,
  "--allow-kill": ofScreen,
  "--history": (options, to) => options.historyMs > 0 ? ofScreen(options, to) : null,
  "--ring-size": ({ source }) => unless(source !== "netlink", "--source netlink has no ring buffer"),
  "--udp-timeout": ({ source }) => unless(source !== "netlink", "--source netlink sees no datagrams"),
  "--otlp-logs": ({ otlp }) => unless(otlp !== null, "it is for --otlp"),
  "--command": command,
  "--metrics": ({ count, replay }, { screen }) =>
    unless(screen || replay === null, "a replay without the screen is over before anybody asks") ??
      unless(screen || count !== 1, "who asks has no time: tcptop ends with its one sample"),
  "--when": when,
};

/** A sentence about each option of the command line that changes nothing in this run. `screen`: there is one. */
export function unusedOptions(options: Options, screen: boolean, stdoutIsTerminal: boolean): string[] {
  const to = placesOf(options, screen, stdoutIsTerminal);
  return options.given.flatMap((name) => {
    const why = Object.hasOwn(WHY, name) ? WHY[name](options, to) : null;
    return why === null ? [] : [`${name} has no effect here: ${why}`];
  });
}

function placesOf(options: Options, screen: boolean, stdoutIsTerminal: boolean): Places {
  const told = screen ? null : toStandardOutput(options, stdoutIsTerminal),
    { json, csv, when, metrics, otlp } = options;
  return {
    screen,
    samples: told === "samples" || csv !== null,
    table: told === "samples" && !json,
    conditions: when.length > 0,
    events: told === "events",
    map: told === "map",
    seen: wantsAll(options),
    sent: metrics !== null || otlp !== null,
  };
}

function columns(options: Options, { screen, table, events }: Places): string | null {
  // This one asks for what JSON has else not.
  if (options.commandLines && !options.given.includes("--command") && options.json) return null;
  const lines = events && !options.json;
  return unless(screen || table || options.csv !== null || lines, "it is for tables, CSV and lines of --events");
}

function bits({ json, columns }: Options, { screen, table, events }: Places): string | null {
  const lines = events && !json && columns?.some(({ unit }) => unit === "bytes/s");
  return unless(screen || table || lines === true, "it is for tables; JSON and CSV stay in bytes");
}

/** Of a recording the interval is not known. */
function when({ when, count, intervalMs, replay }: Options): string | null {
  if (count === null || replay !== null) return null;
  const late = when.find(({ forNs }) => forNs > count * intervalMs * 1e6);
  if (late === undefined) return null;
  return `'${late.text}' takes longer than ${counted(count, "[sample|samples]")} of ${intervalMs / 1e3} s`;
}

function group({ group, report }: Options, { screen, samples, conditions, events, map }: Places): string | null {
  const used = screen || samples || conditions || events || map;
  const ofReport = report !== null && (group === "process" || group === "container");
  return unless(used || ofReport || group === null, "it is for tables, JSON, CSV, events, maps and conditions");
}

function command(options: Options, { screen, table, samples, events, conditions }: Places): string | null {
  const { replay, json, whenRun, columns, group } = options, flows = samples && group === null;
  // A document says by null that it is not known.
  if (json && flows || conditions && (json || whenRun !== null)) return null;
  if (replay !== null) return "a recording has no command lines";
  const lines = events && !json && columns?.some(({ id }) => id === "command");
  return unless(screen || table || flows || lines === true, "it is for tables, JSON and CSV of flows");
}
