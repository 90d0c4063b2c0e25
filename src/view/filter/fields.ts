/** The fields that NAME:VALUE can ask for: how a value is checked, and what it tests. */
import type { Sample } from "../../flow/sample.ts";
import * as flow from "../flow.ts";
import { END_WAYS, endOf } from "../../flow/end.ts";
import { hostState } from "../../flow/host.ts";
import { LIMIT_NAMES } from "../../flow/limit.ts";
import { hasOwner, isTcp, limitedBy } from "../../flow/row.ts";
import { dropsOf, isReason } from "../drops.ts";
import { columnById } from "../column.ts";
import { harmless } from "../../harmless.ts";
import { peerText } from "../pairs.ts";
import { type Filter, someTerm } from "./ast.ts";
import { inRange, isMistaken, parseRange } from "./cidr.ts";
import type { FIELD_NAMES } from "./field_names.ts";

export type Predicate = (sample: Sample, row: number) => boolean;

/** Answers that are remembered: there are few different texts, and many flows. */
const MOST_KEPT = 4096;

interface Field {
  /** One line for the help, with an example value. */
  readonly about: string;
  readonly example: string;
  /** A test for the value, or a sentence that says what is wrong with it. */
  readonly test: (value: string) => Predicate | string;
  /** The same for NAME=VALUE, which wants the whole of it. */
  readonly exact?: (value: string) => Predicate | string;
}

type Text = (sample: Sample, row: number) => string;

/** Texts are as they are shown, and what is looked for is made so: a control character may be written as itself. */
function contains(text: Text): Field["test"] {
  return (value) => {
    const wanted = harmless(value).toLowerCase();
    return (sample, row) => text(sample, row).toLowerCase().includes(wanted);
  };
}

function oneOf(tests: Readonly<Record<string, Predicate>>): Field["test"] {
  const byName = new Map(Object.entries(tests));
  return (value) => byName.get(value.toLowerCase()) ?? `'${value}' is none of ${[...byName.keys()].join(", ")}`;
}

type Ports = (f: Sample["flows"], row: number) => readonly number[];

/** 443 or 8000-8999. */
function port(of: Ports): Field["test"] {
  return (value) => {
    const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(value) ?? [];
    const low = Number(first), high = Number(last ?? first);
    if (!(low <= high && high <= 65535)) return `'${value}' is neither a port nor a range such as 8000-8999`;
    return ({ flows }, row) => of(flows, row).some((port) => port >= low && port <= high);
  };
}

type Side = "localAddress" | "remoteAddress";

/** An address or a CIDR range; other text is looked for in what the screen shows. */
function address(side: Side, text: Text): Field["test"] {
  return (value) => {
    const range = parseRange(value);
    if (range !== null) return (sample, row) => inRange(range, sample, row, side);
    if (/^[0-9a-f:]+%/i.test(value)) {
      return `'${value}' is no address on a link such as fe80::2%eth0, with the name or number that ip link shows`;
    }
    return value.includes("/") || isMistaken(value)
      ? `'${value}' is no address range such as 10.0.0.0/8`
      : contains(text)(value);
  };
}

/** The kernel cuts a name to 15 bytes: both that and the whole name are the process's. */
function isProcess(value: string): Predicate {
  return (sample, row) => {
    const name = flow.processName(sample, row) || "-";
    return name === value || name.length > value.length && flow.commName(sample, row) === value;
  };
}

/** Whether remote=VALUE wants a name: what is like an address, or a range, is taken for one. */
export function isNameOfRemote(value: string): boolean {
  return parseRange(value) === null && !/[/%]/.test(value) && !isMistaken(value);
}

/** An address or a range, or the name that its process asked for or that /etc/hosts has: not one from reverse DNS, which is the peer's choice. */
function isRemote(value: string): Predicate | string {
  if (!isNameOfRemote(value)) return address("remoteAddress", remoteText)(value);
  const wanted = value.toLowerCase();
  return (sample, row) => flow.askedName(sample, row)?.toLowerCase() === wanted;
}

