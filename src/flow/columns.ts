/**
 * Flows as columns: one typed array a field. Rows are dense (removing one moves the last into its place), so a sample is a
 * copy of memory and crosses to the main thread as one transferred buffer.
 */
import { fromPlanes, isZero } from "./planes.ts";
import { StateError, type StateReader, type StateWriter } from "./state.ts";

type Kind = "u8" | "u16" | "u32" | "f64" | "b16";
type ArrayOf<K extends Kind> = K extends "u16" ? Uint16Array<ArrayBuffer>
  : K extends "u32" ? Uint32Array<ArrayBuffer>
  : K extends "f64" ? Float64Array<ArrayBuffer>
  : Uint8Array<ArrayBuffer>;
export type Schema = Readonly<Record<string, Kind>>;
export type Arrays<S extends Schema> = { [F in keyof S]: ArrayOf<S[F]> };
/** Words that a row has in a column of 16 bytes. */
export const ROW_WORDS = 4;
/** These columns, in words. */
export type Words<S extends Schema> = { [F in keyof S as S[F] extends "b16" ? F : never]: Uint32Array<ArrayBuffer> };

/** A packed buffer is made larger than it must be, for samples that grow, and used again while it is not far too large. */
const GROWTH = 1.25;
/** Of a table of many rows: twice the memory would mostly be empty. */
const TABLE_GROWTH = 1.5;
const LARGE = 1 << 13;
const LONG_RUN = 32;
const SPARE_LEAST = 1 << 16;
const SPARE_SHARE = 4;

const WIDTH = { u8: 1, u16: 2, u32: 4, f64: 8, b16: 16 } as const;

/** Every field of a flow that leaves the Worker. Byte counts and times are f64: exact integers up to 2^53. */
export const FLOW_SCHEMA = {
  /** Bytes since the flow began, and in this sample alone. */
  rxBytes: "f64",
  txBytes: "f64",
  rxDelta: "f64",
  txDelta: "f64",
  rxPackets: "f64",
  txPackets: "f64",
  retransmits: "f64",
  /** UDP only: what came in and never reached the process; the packets of this sample too. */
  rxDroppedBytes: "f64",
  rxDroppedPackets: "f64",
  rxDroppedDelta: "f64",
  /** What this machine's kernel threw away of it, in both directions. */
  dropPackets: "f64",
  dropBytes: "f64",
  /** CLOCK_BOOTTIME. openedNs is 0 for a flow that is older than the source. */
  openedNs: "f64",
  /** When it ended, or for UDP when it last moved; 0: not yet. */
  lastNs: "f64",
  ownerStartNs: "f64",
  cgroupId: "f64",
  cookieLow: "u32",
  cookieHigh: "u32",
  tgid: "u32",
  uid: "u32",
  netns: "u32",
  scope: "u32",
  /** The same for both ends of a connection inside this machine, and for them alone; 0: the other end is not known. It stays when one of them has gone. */
  pair: "u32",
  /** Number of the owner's cgroup in Sample.cgroups; 0: not known. */
  cgroup: "u32",
  /** Numbers in Sample.programs: the owner's executable, and its whole name where `comm` is but the beginning; 0: none. */
  exe: "u32",
  /** Number of the name in Sample.answers that its process had asked a name server for; 0: none. */
  answer: "u32",
  wholeName: "u32",
  /** The same: pids of the owner's ancestors, the parent first, with blanks between, and behind a line feed the parent's name. */
  ancestors: "u32",
  /** TCP, of this sample: microseconds in which something was written and not acknowledged, and of those, in which the peer's window or the send
   * buffer had no room. */
  busyUs: "u32",
  peerWindowUs: "u32",
  sendBufferUs: "u32",
  /** TCP: bytes that wait: written and not acknowledged, of those not sent, and come in and not read. */
  sendQueue: "u32",
  unsent: "u32",
  receiveQueue: "u32",
  /** Of a listener: connections that it has turned away since tcptop began, and in this sample; what the numbers are (Overflows). */
  overflows: "f64",
  overflowsDelta: "f64",
  overflowsAre: "u8",
  /** The smallest of the last minutes; 0: not measured. */
  minRttUs: "u32",
  /** TCP: when data last moved (CLOCK_BOOTTIME), and what else is known of the path (path.ts). */
  movedNs: "f64",
  deliveryRate: "f64",
  pacingRate: "f64",
  mss: "u32",
  ssthresh: "u32",
  lost: "u32",
  rtoCount: "u32",
  ecnMarks: "u32",
  reordSeen: "u32",
  dsackDups: "u32",
  congestion: "b16",
  /** movedNs to congestion are known, but for what has its bit (PathLacks). */
  pathKnown: "u8",
  pathLacks: "u8",
  /** How long the handshake took; 0: not known. */
  connectUs: "u32",
  srttUs: "u32",
  rttvarUs: "u32",
  cwnd: "u32",
  /** Number of its list in Sample.drops, of one flow in one run; 0: it has none. */
  drops: "u32",
  /** Which of several hosts has it (host.ts); 0: there is but one. */
  host: "u8",
  localPort: "u16",
  remotePort: "u16",
  /** With realAddress: the remote end behind a translation of addresses (NAT); 0: there is none, or it is not known. */
  realPort: "u16",
  protocol: "u8",
  family: "u8",
  state: "u8",
  direction: "u8",
  how: "u8",
  /** Enum Several. */
  several: "u8",
  /** Of a TCP connection that has ended: enum End, or its bit `error` with the errno of the socket. */
  end: "u8",
  /** Why this end sent a reset: ResetWhy. */
  resetWhy: "u8",
  /** 1: the other end, which is on this machine, was ended by an administrator (killed.ts). */
  peerKilled: "u8",
  /** Enum Limit, over this sample. */
  limitedBy: "u8",
  /** busyUs to receiveQueue are known. */
  limitsKnown: "u8",
  closed: "u8",
  /** A TCP connection whose handshake has ended, at whatever time. */
  established: "u8",
  loopback: "u8",
  /** Both ends are this machine's, in whatever network namespaces; loopback included. */
  inside: "u8",
  /** How the two of `pair` were joined: Via of peers.ts. */
  via: "u8",
  /** Bits of Unknown: fields that this source cannot tell for this flow. */
  unknown: "u16",
  /** Network byte order; IPv4 in the first 4 bytes, v4-mapped addresses already turned into IPv4. */
  localAddress: "b16",
  remoteAddress: "b16",
  realAddress: "b16",
  comm: "b16",
} as const satisfies Schema;

