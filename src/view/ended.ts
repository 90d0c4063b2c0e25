/** Flows that have ended, added up by who and with whom: groups can count them for as long as tcptop runs. */
import { Columns, FLOW_SCHEMA, type FlowArrays, Unknown } from "../flow/columns.ts";
import { type Cgroup, NO_CGROUP } from "../flow/container.ts";
import { isListener } from "../flow/row.ts";
import type { Sample } from "../flow/sample.ts";
import type { Note } from "../system/source_info.ts";
import { AlikeRows } from "./alike.ts";
import * as flow from "./flow.ts";
import { servicePort } from "./group_key.ts";
import { ageText, counted } from "./units.ts";

/** Sums that are kept apart by peer and port too; further ones only by who held the flow, and of these there are no more either. Each takes some
 * 400 bytes. */
const MOST_PEERS = 1 << 13, MOST_OWNERS = 1 << 12;

const ENDED_SCHEMA = { ...FLOW_SCHEMA, count: "f64", merged: "u8" } as const;

/** Figures that add up over flows, where they are known. */
const WIDE = [
  "rxBytes",
  "txBytes",
  "rxPackets",
  "txPackets",
  "retransmits",
  "rxDroppedBytes",
  "rxDroppedPackets",
] as const;
const NARROW = ["lost", "rtoCount", "ecnMarks"] as const;
const SUMS = [...WIDE, ...NARROW] as const;
/** What is kept of the flows of one sum, being the same for all; everything else is 0. */
const SHARED = [
  "host",
  "protocol",
  "family",
  "direction",
  "how",
  "scope",
  "loopback",
  "inside",
  "pathKnown",
  "pathLacks",
] as const;

/** The sums as rows of a sample of their own: what can be chosen and grouped there can be here. */
export interface Ended {
  readonly sample: Sample;
  /** ms since 1970, of when counting began. */
  readonly sinceMs: number;
  /** How many flows a row stands for. */
  readonly counts: Float64Array;
  /** 1: the row is of flows with several peers and ports, which it does not tell. */
  readonly merged: Uint8Array;
}

export class EndedFlows {
  #columns = new Columns(ENDED_SCHEMA, 64);
  #rows = new Map<string, number>();
  #programs = new Map<number, string>();
  #cgroups: Cgroup[] = [NO_CGROUP];
  /** Numbers of the texts in #programs and of the paths in #cgroups. */
  #numbers = new Map<string, number>();
  /** What flows of the last sample add to which sums: they are in that sample still. */
  readonly #pending = new Pending();
  #sinceMs: number | null = null;
  /** Of the last sample. */
  #number = 0;
  #wallMs = 0;
  /** Time between samples of which nothing is known: a recording was not played all through. */
  #passedOverMs = 0;
  #owners = 0;
  #merged = 0;
  #dropped = 0;

