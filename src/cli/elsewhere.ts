/** What comes from elsewhere, or goes there: hosts, recordings, maps, metrics. */
import { TcptopError } from "../errors.ts";
import { hostOf } from "../app/host_name.ts";
import type { MapForm, OtlpOptions } from "../options.ts";
import { parseTime, type Time } from "../time.ts";
import { MAP_FORMS, type Raw } from "./definition.ts";
import { hostsOf } from "./hosts.ts";
import { toStdout } from "./mixed.ts";
import { usage } from "./values.ts";

/** In place of everything else that goes to standard output. */
export function mapForm(raw: Raw): MapForm {
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

export function time(raw: Raw, option: string, text: string | undefined): Time | null {
  if (text === undefined) return null;
  if (raw.replay === undefined) throw usage(`${option} needs --replay: the screen goes back in time by [ and {`);
  const parsed = parseTime(text, () => new Date());
  if (parsed !== null) return parsed;
  throw usage(`${option} takes a time such as 12:03, 12:03:10 or '2026-01-02 12:03', not '${text}'`);
}

/** A URL is looked at where the variables are, which say the rest. */
export function otlp({ otlp: url, otlpLogs: logs }: Raw): OtlpOptions | null {
  if (logs !== "on" && logs !== "off") throw usage(`--otlp-logs takes on or off, not '${logs}'`);
  if (url === undefined && logs === "off") throw usage("--otlp-logs needs --otlp");
  return url === undefined ? null : { url: url === true ? null : url, logs: logs === "on" };
}

/** In the place of this machine. */
export function hosts(raw: Raw): readonly string[] {
  if (raw.hosts === undefined) return [];
  const other = (["record", "replay"] as const).find((name) => raw[name] !== undefined);
  if (other !== undefined) {
    throw usage(`--hosts and --${other} exclude each other: each host may have a recording of its own`);
  }
  if (raw.watched !== undefined) throw usage("'run' watches a command of this machine: it takes no --hosts");
  if (raw.command) throw usage("--command reads from processes of this machine: it takes no --hosts");
  if (raw.allowKill) throw usage("--allow-kill ends connections of this machine: it takes no --hosts");
  try {
    return hostsOf(raw.hosts);
  } catch (error) {
    if (error instanceof TcptopError) throw error;
    throw usage(`--hosts: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function metricsHosts({ metrics, metricsHost: names = [] }: Raw): readonly string[] {
  if (names.length > 0 && metrics === undefined) throw usage("--metrics-host needs --metrics");
  const wrong = names.find((name) => hostOf(name) === null);
  if (wrong !== undefined) throw usage(`--metrics-host takes a host name or address, not '${wrong}'`);
  return names;
}