/** Numbers of IP, but for QUIC, which is UDP that the source knows to carry it. */
export const Protocol = { tcp: 6, udp: 17, quic: 255 } as const;

/** Which figures are null rather than 0 (column `unknown`). */
export { Unknown } from "../wire/layout.ts";

export type FlowArrays = Arrays<typeof FLOW_SCHEMA>;

export class Columns<S extends Schema> {
  length = 0;
  /** Replaced when the table grows: do not keep a reference across add(). */
  arrays: Arrays<S>;
  /** The same memory; replaced with them. */
  words: Words<S>;
  readonly #schema: S;
  #capacity: number;
  /** Rows at once since the last shrink(). */
  #most = 0;
  readonly #moving: number[] = [];
  readonly #runs: number[] = [];

  /** `buffer`: memory for as many rows, which may have anything in it, as after a reset(). */
  constructor(schema: S, capacity = 256, buffer = new ArrayBuffer(byteLength(schema, Math.max(1, capacity)))) {
    this.#schema = schema;
    this.#capacity = Math.max(1, capacity);
    this.arrays = allocate(schema, this.#capacity, buffer);
    this.words = wordsOf(schema, this.arrays);
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** A new row, all zero unless there was a reset(); its number. */
  add(): number {
    if (this.length === this.#capacity) {
      this.#resize(Math.ceil(this.#capacity * (this.#capacity < LARGE ? 2 : TABLE_GROWTH)));
    }
    return this.length++;
  }

  /** No rows any more. What was in them is found in those that are added, for who writes every field. */
  reset(): void {
    this.length = 0;
  }

  /** Removes the rows that `gone` names in ascending order: column by column, which for a sample full of short connections takes
   * less than row by row. The last rows move into their places; `moved` is told of each while it is at both. */
  removeRows(gone: readonly number[], moved: (from: number, to: number) => void): void {
    this.#most = Math.max(this.#most, this.length);
    const length = this.length - gone.length, from = this.#moving;
    from.length = 0;
    let next = gone.findIndex((row) => row >= length);
    for (let row = length; row < this.length; row++) {
      if (gone[next] === row) next++;
      else from.push(row);
    }
    const runs = runsOf(from, gone, this.#runs);
    for (const field in this.#schema) moveRows(this.arrays[field], runs, this.#schema[field] === "b16" ? 16 : 1);
    for (let i = 0; i < from.length; i++) moved(from[i], gone[i]);
    for (const field in this.#schema) {
      const width = this.#schema[field] === "b16" ? 16 : 1;
      this.arrays[field].fill(0, length * width, this.length * width);
    }
    this.length = length;
  }

  /** Only these rows are left, which it names in ascending order: for few of many. `fresh`: in other memory, and the arrays that were are as they
   * were. */
  keepRows(rows: readonly number[], fresh: boolean): void {
    this.#most = Math.max(this.#most, this.length);
    const from = this.arrays;
    if (fresh) {
      this.arrays = allocate(this.#schema, this.#capacity, new ArrayBuffer(byteLength(this.#schema, this.#capacity)));
      this.words = wordsOf(this.#schema, this.arrays);
    }
    const places = this.#moving;
    places.length = 0;
    for (let row = 0; row < rows.length; row++) places.push(row);
    const runs = runsOf(rows, places, this.#runs);
    for (const field in this.#schema) {
      const width = this.#width(field), target = this.arrays[field];
      moveRows(from[field], runs, width, target);
      if (!fresh) target.fill(0, rows.length * width, this.length * width);
    }
    this.length = rows.length;
  }

  /** Gives memory back of which three quarters have not been used since the last call: a table that fills with short connections and is emptied,
   * again and again, keeps its size. */
  shrink(): void {
    const most = Math.max(this.#most, this.length);
    if (this.#capacity > 1024 && most * 4 < this.#capacity) this.#resize(Math.max(1024, most * 2));
    this.#most = this.length;
  }

  save(to: StateWriter, name: string, without: readonly (keyof S)[] = []): void {
    saveArrays(to, name, this.#schema, this.arrays, this.length, without);
  }

  /** Replaces all rows by those that were saved. A field that was not saved is 0. Throws a StateError. */
  load(from: StateReader, name: string): void {
    const rows = savedRows(from, name, this.#schema), before = this.length;
    this.length = 0;
    // Memory that fits is used again: of tables that are loaded often, much would wait for the collector.
    if (rows > this.#capacity || this.#capacity > Math.max(1024, rows * 4)) {
      this.#resize(Math.max(256, Math.ceil(rows * GROWTH)));
    } else for (const field in this.#schema) this.arrays[field].fill(0, 0, before * this.#width(field));
    loadArrays(from, name, this.#schema, this.arrays);
    this.length = rows;
  }

  /** No rows any more, and their memory goes back at once: it would else wait for the collector. */
  release(): void {
    this.length = this.#most = 0;
    this.#resize(1);
  }

  #resize(capacity: number): void {
    const arrays = allocate(this.#schema, capacity, new ArrayBuffer(byteLength(this.#schema, capacity)));
    for (const field in this.#schema) {
      arrays[field].set(this.arrays[field].subarray(0, this.length * this.#width(field)));
    }
    // All fields have the same one.
    const [{ buffer }] = Object.values(this.arrays);
    this.arrays = arrays;
    this.words = wordsOf(this.#schema, arrays);
    this.#capacity = capacity;
    buffer.transfer(0);
  }

  /** Elements of the array that a row has. */
  #width(field: keyof S): number {
    return this.#schema[field] === "b16" ? 16 : 1;
  }
}

/** Columns of zeros are left out. */
export function saveArrays<S extends Schema>(
  to: StateWriter,
  name: string,
  schema: S,
  arrays: Arrays<S>,
  rows: number,
  without: readonly (keyof S)[] = [],
): void {
  to.number(`${name} rows`, rows);
  for (const field in schema) {
    const { buffer, byteOffset } = arrays[field], width = WIDTH[schema[field]];
    const column = new Uint8Array(buffer, byteOffset, width * rows);
    if (!without.includes(field) && !isZero(column)) to.column(`${name} ${field}`, column, width);
  }
}

/** How many rows were saved. Throws a StateError where they are not what saveArrays() writes. */
export function savedRows(from: StateReader, name: string, schema: Schema): number {
  const rows = from.number(`${name} rows`);
  let known = rows === 0;
  for (const field in schema) {
    const saved = from.bytes(`${name} ${field}`);
    if (saved === null) continue;
    if (saved.length !== rows * WIDTH[schema[field]]) throw new StateError(`${name} ${field} is not of ${rows} rows`);
    known = true;
  }
  if (!known) throw new StateError(`${name} has no rows`);
  return rows;
}

/** Into arrays that have room for them, and are zero. */
export function loadArrays<S extends Schema>(from: StateReader, name: string, schema: S, arrays: Arrays<S>): void {
  for (const field in schema) {
    const saved = from.bytes(`${name} ${field}`), { buffer, byteOffset, byteLength } = arrays[field];
    if (saved !== null) fromPlanes(saved, WIDTH[schema[field]], new Uint8Array(buffer, byteOffset, byteLength));
  }
}

/** How rows from[i] come to rows to[i]: of each stretch of both its first row, where that goes, and its length, one behind the other. */
function runsOf(from: readonly number[], to: readonly number[], runs: number[]): readonly number[] {
  runs.length = 0;
  for (let i = 0, begin = 0; i < from.length; i++) {
    if (i + 1 < from.length && from[i + 1] === from[i] + 1 && to[i + 1] === to[i] + 1) continue;
    runs.push(from[begin], to[begin], i + 1 - begin);
    begin = i + 1;
  }
  return runs;
}

/** Of what ended in a burst stretches are long; else they are of a row, for which a loop takes less. */
function moveRows(from: ArrayOf<Kind>, runs: readonly number[], width: number, to = from): void {
  for (let i = 0; i < runs.length; i += 3) {
    const source = runs[i] * width, target = runs[i + 1] * width, count = runs[i + 2] * width;
    if (count > LONG_RUN) to.set(from.subarray(source, source + count), target);
    else for (let at = 0; at < count; at++) to[target + at] = from[source + at];
  }
}

export function byteLength(schema: Schema, rows: number): number {
  let bytes = 0;
  for (const field in schema) bytes += align8(WIDTH[schema[field]] * rows);
  return bytes;
}

const align8 = (bytes: number) => (bytes + 7) & ~7;

/** The columns of the last buffer of flows. A sample's are asked for by several, one after the other, and there are a hundred. */
let last:
  | { readonly buffer: ArrayBuffer; readonly rows: number; readonly room: number; readonly arrays: FlowArrays }
  | null = null;

function flowsOf(buffer: ArrayBuffer, rows: number, room: number): FlowArrays {
  if (last === null || last.buffer !== buffer || last.rows !== rows || last.room !== room || buffer.detached) {
    last = { buffer, rows, room, arrays: allocate(FLOW_SCHEMA, rows, buffer, room) };
  }
  return last.arrays;
}

/** A text that reads as an object with the schema's fields. */
const shapes = new WeakMap<Schema, string>();

/** An object with the schema's fields, in which V8 finds each where it stands. One that is given so many fields by names that are not in the source is a dictionary to
 * it, in which it looks for a name at each use; one that JSON has (of up to 127 fields) is not. */
function shaped(schema: Schema): Record<string, ArrayOf<Kind>> {
  const known = shapes.get(schema);
  if (known !== undefined) return JSON.parse(known);
  shapes.set(schema, JSON.stringify(Object.fromEntries(Object.keys(schema).map((field) => [field, null]))));
  // What V8 believes of a field, and compiles for, changes with the first array in it: before anything is compiled.
  allocate(schema, 0, new ArrayBuffer(0));
  return shaped(schema);
}

/** `room`: for rows behind those. */
function allocate<S extends Schema>(schema: S, rows: number, buffer: ArrayBuffer, room = 0): Arrays<S> {
  const arrays = shaped(schema);
  let offset = 0;
  for (const field in schema) {
    const kind: Kind = schema[field];
    if (kind === "f64") arrays[field] = new Float64Array(buffer, offset, rows);
    else if (kind === "u32") arrays[field] = new Uint32Array(buffer, offset, rows);
    else if (kind === "u16") arrays[field] = new Uint16Array(buffer, offset, rows);
    else arrays[field] = new Uint8Array(buffer, offset, kind === "b16" ? rows * 16 : rows);
    offset += align8(WIDTH[kind] * (rows + room));
  }
  return arrays as Arrays<S>;
}

/** The flow fields of `tables`, one table behind the other, as one buffer for unpackFlows(): `spare`, which nobody needs any more,
 * if it has the size for it. A new one each time would lie about until the collector comes, which sees little reason to. `room`: so many rows
 * can be put behind those. */
export function packFlows(
  tables: readonly Rows[],
  spare: ArrayBuffer | null = null,
  room = 0,
): ArrayBuffer {
  const rows = rowsOf(tables), bytes = byteLength(FLOW_SCHEMA, rows + room);
  const fits = spare !== null && spare.byteLength >= bytes && spare.byteLength <= SPARE_LEAST + bytes * SPARE_SHARE;
  const buffer = fits ? spare : new ArrayBuffer(SPARE_LEAST + Math.ceil(bytes * GROWTH));
  if (room === 0 && tables.length === 1 && isPacked(tables[0].arrays, rows)) {
    new Uint8Array(buffer).set(new Uint8Array(tables[0].arrays.rxBytes.buffer, 0, bytes));
    return buffer;
  }
  setRows(flowsOf(buffer, rows, room), 0, tables);
  return buffer;
}

interface Rows {
  readonly length: number;
  readonly arrays: FlowArrays;
}

const rowsOf = (tables: readonly Rows[]) => tables.reduce((sum, table) => sum + table.length, 0);

/** From row `from` on. */
function setRows(arrays: Record<string, ArrayOf<Kind>>, from: number, tables: readonly Rows[]): void {
  if (rowsOf(tables) === 0) return;
  for (const field in FLOW_SCHEMA) {
    const width = FLOW_SCHEMA[field as keyof typeof FLOW_SCHEMA] === "b16" ? 16 : 1;
    let at = from * width;
    for (const table of tables) {
      arrays[field].set(table.arrays[field as keyof FlowArrays].subarray(0, table.length * width), at);
      at += table.length * width;
    }
  }
}

/** The tables put behind the `rows` of a buffer that packFlows() has made with this room, which must be enough: all of them. */
export function appendFlows(buffer: ArrayBuffer, rows: number, room: number, tables: readonly Rows[]): FlowArrays {
  const more = rowsOf(tables), arrays = flowsOf(buffer, rows + more, room - more);
  setRows(arrays, rows, tables);
  return arrays;
}

/** Whether the columns are as unpackFlows() has them for so many rows. */
function isPacked(arrays: FlowArrays, rows: number): boolean {
  const { rxBytes, comm } = arrays;
  return rxBytes.byteOffset === 0 && rxBytes.length === rows && comm.length === rows * WIDTH.b16 &&
    comm.byteOffset + comm.byteLength === byteLength(FLOW_SCHEMA, rows);
}

export function unpackFlows(buffer: ArrayBuffer, rows: number, room = 0): FlowArrays {
  return flowsOf(buffer, rows, room);
}

/** The given rows, in their order, as one buffer for unpack(). */
export function pack<S extends Schema>(schema: S, arrays: Arrays<S>, rows: readonly number[]): ArrayBuffer {
  const buffer = new ArrayBuffer(byteLength(schema, rows.length));
  const packed = allocate(schema, rows.length, buffer);
  const inOrder = rows.every((row, at) => row === at);
  for (const field in schema) {
    const from = arrays[field], to = packed[field], width = schema[field] === "b16" ? 16 : 1;
    if (inOrder) to.set(from.subarray(0, to.length));
    else if (width === 1) { for (let at = 0; at < rows.length; at++) to[at] = from[rows[at]]; }
    else moveWords(asWords(from), asWords(to), rows);
  }
  return buffer;
}

/** A column with 16 bytes a row. */
export function asWords({ buffer, byteOffset, byteLength }: ArrayOf<Kind>): Uint32Array<ArrayBuffer> {
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

function wordsOf<S extends Schema>(schema: S, arrays: Arrays<S>): Words<S> {
  const words: Record<string, Uint32Array<ArrayBuffer>> = {};
  for (const field in schema) if (schema[field] === "b16") words[field] = asWords(arrays[field]);
  return words as Words<S>;
}

function moveWords(from: Uint32Array, to: Uint32Array, rows: readonly number[]): void {
  for (let at = 0; at < rows.length; at++) {
    for (let word = 0; word < ROW_WORDS; word++) to[at * ROW_WORDS + word] = from[rows[at] * ROW_WORDS + word];
  }
}

export function unpack<S extends Schema>(schema: S, buffer: ArrayBuffer, rows: number): Arrays<S> {
  return allocate(schema, rows, buffer);
}
