/**
 * How many connections each listener has turned away since tcptop began, because its accept queue was full.
 *
 * The kernel counts two things: what a listener has dropped, for whatever reason (sk_drops), and the overflows of a network namespace's listeners
 * together (ListenOverflows). Each overflow is one more of both (tcp_conn_request(), tcp_v4_syn_recv_sock()). So where the listeners of a namespace
 * have dropped as many packets together as it counts overflows, each of these packets was one; where they have dropped more, some had another reason
 * (a filter of the socket's, no memory), and a listener's count says only how many there were at most.
 */
import type { FlowArrays } from "./columns.ts";
import { Overflows } from "./overflow_kind.ts";
import { isListener } from "./row.ts";

/** ListenOverflows of the network namespace of a process; null: not to be had. */
export type ReadOverflows = (pid: number) => number | null;

const MODULO = 2 ** 32;
/** Processes of a namespace that are asked in one sample before it is taken for one that cannot be asked. */
const MOST_ASKED = 4;

class Listener {
  /** sk_drops up to which they were judged, and now. */
  judged: number;
  drops: number;
  /** Overflows among those that were judged: at most so many, if `isBound`. */
  counted = 0;
  isBound = false;
  told = 0;
  seen = 0;

  constructor(drops: number, isFresh: boolean) {
    this.drops = drops;
    this.judged = isFresh ? 0 : drops;
  }

  get pending(): number {
    return (this.drops - this.judged + MODULO) % MODULO;
  }
}

class Namespace {
  readonly listeners = new Map<string, Listener>();
  /** ListenOverflows up to which drops were judged, and at the last reading; null: not read yet. */
  judged: number | null = null;
  last: number | null = null;
  /** Drops of listeners that have gone, not judged. */
  gone = 0;
  /** A listener has gone since then: what it dropped last was not seen. */
  hasLost = false;
  /** Something has changed since the sample before. */
  moved = false;
  unsettled = true;
  readonly pids: number[] = [];

  get pending(): number {
    let sum = this.gone;
    for (const listener of this.listeners.values()) sum += listener.pending;
    return sum;
  }
}

export class AcceptOverflows {
  readonly #namespaces = new Map<number, Namespace>();
  #sample = 0;

  constructor(readonly read: ReadOverflows) {}

  /** Whether all is known, of what can be, of what has been turned away. */
  get areSettled(): boolean {
    for (const { unsettled, last } of this.#namespaces.values()) if (unsettled && last !== null) return false;
    return true;
  }

  /** Fills the columns `overflows`, `overflowsDelta` and `overflowsAre` of listeners. Call it once for each sample, soon after its snapshot. */
  judge(flows: FlowArrays, length: number): void {
    this.#sample++;
    for (let row = 0; row < length; row++) if (isListener(flows, row) && flows.limitsKnown[row]) this.#note(flows, row);
    for (const [inode, namespace] of this.#namespaces) {
      this.#forget(namespace);
      if (namespace.listeners.size === 0) this.#namespaces.delete(inode);
      else if (namespace.moved || namespace.unsettled) this.#settle(namespace);
    }
    for (let row = 0; row < length; row++) if (isListener(flows, row) && flows.limitsKnown[row]) this.#tell(flows, row);
    for (const namespace of this.#namespaces.values()) {
      namespace.moved = false;
      namespace.pids.length = 0;
    }
  }

  #note(flows: FlowArrays, row: number): void {
    const namespace = this.#namespace(flows.netns[row]), key = keyOf(flows, row), drops = flows.unsent[row];
    let listener = namespace.listeners.get(key);
    if (listener === undefined) {
      // What is in the first sample was there before; a namespace that appears later has begun to count when tcptop ran.
      listener = new Listener(drops, flows.openedNs[row] !== 0);
      namespace.listeners.set(key, listener);
      namespace.moved ||= listener.pending > 0;
    }
    namespace.moved ||= listener.drops !== drops;
    listener.drops = drops;
    listener.seen = this.#sample;
    if (namespace.pids.length < MOST_ASKED && flows.tgid[row] !== 0) namespace.pids.push(flows.tgid[row]);
  }

  #namespace(inode: number): Namespace {
    let namespace = this.#namespaces.get(inode);
    if (namespace === undefined) {
      this.#namespaces.set(inode, namespace = new Namespace());
      if (this.#sample > 1) namespace.judged = 0;
    }
    return namespace;
  }

  #forget(namespace: Namespace): void {
    for (const [key, listener] of namespace.listeners) {
      if (listener.seen === this.#sample) continue;
      namespace.gone += listener.pending;
      namespace.moved = namespace.hasLost = namespace.unsettled = true;
      namespace.listeners.delete(key);
    }
  }

  #settle(namespace: Namespace): void {
    const now = this.#overflows(namespace), before = namespace.last;
    namespace.last = now;
    namespace.judged ??= now;
    if (now === null || namespace.judged === null) return;
    const pending = namespace.pending, overflows = now - namespace.judged;
    namespace.unsettled = pending !== overflows;
    if (!namespace.unsettled) this.#conclude(namespace, now, false);
    // While it goes on the two were read at different moments. Where nothing has moved since the sample before, they belong together.
    else if (now === before && !namespace.moved) {
      this.#conclude(namespace, now, true);
      namespace.unsettled = false;
    }
  }

  #conclude(namespace: Namespace, now: number, differ: boolean): void {
    const overflows = now - namespace.judged!, listeners = [...namespace.listeners.values()];
    const suspects = listeners.filter(({ pending }) => pending > 0);
    // All overflows are those of the only listener that has dropped anything.
    const alone = suspects.length === 1 && namespace.gone === 0 && suspects[0].pending >= overflows;
    for (const listener of suspects) {
      listener.counted += differ ? Math.min(listener.pending, overflows) : listener.pending;
      listener.isBound ||= differ && !alone && overflows > 0;
      listener.judged = listener.drops;
    }
    namespace.gone = 0;
    namespace.hasLost = false;
    namespace.judged = now;
  }

  #overflows(namespace: Namespace): number | null {
    for (const pid of namespace.pids) {
      const count = this.read(pid);
      if (count !== null) return count;
    }
    return null;
  }

  #tell(flows: FlowArrays, row: number): void {
    const namespace = this.#namespaces.get(flows.netns[row]), listener = namespace?.listeners.get(keyOf(flows, row));
    if (namespace === undefined || listener === undefined) return;
    const { pending } = listener, sum = listener.counted + pending;
    const { last, judged, hasLost } = namespace;
    const isBound = listener.isBound || pending > 0 && (hasLost || last === null || namespace.pending > last - judged!);
    flows.overflows[row] = sum;
    flows.overflowsDelta[row] = Math.max(0, sum - listener.told);
    flows.overflowsAre[row] = isBound ? Overflows.atMost : Overflows.exact;
    listener.told = sum;
  }
}

function keyOf(flows: FlowArrays, row: number): string {
  return `${flows.cookieHigh[row]}.${flows.cookieLow[row]}`;
}
