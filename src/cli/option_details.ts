/** What docs/options.md says of an option beyond its line in --help. */
export const OPTION_DETAILS: Readonly<Record<string, string>> = {
  "--interval": "At least 100ms.",
  "--count": "`--events` stops after N intervals.",
  "--csv": "With the fields of the JSON document, flattened; on a terminal the table is shown too. " +
    "[Files](json.md#files) says who can read it.",
  "--events": "With `--json` a document each. See [events](json.md#events).",
  "--sort": "`rate` is both directions together. A column has a usual order of its own: figures descend, words ascend.",
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
  "--keep": "See [a flight recorder](json.md#a-flight-recorder).",
  "--history":
    "At most 64 MiB: where that is not enough, the oldest thin out. See [back in time](screen.md#back-in-time).",
  "--from": "A time of day is the first such one of the recording; `yesterday 14:00` works too.",
  "--to": "As `--from`.",
  "--at": "As `--from`; without the screen the only sample is that of the moment.",
  "--replay": "The same output, at its own speed on the screen and as fast as possible elsewhere.",
  "--summary": "See [a summary](run.md#a-summary).",
  "--keep-privileges": "Without it tcptop becomes the user behind sudo (else nobody), with no capabilities.",
};
