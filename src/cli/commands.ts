/** What is asked for by a word instead of an option. */
import { Argument, Command } from "@commander-js/extra-typings";
import type { Option as CommandOption } from "@commander-js/extra-typings";
import type { CommandOptions, KillOptions } from "../options.ts";
import { HISTORY, SCREEN_COLUMNS, TOTAL_RATE } from "../view/column.ts";
import { GROUPINGS } from "../view/group_key.ts";
import { completionScript, SHELLS } from "./completions.ts";
import { definition, MAP_FORMS, type Raw } from "./definition.ts";
import { commandFacts } from "./facts.ts";
import { nameOf } from "./given.ts";
import { SCHEMA_NAMES, schemaText } from "./schemas.ts";
import { usage } from "./values.ts";

export interface Kill extends KillOptions {
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
export function killed({ filter, dryRun, yes }: Kill, raw: Raw, given: readonly CommandOption[]): KillOptions {
  const unused = given.find((option) => !OF_KILL.has(option.attributeName()));
  if (unused !== undefined) throw usage(`'kill' takes no ${nameOf(unused)}`);
  const text = filter.join(" ");
  if (text.trim() === "") throw usage("'kill' takes a filter, not nothing: it would end every connection");
  raw.filter = [...raw.filter ?? [], text];
  return { dryRun, yes };
}

/** What `run` is to run. */
export function watched(
  run: { asRoot: boolean } | undefined,
  words: readonly string[] | null,
): CommandOptions | undefined {
  if (run === undefined) return undefined;
  if (words === null || words.length === 0) throw usage("'run' takes a command behind --: tcptop run -- npm test");
  if (words[0] === "") throw usage("'run' takes a command, not nothing");
  return { words, asRoot: run.asRoot };
}

export function schema(name: string): string {
  const text = schemaText(name), last = SCHEMA_NAMES.at(-1);
  if (text !== null) return text;
  throw usage(`--schema knows ${SCHEMA_NAMES.slice(0, -1).join(", ")} and ${last}, not '${name}'`);
}

/** What is asked for by a word instead of an option. */
export function addCommands(
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
    .usage("[options] -- COMMAND")
    .option("--as-root", "as root, not as the user behind sudo")
    .addHelpText("after", "\nAll options of tcptop --help may stand in front of -- too.")
    .action(({ asRoot }) => run({ asRoot: asRoot === true }));
  command.command("kill")
    .description("end the connections that a filter matches, TCP and UDP, in every network namespace")
    .argument("<filter...>", "'user:ann and dport:443'")
    .option("--dry-run", "only say which")
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      "\nOf tcptop --help: --json, and what says which connections and how they are\nfound: -p -P -f -L -4 -6 --process --tcp --udp --source -r -N --no-dns-watch.",
    )
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

export function facts() {
  const command = definition();
  const columns = [...SCREEN_COLUMNS, TOTAL_RATE].map(({ id }) => id);
  addCommands(command, { say: () => {}, doctor: () => {}, run: () => {}, kill: () => {} });
  return commandFacts(command, {
    "--sort": columns.filter((id) => id !== HISTORY.id),
    "--columns": columns,
    "--color": ["auto", "always", "never"],
    "--group": [...GROUPINGS, "none"],
    "--map": MAP_FORMS,
    "--otlp-logs": ["on", "off"],
    "--source": ["auto", "bpf", "netlink"],
    "--schema": SCHEMA_NAMES,
  }, (command, attribute) => command === "run" || command === "kill" && OF_KILL.has(attribute));
}