/** The peer by address and by name, whichever of the two the screen shows. */
function remoteText(sample: Sample, row: number): string {
  return `${flow.remoteEndpoint(sample, row)} ${harmless(flow.remoteName(sample, row) ?? "")}`;
}

const UDP_STATES = ["ACTIVE", "IDLE", "EXPIRED"] as const;
const STATES: readonly string[] = [...flow.TCP_STATES.slice(1), ...UDP_STATES].filter((name) => name !== "TIME_WAIT");

const NO_ROWS =
  "connections in TIME_WAIT belong to no process and have no row; their number is in JSON's totals, time_wait";

function state(value: string): Predicate | string {
  const wanted = value.toUpperCase().replaceAll("-", "_");
  if (wanted.length > 1 && "TIME_WAIT".startsWith(wanted)) return NO_ROWS;
  if (!STATES.some((name) => name.startsWith(wanted))) return `'${value}' is none of ${STATES.join(", ")}`;
  const text = columnText("state");
  return (sample, row) => text(sample, row).startsWith(wanted);
}

/** Whether the filter names listening sockets, which are hidden unless asked for: their state, also as a word, or what they alone have. */
export function asksForListeners(filter: Filter): boolean {
  return someTerm(
    filter,
    (term) =>
      term.kind === "any" && term.text.toLowerCase() === "listen" ||
      term.kind === "field" && term.field === "state" && "LISTEN".startsWith(term.value.toUpperCase()) ||
      term.kind === "compare" && term.column === "overflows",
  );
}

/** A word of docs/why.md, or how it begins; spaces and hyphens are as good as its underscore. */
function limited(value: string): Predicate | string {
  const wanted = value.toLowerCase().replaceAll(/[- ]/g, "_"), names = LIMIT_NAMES.filter((name) => name !== null);
  if (wanted === "" || !names.some((name) => name.startsWith(wanted))) {
    return `'${value}' is none of ${names.join(", ")}`;
  }
  return ({ flows }, row) => limitedBy(flows, row)?.startsWith(wanted) ?? false;
}

/** A way to end, or how that begins, or who ended it. */
function end(value: string): Predicate | string {
  const wanted = value.toLowerCase().replaceAll(/[- ]/g, "_");
  const ways = ["local", "peer", "kernel", ...END_WAYS];
  if (wanted === "" || !ways.some((way) => way.startsWith(wanted))) return `'${value}' is none of ${ways.join(", ")}`;
  return ({ flows }, row) => {
    const found = endOf(flows, row);
    return found !== null && (found.by.startsWith(wanted) || (found.how?.startsWith(wanted) ?? false));
  };
}

/** The process and, as far as they are known, all whose ancestor it is or was. */
function tree(value: string): Predicate | string {
  const own = pid(value);
  if (typeof own === "string") return own;
  const known = new Map<string, boolean>(), wanted = String(Number(value));
  return (sample, row) => {
    if (own(sample, row)) return true;
    const text = flow.ancestors(sample, row);
    if (text === null) return false;
    let answer = known.get(text);
    if (answer === undefined) {
      if (known.size >= MOST_KEPT) known.clear();
      known.set(text, answer = flow.ancestorPids(text).includes(wanted));
    }
    return answer;
  };
}

/** A cgroup and all below it, by its path in the hierarchy of version 2 or where that is mounted. */
function cgroup(value: string): Predicate | string {
  const path = value.replace(/^\/sys\/fs\/cgroup(?:\/unified)?(?=\/|$)/, "").replace(/\/+$/, "");
  if (!value.startsWith("/")) return `'${value}' is no path of a cgroup, such as /system.slice`;
  return (sample, row) => {
    const own = flow.cgroupPath(sample, row);
    return own !== null && (own === path || own.startsWith(`${path}/`));
  };
}

