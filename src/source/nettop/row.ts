/**
 * Stage 3, a row: the grammar of nettop's CSV log (`nettop -n -x -L 0`).
 * In: one line, and the header above it. Out: a header, a process, a connection with its counters, or `other`. No state.
 */
import ipaddr from "ipaddr.js";

/** The position of each column by its name; nettop's order is not that of -J, and differs between versions. */
export interface Header {
  readonly kind: "header";
  readonly count: number;
  /** Position of the column without a name, which holds the process or the connection. */
  readonly label: number;
  readonly at: ReadonlyMap<string, number>;
}

export interface ProcessRow {
  readonly kind: "process";
  /** At most 15 characters: nettop cuts it. */
  readonly name: string;
  readonly pid: number;
}

/** One end of a socket. */
export interface Endpoint {
  /**
   * 16 bytes in network order, an IPv4 address in the first 4. All zero for `*`, and where macOS 27 leaves the address out (flows of
   * Network.framework). null: a host name, which -n should prevent.
   */
  readonly address: Uint8Array | null;
  /** Interface name of a link-local address. */
  readonly zone: string | null;
  /** 0 for `*`. */
  readonly port: number;
}

/** `tcp4 192.0.2.1:50000<->198.51.100.1:443`, parsed. */
export interface ConnectionLabel {
  readonly kind: "connection";
  readonly label: string;
  /** `quic`: a QUIC connection of Network.framework, which implements it in user space over UDP. */
  readonly protocol: "tcp" | "udp" | "quic";
  readonly family: 4 | 6;
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** Counters are totals since the socket was created. null: the column is missing, or holds no number. */
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

/**
 * Parses a line (without its line end) by the header above it; without a header, every line but a header is `other`. The same labels
 * come again in every sample, so a caller who parses many lines passes a `labelOf` that caches.
 */
export function parseLine(line: string, header: Header | null, labelOf: typeof parseLabel = parseLabel): Line {
  const fields = withoutControls(line).replace(/,$/, "").split(",");
  const found = readHeader(fields);
  if (found !== null) return found;
  return header === null ? OTHER : readRow(fields, header, labelOf);
}

/** On a terminal lines end with CR LF, and script(1) echoes the end-of-file key (byte 4, or `^D`) and backspaces before the first line. */
function withoutControls(line: string): string {
  // deno-lint-ignore no-control-regex
  return line.replace(/^(?:\^D)?[\u0000-\u001f]+/, "").replace(/\r+$/, "");
}

/** nettop writes the header before every sample. One column has no name, the others are words: no row looks like that. */
function readHeader(fields: readonly string[]): Header | null {
  const label = fields.indexOf("");
  if (label < 0 || fields.length < 2 || label > 1 || (label === 1 && fields[0] !== "time")) return null;
  if (!fields.every((name, i) => i === label || /^[A-Za-z][\w-]*$/.test(name))) return null;
  return { kind: "header", count: fields.length, label, at: new Map(fields.map((name, i) => [name, i])) };
}

/**
 * `PROTOCOL LOCAL<->REMOTE`, or `NAME.PID`. A label with `<->` is never a process, even if its protocol is unknown: what follows the
 * last dot of `tcp46 *.22<->*.80` is a port and no pid.
 */
export function parseLabel(label: string): ConnectionLabel | ProcessRow | OtherLine {
  return (label.includes(ENDS) ? parseConnection(label) : parseProcess(label)) ?? OTHER;
}

function readRow(fields: string[], header: Header, labelOf: typeof parseLabel): Line {
  const isConnection = (fields[header.label] ?? "").includes(ENDS);
  if (isConnection) joinDecimals(fields, header.count);
  // A process's name may contain commas, so surplus fields belong to the label; an address contains none.
  const surplus = Math.max(0, fields.length - header.count);
  if (isConnection && surplus > 0) return OTHER;
  const label = fields.splice(header.label, surplus + 1).join(",");
  fields.splice(header.label, 0, label);
  const read = labelOf(label);
  return read.kind === "connection" ? { ...read, ...readFigures(fields, header) } : read;
}

/** In a locale with a decimal comma, `14,59 ms` is split into two fields. */
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

/** Whole numbers of a locale that groups digits by three. */
const GROUPED = /^\d{1,3}(?:([.' \u00a0\u202f\u2019])\d{3})(?:\1\d{3})*$/;

function count(text: string): number | null {
  const digits = GROUPED.test(text) ? text.replace(/\D/g, "") : text;
  const value = /^\d+$/.test(digits) ? Number(digits) : NaN;
  return Number.isSafeInteger(value) ? value : null;
}

/** `14.59 ms`, the kernel's srtt; 0 means that none was measured, and gives null. */
function microseconds(text: string): number | null {
  const [, value, unit] = /^(\d+(?:\.\d+)?) ?(us|ms|s)$/.exec(text) ?? [];
  const us = Math.round(Number(value) * { us: 1, ms: 1000, s: 1e6 }[unit ?? "ms"]!);
  return us > 0 && us <= 0xffffffff ? us : null;
}

const HOST_NAME = /^[A-Za-z0-9][\w.-]*$/;

/** A port whose address is left out: `.443` in both families. */
const PORT_ALONE = /^[.:](?:\d+|\*)$/;

/** `ADDRESS:PORT` for IPv4, `ADDRESS[%ZONE].PORT` for IPv6, `*` for an address or port that is not bound. A zone may contain dots. null: no endpoint. */
export function parseEndpoint(family: 4 | 6, text: string): Endpoint | null {
  const isBare = PORT_ALONE.test(text);
  const at = isBare ? 0 : text.lastIndexOf(family === 4 ? ":" : ".");
  if (at < 1 && !isBare) return null;
  const port = parsePort(text.slice(at + 1));
  const [host, zone] = splitZone(text.slice(0, at));
  const address = host === "*" || isBare ? new Uint8Array(16) : parseAddress(family, host);
  return port === null || (address === null && !HOST_NAME.test(host)) ? null : { address, zone, port };
}

function splitZone(text: string): [host: string, zone: string | null] {
  const at = text.indexOf("%");
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function parsePort(text: string): number | null {
  if (text === "*") return 0;
  return /^\d{1,5}$/.test(text) && Number(text) <= 65535 ? Number(text) : null;
}

function parseAddress(family: 4 | 6, text: string): Uint8Array | null {
  const bytes = new Uint8Array(16);
  if (family === 4) {
    if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return null;
    bytes.set(ipaddr.IPv4.parse(text).toByteArray());
  } else {
    if (!text.includes(":") || !ipaddr.IPv6.isValid(text)) return null;
    bytes.set(ipaddr.IPv6.parse(text).toByteArray());
  }
  return bytes;
}
