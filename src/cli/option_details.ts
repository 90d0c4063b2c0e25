/** What docs/options.md says of an option beyond its line in --help. */
export const OPTION_DETAILS: Readonly<Record<string, string>> = {
  "--interval": "At least 100ms.",
  "--count": "`--events` stops after N intervals.",
  "--limit": "The same on the screen, and of each sample in CSV; of `--events` the first N lines of all.",
  "--csv": "With the fields of the JSON document, flattened; on a terminal the table is shown too. " +
    "[Files](json.md#files) says who can read it.",
  "--events": "With `--json` a document each. See [events](json.md#events).",
  "--sort":
    "`rate` is both directions together. A column has a usual order of its own: figures descend, words ascend, endpoints of one host by port.",
  "--columns": "Of tables, CSV and lines of `--events`; JSON always has every field. " +
    "CSV of groups takes those that add up; lines about groups take none.",
  "--filter": "[The filter language](filters.md). Two filters must both hold.",
  "--group": "In tables, JSON, CSV and `--events`. See [groups](json.md#groups).",
  "--since-start":
    "The sums of a group then are those of its flows and of all that ended before. See [groups](json.md#groups).",
  "--pid": "Short for `pid:N`; several mean a union.",
  "--port": "Short for `port:N`; several mean a union.",
  "--process": "Short for `process:NAME`; several mean a union.",
  "-4": "Short for `family:4`.",
  "-6": "Short for `family:6`.",
  "--resolve": "The live screen never waits for a name; elsewhere a sample waits 0.7 s at most.",
  "--pairs": "The row is the client's, with its view of the rates; groups, events and metrics count each end.",
  "--no-mouse": "The key `m` does the same.",
  "--no-config": "See [defaults](#defaults).",
  "--map": "See [maps](json.md#maps).",
  "--report": "Of `run`, of any run that ends, and of `--replay`. See [a report](run.md#a-report).",
  "--no-dns-watch": "See [names](names.md).",
  "--source": "`netlink` needs no eBPF and no root: see [what it needs](needs.md).",
  "--metrics": "See [metrics](json.md#metrics).",
  "--record": "See [recordings](json.md#recordings).",
  "--otlp": "OTLP over HTTP; [what is sent, and which variables count](opentelemetry.md).",
  "--networks": "See [networks](opentelemetry.md#networks).",
  "--hosts": "See [many hosts](hosts.md).",
  "--keep": "See [a flight recorder](json.md#a-flight-recorder).",
  "--history":
    "At most 64 MiB: where that is not enough, the oldest thin out. See [back in time](screen.md#back-in-time).",
  "--from":
    "A time of day is the first such one of the recording; `yesterday 14:00` works too, and a time as JSON has it, `2026-01-02T12:03:10.123Z`. Events go by their own time; what was there, or was lost, before the part is in no summary, policy, report or condition of it.",
  "--to": "As `--from`.",
  "--at":
    "As `--from`; without the screen the only sample is that of the moment, the first one from then on, and events are those from then up to it.",
  "--replay": "The same output, at its own speed on the screen and as fast as possible elsewhere.",
  "--summary": "See [a summary](run.md#a-summary).",
  "--when": "See [conditions](when.md).",
  "--when-run": "One at a time, at most once a second. See [conditions](when.md#a-command).",
  "--when-exit": "Nothing is shown but the line of the condition. See [conditions](when.md#waiting-for-something).",
  "--known": "It is made if it is not there, and what is new is added. See [conditions](when.md#what-is-new).",
  "--command":
    "The column `command` and the filter `command:` ask for the same. Read once for each process; null where it had gone.",
  "--allow-kill": "See [ending a connection](screen.md#ending-a-connection).",
  "--keep-privileges": "Without it tcptop becomes the user behind sudo (else nobody), with no capabilities.",
};
