/** The man page, made from the option definitions. */
import type { CommandFacts, OptionFacts } from "./facts.ts";

/** What the page says beyond options and commands. */
export interface ManTexts {
  readonly columns: readonly string[];
  readonly filterFields: readonly string[];
  readonly date: string;
}

const EXIT: readonly (readonly [status: number, meaning: string])[] = [
  [0, "Done; also after SIGINT, SIGTERM, SIGHUP, or when the reader of a pipe has gone."],
  [1, "Failed while running: a full disk, a damaged recording."],
  [2, "Wrong usage."],
  [3, "Not permitted: run it with sudo."],
  [4, "This system cannot run it; the message says what is missing and since which kernel it is there."],
  [10, "With --allow: a flow that the policy does not let pass, whatever the status of a command."],
  [11, "With --when-exit, unless it names another: a condition held."],
];

const EXAMPLES: readonly (readonly [what: string, command: string])[] = [
  ["The live table:", "sudo tcptop"],
  [
    "What curl has received so far:",
    `sudo tcptop --once --json | jq '.flows[] | select(.process == "curl") | .rx_bytes'`,
  ],
  ["Every connection to port 443, as it opens and ends:", "sudo tcptop --events --port 443"],
  ["A minute of samples for a spreadsheet:", "sudo tcptop --count 60 --csv minute.csv"],
  [
    "Record, and look at it later on another machine:",
    "sudo tcptop --record night.tcptop\ntcptop --replay night.tcptop",
  ],
];

/** Text in mdoc(7), in which a dot at the start of a line and a backslash have a meaning. */
const roff = (text: string) => text.replaceAll("\\", "\\e").replace(/^(?=[.'])/gm, "\\&").replaceAll("-", "\\-");
/** Each sentence on lines of its own, as mdoc wants it: it sets the space between sentences. */
const prose = (...sentences: string[]) => sentences.map((sentence) => roff(filled(sentence))).join("\n");

/** Broken into lines that mandoc does not find too long, with room for escapes. */
function filled(text: string): string {
  return text.replace(/(.{1,70})(?: |$)/g, "$1\n").trimEnd();
}

function item({ short, long, value, optional, description, usual }: OptionFacts): string {
  const flags = [short?.slice(1), long?.slice(1)].filter((flag) => flag !== undefined);
  const argument = value === null ? "" : ` ${optional ? "Op " : ""}Ar ${roff(value).replaceAll("[:", "[\\&:")}`;
  const heads = flags.map((flag) => `Fl ${flag.replaceAll("-", "\\-")}`).join(" , ");
  const sentence = `${description[0].toUpperCase()}${description.slice(1)}.`;
  return `.It ${heads}${argument}\n${prose(sentence, ...(usual === null ? [] : [`The default is ${usual}.`]))}`;
}

export function manPage({ options, commands }: CommandFacts, { columns, filterFields, date }: ManTexts): string {
  const subcommands = commands.map(({ name, argument, words, description, options }) => {
    const values = words.length > 0 ? ` Cm ${words.join(" | ")}` : argument === null ? "" : ` Ar ${roff(argument)}`;
    const own = options.map(({ long }) => ` Op Fl ${roff(long!.slice(1))}`).join("");
    return { line: `${name}${own}${values}`, description: `${description[0].toUpperCase()}${description.slice(1)}.` };
  });
  return `.\\" Generated from src/cli.ts by scripts/generate-man.ts.
.Dd ${date}
.Dt TCPTOP 1
.Os
.Sh NAME
.Nm tcptop
.Nd every TCP connection and UDP flow, live, with its process and exact bytes
.Sh SYNOPSIS
.Nm
.Op Ar options
${subcommands.map(({ line }) => `.Nm\n.Cm ${line}`).join("\n")}
.Sh DESCRIPTION
.Nm
${
    prose(
      "shows the connections of all processes and network namespaces with process, bytes, rates, round-trip time, retransmits and state.",
      "The kernel keeps an exact count of bytes in every socket, and that count is what is shown.",
      "On a terminal the table is live; elsewhere samples are written as text, JSON or CSV.",
      "What could not be seen is counted and shown; what is not known is a dash, or null in JSON.",
    )
  }
.Bl -tag -width Ds
${options.map(item).join("\n")}
.El
.Pp
The commands are:
.Bl -tag -width Ds
${subcommands.map(({ line, description }) => `.It Cm ${line}\n${prose(description)}`).join("\n")}
.El
.Ss Columns
${prose("These can be sorted by and chosen; history, of the live screen alone, only chosen:")}
${prose(`${columns.join(", ")}.`)}
.Ss Filters
${
    prose(
      "A filter is made of words, which match anywhere, of fields, of comparisons of number columns, and of and, or, not and parentheses.",
      "Quotes take away a character's meaning.",
    )
  }
The fields are:
${prose(`${filterFields.map((field) => `${field}:`).join(", ")}; failed.`)}
.Ss Files
${
    prose(
      "Files that --csv, --record, --learn, --known, --summary and --report make can be read by their owner alone, who is the user behind sudo, and are never written through a symbolic link.",
      "They hold network metadata: who talked to whom, when and how much.",
      "An existing CSV file is appended to if it has the same header.",
    )
  }
.Pp
${
    prose(
      "Options in ~/.config/tcptop/options (or below XDG_CONFIG_HOME) hold unless the command line says otherwise: one a line, with comments behind #.",
      "The file is that of the user behind sudo, who must own it, and nobody else may write it.",
      "Options that write files, listen, keep rights or make another kind of run cannot stand there.",
    )
  }
.Sh ENVIRONMENT
.Bl -tag -width Ds
.It Ev NO_COLOR
${prose("If set and not empty, nothing is coloured, unless --color always asks for it.")}
.It Ev TERM
${
    prose(
      "If dumb, empty or not set, a terminal gets samples as text, one below the other, instead of the live table.",
      "One without colours, such as vt220, gets none.",
    )
  }
.It Ev COLUMNS , LINES
${
    prose(
      "How large a terminal is that does not know it itself, as a serial console; 80 by 24 where they are not set either.",
    )
  }
.It Ev XDG_CONFIG_HOME
${prose("Where the file of options is looked for, below tcptop, instead of in ~/.config.")}
.It Ev DOCKER_HOST , CONTAINER_HOST
${prose("A unix:// socket of Docker's, and of Podman's, that is asked for containers' names before the usual ones.")}
.It Ev OTEL_EXPORTER_OTLP_ENDPOINT , ...
${prose("With --otlp: variables of OpenTelemetry, of which docs/opentelemetry.md has a list.")}
.It Ev TCPTOP_DEBUG
${prose("If 1, an error is followed by its technical part.")}
.El
.Sh EXIT STATUS
.Bl -tag -width Ds
${EXIT.map(([status, meaning]) => `.It ${status}\n${prose(meaning)}`).join("\n")}
.El
.Pp
${
    prose(
      "The command run ends with the status of its command: 126 where that could not be run, 127 where it was not found, 128 and the number of the signal that ended it.",
    )
  }
.Sh EXAMPLES
${
    EXAMPLES.map(([what, command]) => `${prose(what)}\n.Bd -literal -offset indent\n${roff(command)}\n.Ed`).join(
      "\n.Pp\n",
    )
  }
`;
}