  /** Counts what ended in the samples before this one, and remembers what ended in it. Call it for each sample, and before it is grouped. */
  take(sample: Sample): void {
    this.#addPending();
    const beganMs = sample.wallMs - sample.intervalMs;
    if (this.#sinceMs !== null && sample.number > this.#number + 1) {
      this.#passedOverMs += Math.max(0, beganMs - this.#wallMs);
    }
    this.#sinceMs ??= beganMs;
    this.#number = sample.number;
    this.#wallMs = sample.wallMs;
    const { flows, length, pastFrom = length, processes } = sample, { closed, tgid } = flows, pending = this.#pending;
    let alike: AlikeRows | null = null;
    for (let row = 0; row < pastFrom; row++) {
      if (closed[row] === 0 || isListener(flows, row)) continue;
      if (alike === null) {
        pending.from(flows);
        alike = new AlikeRows(flows);
      }
      // A process that has a name in a table of its own has it by its number.
      const named = processes.has(tgid[row]) ? tgid[row] : 0;
      pending.add(alike.of(row, named * 65536 + servicePort(flows, row), this.#find, sample), row);
    }
  }

  readonly #find = (sample: Sample, row: number) => this.#pending.begin(this.#rowOf(sample, row));

  /** What ended before this sample, in its time and with its names. Valid until the next take(). */
  of(sample: Sample): Ended {
    const { arrays, length } = this.#columns;
    return {
      sample: {
        ...sample,
        flows: arrays,
        length,
        programs: this.#programs,
        processes: NO_NAMES,
        cgroups: this.#cgroups,
      },
      sinceMs: this.#sinceMs ?? sample.wallMs,
      counts: arrays.count,
      merged: arrays.merged,
    };
  }

  /** As it is now. */
  copy(): EndedFlows {
    const copy = new EndedFlows(), { arrays, length } = this.#columns;
    copy.#columns = new Columns(ENDED_SCHEMA, length);
    for (let row = 0; row < length; row++) copy.#columns.add();
    for (const field in ENDED_SCHEMA) {
      const to = copy.#columns.arrays[field as keyof typeof ENDED_SCHEMA];
      to.set(arrays[field as keyof typeof ENDED_SCHEMA].subarray(0, to.length) as never);
    }
    copy.#programs = new Map(this.#programs);
    copy.#cgroups = this.#cgroups.slice();
    copy.#sinceMs = this.#sinceMs;
    copy.#number = this.#number;
    copy.#wallMs = this.#wallMs;
    copy.#passedOverMs = this.#passedOverMs;
    copy.#merged = this.#merged;
    copy.#dropped = this.#dropped;
    return copy;
  }

  /** What could not be kept apart, or not at all. */
  notes(): Note[] {
    const notes: Note[] = [];
    const add = (count: number, code: string, message: string) => {
      if (count > 0) notes.push({ code, message: counted(count, message), remedy: "Start tcptop again with a filter" });
    };
    add(
      this.#merged,
      "ended_merged",
      "[flow that has ended is|flows that have ended are] counted by process and container alone: there were too many peers and ports",
    );
    add(
      this.#dropped,
      "ended_dropped",
      "[flow that has ended is|flows that have ended are] in no group: there were too many processes",
    );
    if (this.#passedOverMs > 0) {
      const code = "ended_passed_over", remedy = "Play the recording from its beginning (the key ( goes there)";
      const message = `what ended in ${
        ageText(this.#passedOverMs)
      } of the recording, which were passed over, is in no group`;
      notes.push({ code, message, remedy });
    }
    return notes;
  }

  #addPending(): void {
    const { count, merged } = this.#columns.arrays, pending = this.#pending;
    for (let i = 0; i < pending.length; i++) {
      const at = pending.rows[i], flows = pending.counts[i];
      if (at < 0) this.#dropped += flows;
      else {
        count[at] += flows;
        if (merged[at]) this.#merged += flows;
      }
    }
    pending.addTo(this.#columns.arrays);
  }

  /** The row that the flow belongs to, made if there is none; -1: there is no room for it. */
  #rowOf(sample: Sample, row: number): number {
    const { flows: f } = sample, unknown = f.unknown[row] | Unknown.age;
    const owner = [
      flow.processName(sample, row),
      flow.executable(sample, row),
      flow.cgroupPath(sample, row),
      f.uid[row],
      f.netns[row],
      unknown,
      ...SHARED.map((field) => f[field][row]),
    ].join("\0");
    const peer = `${owner}\0${flow.localAddress(sample, row)}\0${flow.remoteAddress(sample, row)}\0${
      servicePort(f, row)
    }\0${f.answer[row]}`;
    const known = this.#rows.get(peer);
    if (known !== undefined) return known;
    const apart = this.#rows.size - this.#owners < MOST_PEERS;
    if (apart) return this.#make(sample, row, peer, unknown, true);
    const merged = this.#rows.get(owner);
    if (merged === undefined && this.#owners >= MOST_OWNERS) return -1;
    if (merged !== undefined) return merged;
    this.#owners++;
    return this.#make(sample, row, owner, unknown, false);
  }

  #make(sample: Sample, row: number, key: string, unknown: number, apart: boolean): number {
    const { flows: f } = sample, at = this.#columns.add(), c = this.#columns.arrays;
    this.#rows.set(key, at);
    for (const field of SHARED) c[field][at] = f[field][row];
    c.uid[at] = f.uid[row];
    c.netns[at] = f.netns[row];
    c.unknown[at] = unknown;
    c.closed[at] = c.established[at] = 1;
    c.merged[at] = apart ? 0 : 1;
    c.comm.set(f.comm.subarray(row * 16, row * 16 + 16), at * 16);
    c.wholeName[at] = this.#text(flow.processName(sample, row));
    c.exe[at] = this.#text(flow.executable(sample, row));
    c.cgroup[at] = this.#cgroup(sample, row);
    if (apart) {
      c.localAddress.set(f.localAddress.subarray(row * 16, row * 16 + 16), at * 16);
      c.remoteAddress.set(f.remoteAddress.subarray(row * 16, row * 16 + 16), at * 16);
      c.answer[at] = f.answer[row];
      // The other port is a new one for each connection.
      const port = servicePort(f, row), isRemote = flow.directionName(f, row) === "outbound";
      c[isRemote ? "remotePort" : "localPort"][at] = port;
    }
    return at;
  }

  #text(text: string | null): number {
    if (text === null) return 0;
    let number = this.#numbers.get(`text ${text}`);
    if (number === undefined) {
      this.#numbers.set(`text ${text}`, number = this.#programs.size + 1);
      this.#programs.set(number, text);
    }
    return number;
  }

