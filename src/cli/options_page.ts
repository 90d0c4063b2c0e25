/** docs/options.md, made from the option definitions. */
import type { CommandFacts, OptionFacts } from "./facts.ts";
import { OPTION_DETAILS } from "./option_details.ts";

/** The part of a column that is told of here. */
export interface ColumnFacts {
  readonly id: string;
  readonly title: string;
  readonly unit?: string;
}

const escaped = (text: string) => text.replaceAll("|", "\\|");
const sentence = (text: string) => `${text[0].toUpperCase()}${text.slice(1)}.`;
const nameOf = ({ short, long }: OptionFacts) => (long ?? short)!;

const valueText = ({ value, optional }: OptionFacts) => value === null ? "" : optional ? ` [${value}]` : ` ${value}`;

function row(option: OptionFacts): string {
  const { short, long, description, usual } = option;
  const flags = [short, long].filter((flag) => flag !== null).join(", ");
  const said = [
    sentence(description),
    usual === null ? "" : `Default: \`${usual}\`.`,
    OPTION_DETAILS[nameOf(option)] ?? "",
  ];
  return `| \`${escaped(flags + valueText(option))}\` | ${escaped(said.filter(Boolean).join(" "))} |`;
}

/** `fromFile`: the options that a file of defaults may have. */
export function optionsPage(
  { options, commands }: CommandFacts,
  columns: readonly ColumnFacts[],
  fromFile: readonly string[],
): string {
  const unknown = Object.keys(OPTION_DETAILS).find((name) => !options.some((option) => nameOf(option) === name));
  if (unknown !== undefined) throw new Error(`no option is called ${unknown}`);
  const subcommands = commands.map(({ name, argument, words, description, options }) =>
    `| \`${
      escaped([name, ...options.map(({ long }) => `[${long}]`), words.join("|") || argument].filter(Boolean).join(" "))
    }\` | ${escaped(sentence(description))} |`
  );
  const titles = columns.map(({ id, title, unit }) => `| \`${id}\` | ${title} | ${unit === undefined ? "" : unit} |`);
  return `<!-- Generated from src/cli.ts by scripts/generate-man.ts. -->
# Options

\`tcptop --help\` is the same list in short; \`man -l man/tcptop.1\` the same as a manual page. An option that may not be repeated is refused when it is
given twice. One that changes nothing in a run, as \`--bits\` beside \`--json\`, is told on standard error, and the run goes on.

| Option | Meaning |
|---|---|
${options.map(row).join("\n")}

## Commands

| Command | Does |
|---|---|
${subcommands.join("\n")}

Completions are made from the same definitions:

    source <(tcptop completions bash)       # or zsh
    tcptop completions fish | source

## Defaults

\`$XDG_CONFIG_HOME/tcptop/options\`, as a rule \`~/.config/tcptop/options\`, has options that hold unless the command line says otherwise: one a line, as
on the command line, with comments behind \`#\`.

    --bits                      # as links are sold
    --interval 2s
    --columns process,remote,rx/s,tx/s,rtt
    --filter 'not process:sshd'

The file is that of the user behind sudo, else of who runs tcptop. It is read if that user owns it and nobody else may write it, and not through a
symbolic link; another user's is left out, with a sentence. An option on the command line takes the place of the same one in the file, \`--udp\` that of \`--tcp\`;
what else contradicts the command line, or is of no use to its command, is left out: \`--udp\` beside \`--events\`, \`--bits\` beside \`kill\`, columns that the
groups do not have. \`--no-config\` leaves out the file, as scripts should. What is wrong in it is told with the line, and nothing is run.

These can stand there: ${
    [...fromFile].sort().map((name) => `\`${name}\``).join(" ")
  }. Those that write a file, listen, keep rights or make another
kind of run cannot: where sudo lets a user run tcptop with given options, the file must not add to them.

## Columns

For \`--sort\` and \`--columns\`. \`history\` is for the live screen alone: other outputs leave it out, and nothing is sorted by it. Those with a unit can be [compared in a filter](filters.md#number-columns).

| Name | Title | Unit |
|---|---|---|
${titles.join("\n")}
`;
}
