/** The options and what --help says of them. */
import { Command, Option } from "@commander-js/extra-typings";
import type { CommandOptions, KillOptions, MapForm } from "../options.ts";
import { SCREEN_COLUMNS, TOTAL_RATE } from "../view/column.ts";
import { FIELDS } from "../view/filter/fields.ts";
import { GROUPINGS } from "../view/group_key.ts";
import { collected } from "./given.ts";
import { SCHEMA_NAMES } from "./schemas.ts";
import { versionText } from "./version_text.ts";

export const MAP_FORMS: readonly MapForm[] = ["mermaid", "dot", "json"];

export function definition() {
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
    .addOption(
      new Option(
        "--color <WHEN>",
        "colours of the live screen: auto, always or never; auto has none where NO_COLOR is set or the terminal has none",
      ).default("auto"),
    )
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
    .version(versionText(), "-V, --version", "show the version")
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

export type Raw = ReturnType<ReturnType<typeof definition>["opts"]> & {
  watched?: CommandOptions | undefined;
  kill?: KillOptions | undefined;
};
