/** What is told of the owner of a flow, made once for the flows, or the events, of one process. */
import type { FlowArrays } from "../flow/columns.ts";
import { hasSameName } from "../flow/owner.ts";
import type { EventBatch, Sample } from "../flow/sample.ts";

const SLOTS = 256;
const NOBODY = -1;

export class OwnerParts<Part> {
  /** A row with the owner whose part stands in the same place. */
  readonly #rows = new Int32Array(SLOTS);
  readonly #parts: Part[] = [];
  #comm = new Uint8Array(0);
  /** The same memory. */
  #names = new Uint32Array(0);

  /** `make` reads no more of a row than its name and what isSameOwner() compares, and what the sample has for that. */
  constructor(readonly make: (sample: Sample, row: number) => Part) {}

  /** Call it before of(), once for each sample: its names may be others. */
  begin(): void {
    this.#rows.fill(NOBODY);
  }

  of(sample: Sample, row: number): Part {
    const f = sample.flows, slot = slotOf(f, row), known = this.#rows[slot];
    if (known === row) return this.#parts[slot];
    if (known !== NOBODY && this.#hasSameName(f, known, row) && isSameOwner(f, known, row)) return this.#parts[slot];
    this.#rows[slot] = row;
    return this.#parts[slot] = this.make(sample, row);
  }

  #hasSameName({ comm }: FlowArrays, a: number, b: number): boolean {
    if (comm !== this.#comm) {
      this.#comm = comm;
      this.#names = new Uint32Array(comm.buffer, comm.byteOffset, comm.length >> 2);
    }
    return hasSameName(this.#names, a, b);
  }
}

/** A process's flows differ in how it is known whose they are: as often as not both kinds take turns. */
function slotOf({ tgid, how, unknown }: FlowArrays, row: number): number {
  return (tgid[row] ^ tgid[row] >>> 8 ^ how[row] << 5 ^ unknown[row] << 2) & SLOTS - 1;
}

/** Of one host, process, user and cgroup. */
function isSameOwner(f: FlowArrays, a: number, b: number): boolean {
  if (f.tgid[a] !== f.tgid[b] || f.ownerStartNs[a] !== f.ownerStartNs[b] || f.how[a] !== f.how[b]) return false;
  if (f.uid[a] !== f.uid[b] || f.netns[a] !== f.netns[b] || f.cgroup[a] !== f.cgroup[b]) return false;
  if (f.exe[a] !== f.exe[b] || f.wholeName[a] !== f.wholeName[b] || f.ancestors[a] !== f.ancestors[b]) return false;
  return f.host[a] === f.host[b] && f.unknown[a] === f.unknown[b];
}

/** Of the rows of a batch, which say which others have the same owner. */
export class EventOwnerParts<Part> {
  #parts: (Part | null)[] = [];

  constructor(readonly make: (batch: EventBatch, row: number) => Part) {}

  /** Call it before of(), once for each batch. */
  begin({ length }: EventBatch): void {
    if (this.#parts.length < length) this.#parts = Array(length);
    this.#parts.fill(null);
  }

  of(batch: EventBatch, row: number): Part {
    const first = row - batch.events.alike[row];
    return this.#parts[first] ??= this.make(batch, first);
  }
}