/** A reason for which this machine dropped packets: its kernel's name for it, or the words that stand for that. */
function drop(value: string): Predicate | string {
  const wanted = value.toLowerCase().replaceAll(/[- ]/g, "_").replace(/^skb_drop_reason_/, "");
  if (!/^\w+$/.test(wanted)) return `'${value}' is no reason such as netfilter, qdisc or socket_rcvbuff`;
  return (sample, row) => dropsOf(sample, row)?.some(({ reason }) => isReason(reason, wanted)) ?? false;
}

function pid(value: string): Predicate | string {
  const wanted = /^\d+$/.test(value) ? Number(value) : NaN;
  if (!(wanted <= 2 ** 32)) return `'${value}' is no process id`;
  return ({ flows: f }, row) => f.tgid[row] === wanted && hasOwner(f, row);
}

function columnText(id: string): Text {
  return columnById(id)!.text;
}

/** Id, runtime and name of the row's container; empty for none. */
export function containerText(sample: Sample, row: number): string {
  const container = flow.container(sample, row);
  return container === null ? "" : harmless(`${container.runtime} ${container.name ?? ""} ${container.id}`);
}

const ofFamily = (family: number): Predicate => ({ flows }, row) => flows.family[row] === family;
const ofDirection = (name: string): Predicate => ({ flows }, row) => flow.directionName(flows, row) === name;
const inbound = ofDirection("inbound"), outbound = ofDirection("outbound");

const DEFINITIONS: Readonly<Record<typeof FIELD_NAMES[number], Field>> = {
  process: { about: "name of the process", example: "curl", test: contains(columnText("process")), exact: isProcess },
  pid: { about: "process id", example: "1234", test: pid },
  user: { about: "login name or user id", example: "ann", test: contains(columnText("user")) },
  tree: { about: "process id: it and all its children", example: "1234", test: tree },
  port: {
    about: "either port, or a range",
    example: "8000-8999",
    test: port((f, r) => [f.localPort[r], f.remotePort[r]]),
  },
  sport: { about: "local port", example: "22", test: port((f, r) => [f.localPort[r]]) },
  dport: { about: "remote port", example: "443", test: port((f, r) => [f.remotePort[r]]) },
  local: {
    about: "local address, or a range of them",
    example: "10.0.0.0/8",
    test: address("localAddress", flow.localEndpoint),
  },
  remote: {
    about: "remote address, a range, or a part of its name",
    example: "2001:db8::/32",
    test: address("remoteAddress", remoteText),
    exact: isRemote,
  },
  state: { about: "state, or how it begins", example: "estab", test: state },
  proto: {
    about: "tcp or udp",
    example: "udp",
    test: oneOf({ tcp: ({ flows }, r) => isTcp(flows, r), udp: ({ flows }, r) => !isTcp(flows, r) }),
  },
  family: { about: "4 or 6", example: "6", test: oneOf({ "4": ofFamily(4), "6": ofFamily(6) }) },
  direction: { about: "in or out", example: "in", test: oneOf({ in: inbound, out: outbound, inbound, outbound }) },
  host: {
    about: "one of --hosts, or a part of its name",
    example: "db1",
    test: contains(columnText("host")),
    exact: (value) => (sample, row) => hostState(sample, row)?.name === value,
  },
  container: { about: "name, id or runtime of the container", example: "web", test: contains(containerText) },
  peer: { about: "process or container at the other end", example: "redis", test: contains(peerText) },
  cgroup: { about: "path of a cgroup: it and all below", example: "/system.slice", test: cgroup },
  end: { about: "how it ended, or who ended it", example: "reset", test: end },
  drop: { about: "why this machine dropped packets of it", example: "netfilter", test: drop },
  limited: { about: "what it waits for", example: "reader", test: limited },
  command: {
    about: "a part of its command line, with --command",
    example: '"--port 80"',
    test: contains(columnText("command")),
  },
  exe: {
    about: "file name of its executable",
    example: "python3",
    test: contains(columnText("exe")),
    exact: (value) => (sample, row) => flow.executable(sample, row) === value,
  },
};

/** By name. A Map: a user's word such as `constructor` is no field, though every object has something of that name. */
export const FIELDS: ReadonlyMap<string, Field> = new Map(Object.entries(DEFINITIONS));
