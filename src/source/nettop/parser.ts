/** The grammar of nettop's CSV log (`nettop -n -x -L 0`), a line at a time. */
import { type Endpoint, parseEndpoint } from "./endpoint.ts";

/** Which column is where: nettop has an order of its own, and versions differ. */
export interface Header {
  readonly kind: "header";
  readonly count: number;
  /** Of the column without a name, which holds the process or the connection. */
  readonly label: number;
  readonly at: ReadonlyMap<string, number>;
}

export interface ProcessRow {
  readonly kind: "process";
  /** Cut by nettop at 15 characters. */
  readonly name: string;
  readonly pid: number;
}

/** What the text that names a row says. */
export interface ConnectionLabel {
  readonly kind: "connection";
  readonly label: string;
  /** QUIC is that of Network.framework, which runs in user space over UDP. */
  readonly protocol: "tcp" | "udp" | "quic";
  readonly family: 4 | 6;
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** Counters run from the birth of the socket. null: absent, or no number. */
export interface ConnectionRow extends ConnectionLabel {
  /** `Established`, `Listen`, ...; null for UDP and QUIC. */
  readonly state: string | null;
  readonly rxBytes: number | null;
  readonly txBytes: number | null;
  readonly rxPackets: number | null;
  readonly txPackets: number | null;
  readonly rttUs: number | null;
}

export interface OtherLine {
  readonly kind: "other";
}

export type Line = Header | ProcessRow | ConnectionRow | OtherLine;

const ENDS = "<->";
const OTHER: OtherLine = { kind: "other" };
const MAX_PID = 0x7fffffff;

/** Reads a line by the header above it; without one, all but a header is `other`. `line` has no line end. Labels come again in
 * every frame, so whoever reads many lines gives a `labelOf` that remembers. */
export function parseLine(line: string, header: Header | null, labelOf: typeof parseLabel = parseLabel): Line {
  const fields = withoutNoise(line).replace(/,$/, "").split(",");
  const found = readHeader(fields);
  if (found !== null) return found;
  return header === null ? OTHER : readRow(fields, header, labelOf);
}

/** A terminal ends a line with CR, and `script` echoes the end-of-file key (04, or ^D) and backspaces before the first line. */
function withoutNoise(line: string): string {
  // deno-lint-ignore no-control-regex
  return line.replace(/^(?:\^D)?[\u0000-\u001f]+/, "").replace(/\r+$/, "");
}

/** The header comes again before every sample. One column has no name; there is no line of figures that looks like it. */
function readHeader(fields: readonly string[]): Header | null {
  const label = fields.indexOf("");
  if (label < 0 || fields.length < 2 || label > 1 || (label === 1 && fields[0] !== "time")) return null;
  if (!fields.every((name, i) => i === label || /^[A-Za-z][\w-]*$/.test(name))) return null;
  return { kind: "header", count: fields.length, label, at: new Map(fields.map((name, i) => [name, i])) };
}

/** `PROTOCOL local<->remote`, or a process's name and pid behind its last dot. What has two ends is never a process: behind the last
 * dot of a kind that is not known (`tcp46 *.22<->*.80`) stands a port. */
export function parseLabel(label: string): ConnectionLabel | ProcessRow | OtherLine {
  return (label.includes(ENDS) ? parseConnection(label) : parseProcess(label)) ?? OTHER;
}

function readRow(fields: string[], header: Header, labelOf: typeof parseLabel): Line {
  const isConnection = (fields[header.label] ?? "").includes(ENDS);
  if (isConnection) joinDecimals(fields, header.count);
  // A process may have commas in its name: what is too much belongs to the label. Addresses have none.
  const surplus = Math.max(0, fields.length - header.count);
  if (isConnection && surplus > 0) return OTHER;
  const label = fields.splice(header.label, surplus + 1).join(",");
  fields.splice(header.label, 0, label);
  const read = labelOf(label);
  return read.kind === "connection" ? { ...read, ...readFigures(fields, header) } : read;
}

/** `14,59 ms`, as some languages write it, falls into two fields. */
function joinDecimals(fields: string[], count: number): void {
  for (let i = 1; i < fields.length && fields.length > count; i++) {
    if (/^\d+ ?(?:us|ms|s)$/.test(fields[i]) && /^\d+$/.test(fields[i - 1])) {
      fields.splice(i - 1, 2, `${fields[i - 1]}.${fields[i]}`);
    }
  }
}

function parseProcess(label: string): ProcessRow | null {
  const [, name, digits] = /^(.*)\.(\d{1,10})$/s.exec(label) ?? [];
  const pid = Number(digits);
  return digits === undefined || pid > MAX_PID ? null : { kind: "process", name, pid };
}

function parseConnection(label: string): ConnectionLabel | null {
  const [, protocol, digit, left, right] = /^(tcp|udp|quic)([46]) (.+)<->(.+)$/.exec(label) ?? [];
  if (protocol === undefined) return null;
  const family = digit === "4" ? 4 : 6;
  const local = parseEndpoint(family, left), remote = parseEndpoint(family, right);
  if (local === null || remote === null) return null;
  return { kind: "connection", label, protocol: protocol as ConnectionLabel["protocol"], family, local, remote };
}

function readFigures(fields: readonly string[], header: Header): Omit<ConnectionRow, keyof ConnectionLabel> {
  const text = (name: string) => fields[header.at.get(name) ?? -1] ?? "";
  return {
    state: text("state") || null,
    rxBytes: count(text("bytes_in")),
    txBytes: count(text("bytes_out")),
    rxPackets: count(text("packets_in")),
    txPackets: count(text("packets_out")),
    rttUs: microseconds(text("rtt_avg")),
  };
}

/** Digits in groups of three, as some languages write whole numbers. */
const GROUPED = /^\d{1,3}(?:([.' \u00a0\u202f\u2019])\d{3})(?:\1\d{3})*$/;

function count(text: string): number | null {
  const digits = GROUPED.test(text) ? text.replace(/\D/g, "") : text;
  const value = /^\d+$/.test(digits) ? Number(digits) : NaN;
  return Number.isSafeInteger(value) ? value : null;
}

/** `14.59 ms`: the kernel's smoothed round-trip time. 0 is one that was not measured. */
function microseconds(text: string): number | null {
  const [, value, unit] = /^(\d+(?:\.\d+)?) ?(us|ms|s)$/.exec(text) ?? [];
  const us = Math.round(Number(value) * { us: 1, ms: 1000, s: 1e6 }[unit ?? "ms"]!);
  return us > 0 && us <= 0xffffffff ? us : null;
}
