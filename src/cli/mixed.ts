/** Options that exclude each other, or that have no effect beside others. */
import type { Raw } from "./definition.ts";
import { usage } from "./values.ts";

/** Options that name a file. */
const OF_FILES = ["csv", "record", "replay", "networks", "learn", "allow", "summary", "report", "known"] as const;

/** Of these, those that are written, each as a whole of its own. */
const WRITTEN: ReadonlySet<string> = new Set(["csv", "record", "learn", "summary", "report", "known"]);

/** Of these, those for which - is standard output or standard input. */
const OF_STREAMS: ReadonlySet<string> = new Set(["csv", "record", "replay"]);

export function refuseMixed(raw: Raw): void {
  const refuse = (a: string, b: string, why: string) => usage(`${a} and ${b} exclude each other: ${why}`);
  const csvToStdout = raw.csv === "-";
  if (csvToStdout && raw.json) throw refuse("--csv -", "--json", "both write to standard output");
  if (raw.json && raw.batch) throw refuse("--json", "--batch", "both write to standard output");
  if (csvToStdout && raw.batch) throw refuse("--csv -", "--batch", "both write to standard output");
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
  const unnamed = OF_FILES.find((name) => [raw[name]].flat().includes(""));
  if (unnamed !== undefined) throw usage(`--${unnamed} takes a file`);
  for (const name of OF_FILES) refuseOption(name, [raw[name]].flat());
  const dash = OF_FILES.find((name) => !OF_STREAMS.has(name) && [raw[name]].flat().includes("-"));
  if (dash !== undefined) throw usage(`--${dash} takes a file; ./- would be one of the name -`);
  refuseSameFile(raw);
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
  // On the screen a key makes groups.
  if (raw.sinceStart && raw.group === "none" && (toStdout(raw) !== null || raw.once)) {
    throw usage("--since-start is for groups: it takes --group");
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

/** One would write over what the other has written, or reads. A policy may go by what it adds to; devices take anything. */
function refuseSameFile(raw: Raw): void {
  const options = new Map<string, string>();
  for (const name of OF_FILES) {
    for (const file of [raw[name]].flat()) {
      if (file === undefined || file === "-" || file.startsWith("/dev/")) continue;
      const path = file.replace(/^(?:\.\/+)+|(?<=\/)(?:\.?\/)+/g, ""), other = options.get(path);
      options.set(path, name);
      if (other === undefined || other === name || other === "learn" && name === "allow") continue;
      if (WRITTEN.has(name) || WRITTEN.has(other)) throw usage(`--${other} and --${name} name the same file, ${file}`);
    }
  }
}

/** The next option, where a file was forgotten. */
function refuseOption(name: string, files: readonly (string | undefined)[]): void {
  const option = files.find((file) => file !== undefined && /^-./.test(file));
  if (option !== undefined) throw usage(`--${name} takes a file, not ${option}; ./${option} would be one of that name`);
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
export function toStdout(raw: Raw): string | null {
  const option = (["json", "batch", "events"] as const).find((name) => raw[name]);
  return option !== undefined ? `--${option}` : raw.csv === "-" ? "--csv -" : null;
}