  #cgroup({ cgroups, flows }: Sample, row: number): number {
    const cgroup = flows.cgroup[row] === 0 ? undefined : cgroups[flows.cgroup[row]];
    if (cgroup === undefined || cgroup === NO_CGROUP) return 0;
    let number = this.#numbers.get(`path ${cgroup.path}`);
    if (number === undefined) {
      this.#numbers.set(`path ${cgroup.path}`, number = this.#cgroups.length);
      this.#cgroups.push(cgroup);
    }
    return number;
  }
}

/** Figures of flows that are alike, added up until they are added to the sums. Its memory is used again. */
class Pending {
  length = 0;
  /** Row of the sum; -1: there is none. */
  rows = new Int32Array(64);
  /** How many flows. */
  counts = new Float64Array(64);
  #figures = new Float64Array(64 * SUMS.length);
  #wide: readonly Float64Array[] = [];
  #narrow: readonly Uint32Array[] = [];

  /** Those that are added next are rows of these. */
  from(flows: FlowArrays): void {
    this.#wide = WIDE.map((field) => flows[field]);
    this.#narrow = NARROW.map((field) => flows[field]);
  }

  /** Number of a new one, which add() takes, for the sum. */
  begin(sum: number): number {
    const at = this.length++;
    if (this.length > this.rows.length) this.#resize(this.rows.length * 2);
    this.rows[at] = sum;
    this.counts[at] = 0;
    this.#figures.fill(0, at * SUMS.length, (at + 1) * SUMS.length);
    return at;
  }

  add(at: number, row: number): void {
    const figures = this.#figures, wide = this.#wide, narrow = this.#narrow;
    this.counts[at]++;
    let to = at * SUMS.length;
    for (let field = 0; field < wide.length; field++) figures[to++] += wide[field][row];
    for (let field = 0; field < narrow.length; field++) figures[to++] += narrow[field][row];
  }

  /** Forgets them then. A sum that its column cannot hold stays at the most that it can. */
  addTo(columns: Pick<FlowArrays, typeof SUMS[number]>): void {
    if (this.length === 0) return;
    for (let field = 0; field < SUMS.length; field++) {
      const sums = columns[SUMS[field]], most = sums instanceof Uint32Array ? 0xffffffff : Infinity;
      for (let i = 0, at = field; i < this.length; i++, at += SUMS.length) {
        const row = this.rows[i];
        if (row < 0) continue;
        const sum = sums[row] + this.#figures[at];
        sums[row] = sum < most ? sum : most;
      }
    }
    if (this.rows.length > 4096 && this.length * 4 < this.rows.length) this.#resize(this.length * 2);
    this.length = 0;
    this.#wide = [];
    this.#narrow = [];
  }

  #resize(capacity: number): void {
    const rows = new Int32Array(capacity), counts = new Float64Array(capacity);
    const figures = new Float64Array(capacity * SUMS.length);
    rows.set(this.rows.subarray(0, capacity));
    counts.set(this.counts.subarray(0, capacity));
    figures.set(this.#figures.subarray(0, figures.length));
    this.rows = rows;
    this.counts = counts;
    this.#figures = figures;
  }
}

const NO_NAMES: ReadonlyMap<number, string> = new Map();

/** The rows of the sample without those that are shown as having ended in an earlier one: these are counted among the ended. */
export function presentRows({ pastFrom = Infinity }: Sample, rows: readonly number[]): readonly number[] {
  return pastFrom === Infinity ? rows : rows.filter((row) => row < pastFrom);
}
