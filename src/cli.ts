/** argv to options, or a usage error. */
import { Argument, Command, CommanderError, Option } from "@commander-js/extra-typings";
import type { Option as CommandOption } from "@commander-js/extra-typings";
import { completionScript, SHELLS } from "./cli/completions.ts";
import { commandFacts } from "./cli/facts.ts";
import { collected, nameOf, repeatMistake, watchGiven } from "./cli/given.ts";
import { hostsOf } from "./cli/hosts.ts";
import { manPage } from "./cli/man.ts";
import { fileLines, FROM_FILE, isOverridden } from "./cli/options_file.ts";
import { optionsPage } from "./cli/options_page.ts";
import { SCHEMA_NAMES, schemaText } from "./cli/schemas.ts";
import { color, duration, keeping, listenAddress, processName, ringBytes, usage, whole } from "./cli/values.ts";
import { TcptopError } from "./errors.ts";
import type { CommandOptions, KillOptions, MapForm, Options, OptionsFile, OtlpOptions } from "./options.ts";
import { hasGroupField } from "./output/group_fields.ts";
import {
  type Column,
  columnById,
  COLUMNS,
  HISTORY,
  SCREEN_COLUMNS,
  screenColumnById,
  TOTAL_RATE,
} from "./view/column.ts";
import { type Condition, parseCondition } from "./view/condition.ts";
import { allOf, anyOf, type Filter, FilterError, someTerm } from "./view/filter/ast.ts";
import { asksForListeners, FIELDS } from "./view/filter/fields.ts";
import { parseFilter } from "./view/filter/parse.ts";
import { hostOf } from "./app/host_name.ts";
import { madeBy } from "./app/paths.ts";
import { type Grouping, GROUPINGS } from "./view/group_key.ts";
import { parseTime, type Time } from "./time.ts";
import { VERSION } from "./version.ts";

const MAP_FORMS: readonly MapForm[] = ["mermaid", "dot", "json"];

/** The options that may be given more than once. */
const REPEATABLE = new Set(["pid", "port", "process", "filter", "metricsHost", "allow", "when"]);

/** What argv asks for: to run, or only to say something. */
export type Invocation =
  | { readonly run: Options }
  | { readonly say: string }
  | { readonly doctor: { readonly json: boolean } };

/** `defaults` is asked for where they count, and not before. Throws a TcptopError with status `usage`. */
export function parseArguments(
  argv: readonly string[],
  defaults: () => OptionsFile | null = () => null,
): Invocation {
  const own = parsedArguments(argv);
  if (!("raw" in own)) return own;
  const alone = options(own.raw), file = own.raw.config ? defaults() : null;
  if (file === null) return { run: alone };
  const kept = linesOfFile(file).filter(({ option }) => !isOverridden(option.attributeName(), own.given));
  if (kept.length === 0) return { run: alone };
  const { path } = file;
  return { run: within(() => `with ${path}`, () => runOf([...kept.flatMap(({ argv }) => argv), ...argv])) };
}

/** The lines of a file of defaults, each of which holds by itself. */
function linesOfFile({ path, text }: OptionsFile) {
  const before = new Map<string, number>();
  return fileLines(text).map(({ number, argv }) =>
    within(() => `${path}:${number}`, () => {
      const found = argv[0].startsWith("-") ? parsedArguments(argv) : null;
      if (found === null) throw usage(`'${argv[0]}' is no option, which begins with -`);
      const [option, further] = "given" in found ? found.given : [];
      if (further !== undefined) throw usage(`one option a line, not ${nameOf(option)} and ${nameOf(further)}`);
      if (option === undefined || !FROM_FILE.has(option.attributeName())) {
        throw usage(`${option ? nameOf(option) : argv[0]} cannot come from a file, only from the command line`);
      }
      const attribute = option.attributeName(), first = before.get(attribute);
      if (first !== undefined && !REPEATABLE.has(attribute)) {
        throw usage(`${nameOf(option)} stands in line ${first} already, and only one can count`);
      }
      before.set(attribute, number);
      options((found as Parsed).raw);
      return { option, argv };
    })
  );
}

