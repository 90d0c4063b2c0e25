/**
 * The JSON of flows, sample after sample. Most connections of a machine are idle: from one sample to the next only two figures of theirs change,
 * and the text around these is kept. What was written for a flow is used again while nothing that it is made from has changed.
 */
import { FLOW_SCHEMA, type FlowArrays, packFlows, unpackFlows } from "../flow/columns.ts";
import { idleMs } from "../flow/path.ts";
import { peerRow } from "../flow/peer.ts";
import type { Sample } from "../flow/sample.ts";
import * as flow from "../view/flow.ts";
import type { ByteText } from "./byte_text.ts";
import { FlowJson, type Places } from "./flow_json.ts";

/** The bytes of a flow, and what in them comes from tables that grow while a flow stays the same. */
interface Text extends Places {
  readonly bytes: Uint8Array;
  readonly names: Names;
  /** The row of the other end; -1: there is none. */
  readonly peer: number;
}

/** What is looked up by numbers in the flow's columns. */
interface Names {
  readonly process: string | null;
  readonly exe: string | null;
  readonly command: string | null;
  readonly user: string | null;
  readonly cgroup: string | null;
  readonly container: string | null;
  readonly remote: string | null;
  readonly remoteFrom: string | null;
}

/** Of flows: as many texts take some 64 MB. */
const MOST_KEPT = 1 << 16;

export class FlowTexts {
  /** The columns of the sample before, and the texts by its rows. */
  #before: FlowArrays | null = null;
  #buffer: ArrayBuffer | null = null;
  #rows = 0;
  #news: number | undefined;
  #dropsKnown: boolean | undefined;
  readonly #texts: (Text | null)[] = [];
  #same = new Uint8Array(0);
  readonly #json = new FlowJson();

  /** Call it before put(), once for each sample. */
  begin(sample: Sample): void {
    this.#json.begin();
    const rows = Math.min(sample.length, MOST_KEPT);
    if (this.#same.length < rows) this.#same = new Uint8Array(rows * 2);
    this.#same.fill(0, 0, rows);
    const isNews = sample.news !== this.#news;
    if (this.#before !== null && sample.news !== undefined && sample.dropsKnown === this.#dropsKnown) {
      this.#compare(sample, Math.min(rows, this.#rows), isNews);
    }
    this.#forget(sample, rows, isNews);
    this.#texts.length = rows;
    this.#buffer = packFlows([{ length: rows, arrays: sample.flows }], this.#buffer);
    this.#before = unpackFlows(this.#buffer, rows);
    this.#rows = rows;
    this.#news = sample.news;
    this.#dropsKnown = sample.dropsKnown;
  }

  put(to: ByteText, sample: Sample, row: number): void {
    if (row >= this.#rows || !this.#same[row]) return this.#json.put(to, sample, row);
    const text = this.#texts[row];
    if (text === null || text.peer !== peerRow(sample, row)) {
      this.#texts[row] = this.#write(to, sample, row);
      return;
    }
    const { bytes } = text;
    to.put(bytes.subarray(0, text.age));
    to.numberOrNull(flow.ageMs(sample, row));
    to.put(bytes.subarray(text.afterAge, text.idle));
    to.numberOrNull(idleMs(sample.flows, row, sample.timeNs));
    to.put(bytes.subarray(text.afterIdle));
  }

  #write(to: ByteText, sample: Sample, row: number): Text {
    const begin = to.length, places = { age: 0, afterAge: 0, idle: 0, afterIdle: 0 };
    this.#json.put(to, sample, row, places);
    return { bytes: to.since(begin), names: namesOf(sample, row), peer: peerRow(sample, row), ...places };
  }

  /** What is told of the other end is its row's: a text goes with that of both. With news, an end whose names were not compared may have others. */
  #forget(sample: Sample, rows: number, isNews: boolean): void {
    const same = this.#same;
    for (let row = 0; row < rows; row++) {
      if (same[row] && sample.flows.pair[row] !== 0) {
        const peer = peerRow(sample, row);
        if (peer < 0 || peer < rows && same[peer] && (!isNews || this.#texts[peer])) continue;
      } else if (same[row]) continue;
      this.#texts[row] = null;
    }
  }

  /** Which rows are, in every column, what they were. A flow that is in another row is told anew. */
  #compare(sample: Sample, rows: number, isNews: boolean): void {
    const same = this.#same.fill(1, 0, rows), now = sample.flows, before = this.#before!;
    // A row that has another connection now, as most have where connections are short, is not looked at further.
    compareNumbers(now.cookieLow, before.cookieLow, rows, same);
    if (!same.subarray(0, rows).includes(1)) return;
    for (const field in FLOW_SCHEMA) {
      const name = field as keyof FlowArrays, width = FLOW_SCHEMA[name] === "b16" ? 16 : 1;
      if (width === 1) compareNumbers(now[name], before[name], rows, same);
      else compareWords(words(now[name]), words(before[name]), rows, same);
    }
    for (let row = 0; row < rows; row++) {
      // A rate is over the interval; what was dropped and who is at the other end stand elsewhere.
      if (now.rxDelta[row] !== 0 || now.txDelta[row] !== 0 || now.drops[row] !== 0) same[row] = 0;
      const text = this.#texts[row];
      if (!same[row] || !text) continue;
      if (isNews) {
        // An address on a link has the name of its interface.
        if (now.scope[row] !== 0 || !areSame(text.names, namesOf(sample, row))) same[row] = 0;
      } else if (
        text.names.remote !== flow.remoteName(sample, row) || text.names.container !== containerName(sample, row)
      ) {
        same[row] = 0;
      }
    }
  }
}

function containerName(sample: Sample, row: number): string | null {
  return sample.flows.cgroup[row] === 0 ? null : flow.container(sample, row)?.name ?? null;
}

function namesOf(sample: Sample, row: number): Names {
  return {
    process: flow.processName(sample, row),
    exe: flow.executable(sample, row),
    command: flow.commandLine(sample, row),
    user: flow.userName(sample, row),
    cgroup: flow.cgroupPath(sample, row),
    container: containerName(sample, row),
    remote: flow.remoteName(sample, row),
    remoteFrom: flow.remoteNameFrom(sample, row),
  };
}

function areSame(a: Names, b: Names): boolean {
  return a.process === b.process && a.exe === b.exe && a.command === b.command && a.user === b.user &&
    a.cgroup === b.cgroup &&
    a.container === b.container && a.remote === b.remote && a.remoteFrom === b.remoteFrom;
}

type Numbers = Float64Array | Uint32Array | Uint16Array | Uint8Array;

function compareNumbers(now: Numbers, before: Numbers, rows: number, same: Uint8Array): void {
  for (let row = 0; row < rows; row++) if (same[row] && now[row] !== before[row]) same[row] = 0;
}

function words(bytes: Numbers): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function compareWords(now: Uint32Array, before: Uint32Array, rows: number, same: Uint8Array): void {
  for (let row = 0, at = 0; row < rows; row++, at += 4) {
    if (
      now[at] !== before[at] || now[at + 1] !== before[at + 1] || now[at + 2] !== before[at + 2] ||
      now[at + 3] !== before[at + 3]
    ) same[row] = 0;
  }
}
