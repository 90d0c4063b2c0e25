/** What argv has, checked, as options. */
import type { Options } from "../options.ts";
import { asksForListeners } from "../view/filter/fields.ts";
import { conditions } from "./conditions.ts";
import type { Raw } from "./definition.ts";
import { hosts, mapForm, metricsHosts, otlp, time } from "./elsewhere.ts";
import { refuseMixed } from "./mixed.ts";
import { columns, filters, group, sort, wantsCommands } from "./rows.ts";
import { color, duration, keeping, listenAddress, ringBytes, usage, whole } from "./values.ts";

/** All but which of them are the command line's own. */
export function options(raw: Raw): Omit<Options, "given"> {
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
  const count = raw.count === undefined ? null : whole("--count", raw.count, 1, Number.MAX_SAFE_INTEGER);
  return {
    intervalMs: duration("--interval", raw.interval),
    count: once ? 1 : count,
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
    listenersOfFilter: raw.listen !== true && filter !== null && asksForListeners(filter),
    source: raw.source,
    ringBytes: ringBytes(raw.ringSize),
    events: raw.events === true,
    csv: raw.csv ?? null,
    record: raw.record ?? null,
    keep: raw.keep === undefined ? null : keeping(raw.keep),
    historyMs: /^0(ms|s|m|h)?$/.test(raw.history) ? 0 : duration("--history", raw.history),
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