/** What is refused in there is told with the place. */
function within<T>(place: () => string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof TcptopError)) throw error;
    throw new TcptopError(`${place()}: ${error.message}`, error.status, { cause: error });
  }
}

function runOf(argv: readonly string[]): Options {
  const parsed = parsedArguments(argv);
  if (!("raw" in parsed)) throw new Error("options of a file change what is asked for");
  return options(parsed.raw);
}

interface Parsed {
  readonly raw: Raw;
  /** In the order of argv. */
  readonly given: readonly CommandOption[];
}

function parsedArguments(argv: readonly string[]): Parsed | Exclude<Invocation, { run: Options }> {
  const said: string[] = [];
  const doctor: { json: boolean }[] = [], runs: { asRoot: boolean }[] = [], kills: Kill[] = [];
  const dashes = argv.indexOf("--"), words = dashes < 0 ? null : argv.slice(dashes + 1);
  const command = definition();
  // First: commands take this over when they are made.
  command.exitOverride().configureOutput({ writeOut: (text) => said.push(text), writeErr: () => {} });
  addCommands(command, {
    say: (text) => said.push(text),
    doctor: (asked) => doctor.push(asked),
    run: (asked) => runs.push(asked),
    kill: (asked) => kills.push(asked),
  });
  const given = watchGiven(command);
  try {
    command.parse(argv.slice(0, words === null ? undefined : dashes), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { say: said.join("") };
    const [, word] = /^error: too many arguments for 'run'.* but got \d+: (.*)\.$/s.exec(error.message) ?? [];
    if (word !== undefined) throw usage(`'run' takes its command behind --: tcptop run -- ${word.replaceAll(",", "")}`);
    throw usage(error.message.replace(/^error: |\.$/g, "").replaceAll("\n", " "));
  }
  const mistake = repeatMistake(given, REPEATABLE);
  if (mistake !== null) throw usage(mistake);
  if (doctor.length > 0) {
    const unused = given.find((option) => option.attributeName() !== "json");
    if (unused !== undefined) throw usage(`doctor takes no ${nameOf(unused)}, only --json`);
    return { doctor: doctor[0] };
  }
  if (said.length > 0) return { say: said.join("") };
  const raw: Raw = command.opts();
  raw.watched = watched(runs[0], words);
  if (kills.length > 0) raw.kill = killed(kills[0], raw, given);
  if (raw.schema !== undefined) return { say: schema(String(raw.schema)) };
  return { raw, given };
}

interface Kill extends KillOptions {
  readonly filter: readonly string[];
}

/** Options that say which connections, or how they are found. */
const OF_KILL = new Set(
  [
    "filter",
    "pid",
    "port",
    "process",
    "tcp",
    "udp",
    "4",
    "6",
    "listen",
    "source",
    "resolve",
    "dnsWatch",
    "config",
    "json",
  ],
);

/** The filter goes where that of --filter does. */
function killed({ filter, dryRun, yes }: Kill, raw: Raw, given: readonly CommandOption[]): KillOptions {
  const unused = given.find((option) => !OF_KILL.has(option.attributeName()));
  if (unused !== undefined) throw usage(`'kill' takes no ${nameOf(unused)}`);
  const text = filter.join(" ");
  if (text.trim() === "") throw usage("'kill' takes a filter, not nothing: it would end every connection");
  raw.filter = [...raw.filter ?? [], text];
  return { dryRun, yes };
}

/** What `run` is to run. */
function watched(run: { asRoot: boolean } | undefined, words: readonly string[] | null): CommandOptions | undefined {
  if (run === undefined && words !== null) throw usage("a command behind -- is for 'run': tcptop run -- COMMAND");
  if (run === undefined) return undefined;
  if (words === null || words.length === 0) throw usage("'run' takes a command behind --: tcptop run -- npm test");
  if (words[0] === "") throw usage("'run' takes a command, not nothing");
  return { words, asRoot: run.asRoot };
}

function schema(name: string): string {
  const text = schemaText(name), last = SCHEMA_NAMES.at(-1);
  if (text !== null) return text;
  throw usage(`--schema knows ${SCHEMA_NAMES.slice(0, -1).join(", ")} and ${last}, not '${name}'`);
}

/** The source of man/tcptop.1. */
export function manText(): string {
  const columns = [...SCREEN_COLUMNS, TOTAL_RATE].map(({ id }) => id), filterFields = [...FIELDS.keys()];
  return manPage(facts(), { columns, filterFields, date: "November 23, 2026" });
}

/** The source of docs/options.md. */
export function optionsText(): string {
  const fromFile = definition().options.filter((option) => FROM_FILE.has(option.attributeName())).map(nameOf);
  return optionsPage(facts(), [...SCREEN_COLUMNS, TOTAL_RATE], fromFile);
}

function facts() {
  const command = definition(), columns = [...COLUMNS, TOTAL_RATE].map(({ id }) => id);
  addCommands(command, { say: () => {}, doctor: () => {}, run: () => {}, kill: () => {} });
  return commandFacts(command, {
    "--sort": columns,
    "--columns": [...columns, HISTORY.id],
    "--group": [...GROUPINGS, "none"],
    "--map": MAP_FORMS,
    "--otlp-logs": ["on", "off"],
    "--source": ["auto", "bpf", "netlink"],
    "--schema": SCHEMA_NAMES,
  });
}

/** What is asked for by a word instead of an option. */
function addCommands(
  command: Command,
  { say, doctor, run, kill }: {
    say: (text: string) => void;
    doctor: (asked: { json: boolean }) => void;
    run: (asked: { asRoot: boolean }) => void;
    kill: (asked: Kill) => void;
  },
): void {
  command.action(() => {});
  command.command("run")
    .description("run the command behind -- and watch it and all that it starts; ends with its status")
    .option("--as-root", "as root, not as the user behind sudo")
    .action(({ asRoot }) => run({ asRoot: asRoot === true }));
  command.command("kill")
    .description("end the connections that a filter matches, TCP and UDP, in every network namespace")
    .argument("<filter...>", "'user:ann and dport:443'")
    .option("--dry-run", "only say which")
    .option("--yes", "do not ask")
    .action((filter, { dryRun, yes }) => kill({ filter, dryRun: dryRun === true, yes: yes === true }));
  command.command("doctor")
    .description("what this machine offers, which source is used for TCP and UDP, and how to mend what is missing")
    .option("--json", "as a JSON document")
    .action((_, own) => doctor({ json: own.optsWithGlobals().json === true }));
  command.command("completions")
    .description("print completions for a shell")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .action((shell) => say(completionScript(shell, facts())));
}

function definition() {
  return new Command("tcptop")
    .usage(
      "[options]\n       tcptop run [options] [--as-root] -- COMMAND [ARG...]\n       tcptop kill FILTER [--dry-run] [--yes] [--json]\n       tcptop doctor [--json]\n       tcptop completions bash|zsh|fish",
    )
    .helpCommand(false)
    .description(
      "Shows every TCP connection and UDP flow on this machine, live: its process, exact bytes, rates, RTT and state.",
    )
    .addOption(new Option("-i, --interval <DUR>", "sampling interval: 500ms, 1s, 2 (seconds)").default("1s"))
    .addOption(new Option("-n, --count <N>", "stop after N samples"))
    .option("--once", "one sample, then exit")
    .option("-b, --batch", "text table samples on standard output")
    .option("--json", "with --once one JSON document; else one a line, each sample")
    .addOption(
      new Option(
        "--csv <FILE>",
        "append a row a flow, or group, and sample (-: standard output); it holds network metadata, keep it private",
      ),
    )
    .option("--events", "a line for each connection, or group, that opens or ends, as it happens, instead of samples")
    .addOption(
      new Option(
        "--map <FORM>",
        "who talks to whom, at the end: mermaid, dot or json; --group process|container: by that",
      ),
    )
    .addOption(new Option("-s, --sort <COLUMN[:asc|desc]>", "sort by this column").default("rate"))
    .addOption(new Option("-l, --limit <N>", "at most N rows in text (0: all; default 50); JSON has none unless given"))
    .addOption(new Option("-c, --columns <LIST>", "these columns, in this order: process,remote,rx/s"))
    .option("--bits", "rates in bit/s with decimal prefixes, on the screen and in text; JSON and CSV stay in bytes")
    .addOption(
      new Option("-f, --filter <EXPR>", "only what this matches: words, user:ann, port:443, 'rtt>50ms and not curl'")
        .argParser(collected),
    )
    .addOption(new Option("-g, --group <KEY>", `rows are groups: ${GROUPINGS.join(", ")} or none`).default("none"))
    .option("--since-start", "groups count what has ended too, since tcptop, or the recording, began")
    .addOption(new Option("-p, --pid <N>", "only sockets of this process; may be repeated").argParser(collected))
    .addOption(new Option("-P, --port <N>", "only this port, local or remote; may be repeated").argParser(collected))
    .addOption(
      new Option("--process <NAME>", "only processes whose name contains this; may be repeated").argParser(collected),
    )
    .option("--tcp", "only TCP")
    .option("--udp", "only UDP")
    .option("-4", "only IPv4")
    .option("-6", "only IPv6")
    .option("-L, --listen", "show listening sockets too")
    .option("--pairs", "both ends of a connection inside this machine as one row; the live screen's default")
    .option("--ends", "each end as a row of its own: the default everywhere else")
    .option("-r, --resolve", "show names instead of addresses: the live screen does unless told otherwise")
    .option("-N, --no-resolve", "ask no name server")
    .option("--no-dns-watch", "no names from the answers of name servers that processes get: such are not looked at")
    .addOption(new Option("--color <WHEN>", "auto, always or never; NO_COLOR counts for auto").default("auto"))
    .option("--no-mouse", "leave the mouse to the terminal, which selects text with it")
    .option("--no-config", "without the defaults in ~/.config/tcptop/options")
    .addOption(new Option("--source <NAME>", "where data comes from: auto, bpf or netlink").default("auto"))
    .addOption(new Option("--ring-size <SIZE>", "ring buffer: a power of two, such as 256K or 16M").default("8M"))
    .addOption(
      new Option("--udp-timeout <DUR>", "a UDP flow has expired this long after its last datagram").default("30s"),
    )
    .addOption(
      new Option(
        "--record <FILE>",
        "keep everything that is seen in a new file, for --replay (-: standard output); it holds network metadata",
      ),
    )
    .addOption(
      new Option(
        "--keep <HOW-MUCH>",
        "--record names a directory: files of an hour, of which the last 24h, 7d or 2GiB are kept",
      ),
    )
    .addOption(
      new Option("--history <DUR>", "how far back the live screen can be looked at: 10m, 90s (0: not at all)").default(
        "10m",
      ),
    )
    .addOption(
      new Option(
        "--metrics <ADDR:PORT>",
        "serve counters by process and container for Prometheus, at /metrics; :PORT is loopback",
      ),
    )
    .addOption(
      new Option(
        "--metrics-host <NAME>",
        "answer --metrics under this name too; on loopback only loopback's else, elsewhere any; may be repeated",
      ).argParser(collected),
    )
    .addOption(
      new Option(
        "--otlp [URL]",
        "send metrics, and a log record for each connection that ends, to OpenTelemetry; else to where OTEL_EXPORTER_OTLP_ENDPOINT says",
      ),
    )
    .addOption(new Option("--otlp-logs <WHETHER>", "with --otlp: on, or off for metrics alone").default("on"))
    .addOption(
      new Option("--networks <FILE>", "with --otlp and --metrics: names of networks, '10.0.0.0/8 office' a line"),
    )
    .addOption(new Option("--schema [NAME]", `print a JSON Schema: ${SCHEMA_NAMES.join(", ")}`).preset("sample"))
    .addOption(
      new Option(
        "--replay <FILE>",
        "play a recording, or a directory of them, instead of looking at this machine (-: standard input); needs no root",
      ),
    )
    .addOption(
      new Option(
        "--hosts <LIST>",
        "many hosts on one screen: a,b,c or @FILE, each by ssh, which runs sudo -n tcptop there; needs no root here",
      ),
    )
    .addOption(new Option("--from <TIME>", "with --replay, from then on: 12:03, 12:03:10, '2026-01-02 12:03'"))
    .addOption(new Option("--to <TIME>", "with --replay, up to then"))
    .addOption(new Option("--at <TIME>", "with --replay, that moment: the screen begins there and stands still"))
    .addOption(new Option("--learn <FILE>", "add what was seen to a file of filters, for --allow"))
    .addOption(
      new Option("--allow <FILE>", "end with status 10 if a flow matches none of its filters; may be repeated")
        .argParser(collected),
    )
    .option("--warn", "with --allow: tell of it, and end as otherwise")
    .option("--inside", "--learn and --allow take flows too that never leave this machine")
    .addOption(
      new Option(
        "--summary <FILE>",
        "append what was seen as Markdown, with a map, for a job in CI: $GITHUB_STEP_SUMMARY",
      ),
    )
    .addOption(
      new Option("--report <FILE>", "the whole run as one HTML page, written at its end; it holds network metadata"),
    )
    .addOption(
      new Option(
        "--when <CONDITION>",
        "tell when this begins to hold and ends to: 'rx/s>100MiB for 30s', 'new remote'; may be repeated",
      ).argParser(collected),
    )
    .option("--when-run <COMMAND>", "run this shell command each time, as the user behind sudo; facts in TCPTOP_…")
    .addOption(
      new Option("--when-exit [STATUS]", "end with this status (default 11) the first time that it holds").preset("11"),
    )
    .option("--known <FILE>", "what --when 'new …' has met in earlier runs, and this one")
    .option("--command", "command lines and parents of processes in JSON and CSV; they may hold secrets")
    .option("--allow-kill", "let the key K end connections: one thread keeps CAP_NET_ADMIN for it")
    .option("--keep-privileges", "stay root after loading")
    .helpOption("-h, --help", "show this")
    .version(`tcptop ${VERSION}\n${madeBy()}`, "-V, --version", "show the version")
    .addHelpText(
      "after",
      `\nColumns: ${[...SCREEN_COLUMNS, TOTAL_RATE].map(({ id }) => id).join(" ")}
A filter is words, which match anywhere; failed; ${[...FIELDS.keys()].map((id) => `${id}:`).join(" ")}; comparisons of
number columns, such as rx/s>1MiB or age<10s; and, or, not and parentheses. Quotes take away a character's meaning.
macOS needs no root, tells of connections once a second at most and misses shorter ones: see docs/macos.md.
Exit status: 0 done, 1 failed while running, 2 wrong usage, 3 not permitted, 4 this system cannot run it,
10 a flow that --allow does not let pass, 11 --when-exit; run: that of its command, 128 and the number of a signal.`,
    )
    .allowExcessArguments(false);
}

type Raw = ReturnType<ReturnType<typeof definition>["opts"]> & {
  watched?: CommandOptions | undefined;
  kill?: KillOptions | undefined;
};

function options(raw: Raw): Options {
  if (raw[4] && raw[6]) throw usage("-4 and -6 exclude each other; leave both out to see both");
  if (raw.source !== "auto" && raw.source !== "bpf" && raw.source !== "netlink") {
    throw usage(`--source takes auto, bpf or netlink, not '${raw.source}'`);
  }
  if (raw.pairs && raw.ends) {
    throw usage("--pairs and --ends exclude each other; leave both out for what suits the output");
  }
  if (raw.tcp && raw.udp) throw usage("--tcp and --udp exclude each other; leave both out to see both");
  refuseMixed(raw);
  const once = raw.once === true, filter = filters(raw);
  return {
    intervalMs: duration("--interval", raw.interval),
    count: once ? 1 : raw.count === undefined ? null : whole("--count", raw.count, 1, Number.MAX_SAFE_INTEGER),
    once,
    batch: raw.batch === true,
    json: raw.json === true,
    map: raw.map === undefined ? null : mapForm(raw),
    sort: sort(raw.sort),
    limit: raw.limit === undefined ? null : whole("--limit", raw.limit, 0, Number.MAX_SAFE_INTEGER),
    columns: raw.columns === undefined ? null : columns(raw),
    bits: raw.bits === true,
    filter,
    group: group(raw.group),
    sinceStart: raw.sinceStart === true,
    pairs: raw.pairs === true ? true : raw.ends === true ? false : null,
    resolve: raw.resolve ?? null,
    mouse: raw.mouse,
    color: color(raw.color),
    protocol: raw.tcp ? "tcp" : raw.udp ? "udp" : null,
    listeners: raw.listen === true || filter !== null && asksForListeners(filter),
    source: raw.source,
    ringBytes: ringBytes(raw.ringSize),
    events: raw.events === true,
    csv: raw.csv ?? null,
    record: raw.record ?? null,
    keep: raw.keep === undefined ? null : keeping(raw.keep),
    historyMs: /^0(ms|s|m)?$/.test(raw.history) ? 0 : duration("--history", raw.history),
    metrics: raw.metrics === undefined ? null : listenAddress(raw.metrics),
    metricsHosts: metricsHosts(raw),
    otlp: otlp(raw),
    networks: raw.networks ?? null,
    replay: raw.replay ?? null,
    hosts: hosts(raw),
    from: time(raw, "--from", raw.from) ?? time(raw, "--at", raw.at),
    to: time(raw, "--to", raw.to),
    at: raw.at !== undefined,
    watchDns: raw.dnsWatch !== false,
    learn: raw.learn ?? null,
    allow: raw.allow ?? [],
    warn: raw.warn === true,
    inside: raw.inside === true,
    summary: raw.summary ?? null,
    report: raw.report ?? null,
    when: conditions(raw),
    whenRun: raw.whenRun ?? null,
    whenExit: raw.whenExit === undefined ? null : whole("--when-exit", String(raw.whenExit), 0, 255),
    known: raw.known ?? null,
    allowKill: raw.allowKill === true,
    kill: raw.kill ?? null,
    commandLines: raw.command === true || wantsCommands(raw, filter),
    command: raw.watched ?? null,
    udpTimeoutMs: duration("--udp-timeout", raw.udpTimeout),
    keepPrivileges: raw.keepPrivileges === true,
  };
}

/** Whoever names the column or the field wants them. */
function wantsCommands(raw: Raw, filter: Filter | null): boolean {
  const isField = (term: Filter) => term.kind === "field" && term.field === "command";
  return raw.when?.some((text) => /\bcommand:/i.test(text)) ||
    raw.columns !== undefined && columns(raw).some(({ id }) => id === "command") ||
    filter !== null && someTerm(filter, isField);
}

function refuseMixed(raw: Raw): void {
  const refuse = (a: string, b: string, why: string) => usage(`${a} and ${b} exclude each other: ${why}`);
  const toStdout = raw.csv === "-";
  if (toStdout && raw.json) throw refuse("--csv -", "--json", "both write to standard output");
  if (toStdout && raw.batch) throw refuse("--csv -", "--batch", "both write to standard output");
  if (raw.events && raw.csv !== undefined) throw refuse("--events", "--csv", "CSV has samples; use --events --json");
  if (raw.events && raw.udp) throw usage("--events has TCP connections: a UDP flow neither opens nor ends");
  if (raw.events && raw.batch) throw refuse("--events", "--batch", "events come instead of samples");
  if (raw.events && raw.group !== "none" && raw.columns !== undefined) {
    throw refuse("--columns", "--group with --events", "the lines of groups have fields of their own");
  }
  if (raw.warn && raw.allow === undefined) throw usage("--warn is for --allow");
  if (raw.inside && raw.allow === undefined && raw.learn === undefined) {
    throw usage("--inside is for --allow and --learn");
  }
  const unnamed = (["learn", "allow", "summary", "report"] as const).find((name) => [raw[name]].flat().includes(""));
  if (unnamed !== undefined) throw usage(`--${unnamed} takes a file`);
  if (raw.networks !== undefined && raw.otlp === undefined && raw.metrics === undefined) {
    throw usage("--networks is for --otlp and --metrics");
  }
  const ofRun = (["once", "count", "replay"] as const).find((name) =>
    raw.watched !== undefined && raw[name] !== undefined
  );
  if (ofRun !== undefined) throw usage(`'run' takes no --${ofRun}: it goes on for as long as the command`);
  if (raw.record !== undefined && raw.replay !== undefined) {
    throw refuse("--record", "--replay", "copy the file instead");
  }
  if (raw.sinceStart && raw.group === "peer") {
    throw refuse("--since-start", "--group peer", "who was at the other end of what has ended is not kept");
  }
  if (raw.record === "-") refuseBesideRecording(raw);
  if (raw.allowKill && raw.replay !== undefined) {
    throw refuse("--allow-kill", "--replay", "a recording has nothing to end");
  }
  if (raw.keep !== undefined && raw.record === undefined) throw usage("--keep needs --record, with a directory");
  if (raw.at !== undefined && (raw.from !== undefined || raw.to !== undefined)) {
    throw refuse("--at", raw.from === undefined ? "--to" : "--from", "a moment has no length");
  }
}

/** What cannot be beside a recording on standard output. */
function refuseBesideRecording(raw: Raw): void {
  if (raw.keep !== undefined) throw usage("--keep needs --record with a directory, not with standard output");
  if (raw.watched !== undefined) {
    throw usage("'run' takes no --record -: standard output is the command's");
  }
  const other = toStdout(raw) ?? (raw.map === undefined ? null : "--map");
  if (other !== null) throw usage(`--record - and ${other} exclude each other: both write to standard output`);
}

/** The option beside --map and --record that has something written to standard output; null: none does. */
function toStdout(raw: Raw): string | null {
  const option = (["json", "batch", "events"] as const).find((name) => raw[name]);
  return option !== undefined ? `--${option}` : raw.csv === "-" ? "--csv -" : null;
}

/** In place of everything else that goes to standard output. */
function mapForm(raw: Raw): MapForm {
  const form = MAP_FORMS.find((form) => form === raw.map);
  if (form === undefined) {
    throw usage(`--map takes ${MAP_FORMS.slice(0, -1).join(", ")} or ${MAP_FORMS.at(-1)}, not '${raw.map}'`);
  }
  const other = toStdout(raw);
  if (other !== null) throw usage(`--map and ${other} exclude each other: both write to standard output`);
  if (raw.group !== "none" && raw.group !== "process" && raw.group !== "container") {
    throw usage(`--map goes by process or container, not by ${raw.group}`);
  }
  return form;
}

function time(raw: Raw, option: string, text: string | undefined): Time | null {
  if (text === undefined) return null;
  if (raw.replay === undefined) throw usage(`${option} needs --replay: the screen goes back in time by [ and {`);
  const parsed = parseTime(text, () => new Date());
  if (parsed !== null) return parsed;
  throw usage(`${option} takes a time such as 12:03, 12:03:10 or '2026-01-02 12:03', not '${text}'`);
}

/** A URL is looked at where the variables are, which say the rest. */
function otlp({ otlp: url, otlpLogs: logs }: Raw): OtlpOptions | null {
  if (logs !== "on" && logs !== "off") throw usage(`--otlp-logs takes on or off, not '${logs}'`);
  if (url === undefined && logs === "off") throw usage("--otlp-logs needs --otlp");
  return url === undefined ? null : { url: url === true ? null : url, logs: logs === "on" };
}

/** In the place of this machine. */
function hosts(raw: Raw): readonly string[] {
  if (raw.hosts === undefined) return [];
  const other = (["record", "replay"] as const).find((name) => raw[name] !== undefined);
  if (other !== undefined) {
    throw usage(`--hosts and --${other} exclude each other: each host may have a recording of its own`);
  }
  if (raw.watched !== undefined) throw usage("'run' watches a command of this machine: it takes no --hosts");
  if (raw.command) throw usage("--command reads from processes of this machine: it takes no --hosts");
  if (raw.allowKill) throw usage("--allow-kill ends connections of this machine: it takes no --hosts");
  if (raw.otlp !== undefined) throw usage("--otlp tells of one machine: run it on each host, without --hosts");
  if (raw.source !== "auto") throw usage("--source is for this machine: with --hosts each host chooses its own");
  try {
    return hostsOf(raw.hosts);
  } catch (error) {
    throw usage(`--hosts: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function metricsHosts({ metrics, metricsHost: names = [] }: Raw): readonly string[] {
  if (names.length > 0 && metrics === undefined) throw usage("--metrics-host needs --metrics");
  const wrong = names.find((name) => hostOf(name) === null);
  if (wrong !== undefined) throw usage(`--metrics-host takes a host name or address, not '${wrong}'`);
  return names;
}

/** --filter and the options that are short for one, all of which must hold. */
function filters(raw: Raw): Filter | null {
  const field = (field: string, value: string | number): Filter => ({ kind: "field", field, value: String(value) });
  const union = (name: string, values: readonly string[] = [], checked: (value: string) => string | number) =>
    anyOf([...new Set(values.map(checked))].map((value) => field(name, value)));
  const terms: (Filter | null)[] = [
    union("pid", raw.pid, (value) => whole("--pid", value, 0, 2 ** 22)),
    union("port", raw.port, (value) => whole("--port", value, 1, 65535)),
    union("process", raw.process, processName),
  ];
  if (raw[4]) terms.push(field("family", 4));
  if (raw[6]) terms.push(field("family", 6));
  for (const text of raw.filter ?? []) terms.push(parsedFilter(text));
  return allOf(terms.filter((term) => term !== null));
}

/** What --when asks for; what goes with it is checked too. */
function conditions(raw: Raw): Condition[] {
  const { when = [], whenRun, whenExit, known } = raw;
  const alone = ([["--when-run", whenRun], ["--when-exit", whenExit], ["--known", known]] as const)
    .find(([, value]) => value !== undefined);
  if (when.length === 0 && alone !== undefined) throw usage(`${alone[0]} needs --when`);
  if (when.length === 0) return [];
  if (whenRun === "") throw usage("--when-run takes a command, not nothing");
  if (known === "") throw usage("--known takes a file");
  if (whenExit !== undefined && raw.watched !== undefined) {
    throw usage("'run' takes no --when-exit: it goes on for as long as the command");
  }
  const other = ([
    ["--events", raw.events],
    ["--batch", raw.batch],
    ["--map", raw.map],
    ["--csv -", raw.csv === "-"],
    ["--record -", raw.record === "-"],
  ] as const).find(([, is]) => is)?.[0];
  if (other !== undefined) throw usage(`--when and ${other} exclude each other: both write to standard output`);
  const by = group(raw.group), list = when.map((text) => condition(text, by));
  if (known !== undefined && !list.some(({ of }) => of === "remote" || of === "process")) {
    throw usage("--known is for --when 'new remote' and 'new process'");
  }
  return list;
}

function condition(text: string, by: Grouping | null): Condition {
  try {
    return parseCondition(text, by);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw usage(`--when '${text}': ${error.message}`);
  }
}

function columns({ columns: text = "", csv, group: by }: Raw): Column[] {
  const named = text.split(",").map((id) => screenColumnById(id.trim()) ?? id);
  const unknown = named.find((column) => typeof column === "string");
  if (unknown !== undefined) throw usage(`--columns knows no column '${unknown}'`);
  const grouping = csv === undefined ? null : group(by), chosen = [...new Set(named as Column[])];
  if (chosen.every((column) => column === HISTORY)) throw usage("--columns takes another column beside history");
  const unfit = grouping && chosen.find((column) => column !== HISTORY && !hasGroupField(column, grouping));
  if (unfit) throw usage(`--csv with --group has no column '${unfit.id}', only the group and what adds up`);
  return chosen;
}

function parsedFilter(text: string): Filter | null {
  try {
    return parseFilter(text);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw usage(`--filter '${text}': ${error.message}`);
  }
}

function group(text: string): Grouping | null {
  if (text === "none") return null;
  const grouping = GROUPINGS.find((grouping) => grouping === text);
  if (grouping === undefined) throw usage(`--group takes ${GROUPINGS.join(", ")} or none, not '${text}'`);
  return grouping;
}

function sort(text: string): Options["sort"] {
  const [id, ...rest] = text.split(":"), order = rest.length > 0 ? rest.join(":") : undefined;
  const column = columnById(id);
  if (column === undefined) throw usage(`--sort knows no column '${id}'`);
  if (order !== undefined && order !== "asc" && order !== "desc") {
    throw usage(`--sort takes :asc or :desc behind the column, not ':${order}'`);
  }
  return { column, descending: order === undefined ? column.descending : order === "desc" };
}
