/** argv to options, or a usage error. */
import { CommanderError } from "@commander-js/extra-typings";
import type { Option as CommandOption } from "@commander-js/extra-typings";
import { addCommands, facts, type Kill, killed, schema, watched } from "./cli/commands.ts";
import { definition, type Raw } from "./cli/definition.ts";
import { nameOf, repeatMistake, watchGiven, watchingMistake, watchSwallowed } from "./cli/given.ts";
import { manPage } from "./cli/man.ts";
import { misuse } from "./cli/misuse.ts";
import { options } from "./cli/options.ts";
import { fileLines, type FileOption, FROM_FILE, isOverridden, withoutContradictions } from "./cli/options_file.ts";
import { optionsPage } from "./cli/options_page.ts";
import { usage } from "./cli/values.ts";
import { TcptopError } from "./errors.ts";
import type { Options, OptionsFile } from "./options.ts";
import { SCREEN_COLUMNS, TOTAL_RATE } from "./view/column.ts";
import { FIELDS } from "./view/filter/fields.ts";

/** The options that may be given more than once. */
const REPEATABLE = new Set(["pid", "port", "process", "filter", "metricsHost", "allow", "when"]);

/** What argv asks for: to run, or only to say something. */
export type Invocation =
  | { readonly run: Options }
  | {
    readonly say: string;
    /** Sentences about options that change nothing of it. */
    readonly unused: readonly string[];
  }
  | { readonly doctor: { readonly json: boolean } };

/** `defaults` is asked for where they count, and not before. Throws a TcptopError with status `usage`. */
export function parseArguments(
  argv: readonly string[],
  defaults: () => OptionsFile | null = () => null,
): Invocation {
  const own = parsedArguments(argv);
  if (!("raw" in own)) return own;
  const given = [...new Set(own.given.map(nameOf))],
    alone = { ...options(own.raw), given },
    file = own.raw.config ? defaults() : null;
  if (file === null) return { run: alone };
  const kept = linesOfFile(file).filter(({ option }) => !isOverridden(option.attributeName(), own.given));
  // Lines that contradict each other are wrong whatever the command line says.
  within(() => `with ${file.path}`, () => runOf(argvOf(kept)));
  const used = withoutContradictions(kept, (lines) => !isRefused([...argvOf(lines), ...argv]));
  return { run: used.length === 0 ? alone : { ...runOf([...argvOf(used), ...argv]), given } };
}

function argvOf(lines: readonly FileOption[]): string[] {
  return lines.flatMap(({ argv }) => argv);
}

function isRefused(argv: readonly string[]): boolean {
  try {
    runOf(argv);
    return false;
  } catch (error) {
    if (!(error instanceof TcptopError)) throw error;
    return true;
  }
}

/** The lines of a file of defaults, each of which holds by itself. */
function linesOfFile({ path, text }: OptionsFile): FileOption[] {
  const before = new Map<string, { readonly name: string; readonly number: number }>();
  return fileLines(text).map(({ number, argv }) =>
    within(() => `${path}:${number}`, () => {
      if (argv[1]?.startsWith("'")) throw usage("a quote (') is not closed");
      const found = argv[0].startsWith("-") ? parsedArguments(argv) : null;
      if (found === null) throw usage(`'${argv[0]}' is no option, which begins with -`);
      const [option, further] = "given" in found ? found.given : [];
      if (further !== undefined) throw usage(`one option a line, not ${nameOf(option)} and ${nameOf(further)}`);
      if (option === undefined || !FROM_FILE.has(option.attributeName())) {
        throw usage(`${option ? nameOf(option) : argv[0]} cannot come from a file, only from the command line`);
      }
      const attribute = option.attributeName(), first = before.get(attribute);
      if (first !== undefined && !REPEATABLE.has(attribute)) {
        throw usage(`${first.name} stands in line ${first.number} already, and only one can count`);
      }
      before.set(attribute, { name: nameOf(option), number });
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

function runOf(argv: readonly string[]): Omit<Options, "given"> {
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
  const given = watchGiven(command), swallowed = watchSwallowed(command);
  try {
    command.parse(argv.slice(0, words === null ? undefined : dashes), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { say: said.join(""), unused: [] };
    throw usage(misuse(error.message));
  }
  const mistake = swallowed[0] ?? repeatMistake(given, REPEATABLE);
  if (mistake !== null) throw usage(mistake);
  if (words !== null && runs.length === 0) throw usage("a command behind -- is for 'run': tcptop run -- COMMAND");
  if (doctor.length > 0) {
    const unused = given.find((option) => option.attributeName() !== "json");
    if (unused !== undefined) throw usage(`doctor takes no ${nameOf(unused)}, only --json`);
    return { doctor: doctor[0] };
  }
  if (said.length > 0) return { say: said.join(""), unused: unusedBeside("completions", given) };
  const raw: Raw = command.opts();
  const unused = watchingMistake(given, raw);
  if (unused !== null) throw usage(unused);
  raw.watched = watched(runs[0], words);
  if (kills.length > 0) raw.kill = killed(kills[0], raw, given);
  if (raw.schema !== undefined && raw.watched !== undefined) {
    throw usage("'run' takes no --schema: nothing would be run");
  }
  if (raw.schema !== undefined) return { say: schema(String(raw.schema)), unused: unusedBeside("--schema", given) };
  return { raw, given };
}

/** `printed`: what is asked for, in place of a run. */
function unusedBeside(printed: string, given: readonly CommandOption[]): string[] {
  const names = given.map(nameOf).filter((name) => name !== printed && name !== "--no-config");
  return names.map((name) => `${name} has no effect here: ${printed} prints, and nothing is watched`);
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
