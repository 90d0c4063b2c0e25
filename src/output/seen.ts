/** What a whole run saw: each flow with its last figures and its end, for what is told once a run is over. */
import { type Ended, endOf } from "../flow/end.ts";
import {
  flowId,
  hasPeer,
  isListener,
  isTcp,
  limitedBy,
  plus,
  retransmits,
  rxBytes,
  rxDelta,
  txBytes,
  txDelta,
} from "../flow/row.ts";
import { hostState } from "../flow/host.ts";
import { harmlessName } from "../harmless.ts";
import { Silences } from "./silences.ts";
import type { Health, Sample } from "../flow/sample.ts";
import {
  askedName,
  cgroupPath,
  commName,
  type Container,
  container,
  directionName,
  executable,
  localAddress,
  pidOf,
  processName,
  remoteAddress,
  remoteName,
  uidOf,
} from "../view/flow.ts";

/** More flows than these are counted together: half a gigabyte would be the next step. */
const MOST_FLOWS = 1 << 18;

/** Names are as they came, not yet made harmless. */
export interface SeenFlow {
  /** flowId(), which is another one where its host is connected anew. */
  id: string;
  /** Which of --hosts has it; null: there is but one. */
  host: string | null;
  readonly protocol: "tcp" | "udp";
  readonly direction: "outbound" | "inbound" | null;
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
  /** The last name that the peer was shown with. */
  name: string | null;
  /** The last one that its process had asked for, or that /etc/hosts has. */
  askedName: string | null;
  pid: number | null;
  process: string | null;
  /** The same as the kernel has it: 15 bytes of it at most. */
  comm: string | null;
  exe: string | null;
  uid: number | null;
  container: Container | null;
  cgroup: string | null;
  inside: boolean;
  /** null: UDP. */
  established: boolean | null;
  /** ms since 1970; openedMs null: before tcptop began. lastMs: its end, or the last sample that had it. */
  readonly openedMs: number | null;
  lastMs: number;
  /** Since it opened, or was first seen; null: the source cannot say. */
  rxBytes: number | null;
  txBytes: number | null;
  retransmits: number | null;
  closed: boolean;
  /** It ended unseen: its figures are those of the last sample that had it. */
  vanished: boolean;
  end: Ended | null;
  /** How long it waited for what, in ms. */
  readonly limitedMs: Map<string, number>;
  /** By the policy, if there is one; true: in some sample. */
  allowed: boolean;
}

/** Flows for which there was no room any more. */
export interface FurtherFlows {
  ended: number;
  /** Those of the last sample that goes on. */
  open: number;
  failed: number;
  rxBytes: number | null;
  txBytes: number | null;
  /** Of those that ended. */
  notAllowed: number;
}

/** Whether the policy allows the flow of a row. */
export type Judge = (sample: Sample, row: number) => boolean;

export class Seen {
  /** In the order in which they were met. */
  readonly flows: SeenFlow[] = [];
  readonly further: FurtherFlows = { ended: 0, open: 0, failed: 0, rxBytes: null, txBytes: null, notAllowed: 0 };
  /** The last sample: what the source was, and what it lost. */
  last: Sample | null = null;
  /** Watching failed: of what came after the last sample nothing is known. */
  isCut = false;
  /** Hosts that were not heard all the time. */
  readonly silences = new Silences();
  #open = new Map<string, SeenFlow>();
  /** Of those of hosts that are silent, by what stays when such a host is connected anew. */
  #kept = new Map<string, SeenFlow>();
  /** Of recordings before the one that is played. */
  #lostBefore = 0;

  /** `choose`: the rows that count; listeners and sockets without a peer never do. */
  constructor(
    readonly choose: (sample: Sample) => readonly number[],
    readonly judge: Judge | null = null,
    readonly most = MOST_FLOWS,
  ) {}

  /** Records that were lost, and what there was no room for. */
  get lost(): number {
    if (this.last === null) return 0;
    const { health } = this.last;
    return this.#lostBefore + lostBy(health) + health.recordsInvalid;
  }

  add(sample: Sample): void {
    const still = new Map<string, SeenFlow>(), { flows: f } = sample;
    // Each of several recordings numbers its samples, and counts from 0, but for records that are invalid.
    if (this.last !== null && sample.number <= this.last.number) this.#lostBefore += lostBy(this.last.health);
    this.last = sample;
    this.silences.take(sample);
    this.further.open = 0;
    for (const row of this.choose(sample)) {
      if (isListener(f, row) || !hasPeer(f, row)) continue;
      const id = flowId(f, row), known = this.#open.get(id) ?? this.#again(sample, row, id);
      const flow = known ?? this.#meet(sample, row, id);
      this.#open.delete(id);
      if (flow === null) this.#addFurther(sample, row);
      else {
        this.#update(flow, sample, row);
        if (!flow.closed) still.set(id, flow);
      }
    }
    this.#leave(still);
    this.#open = still;
  }

  /** Those that are not in the sample have gone, unless their host is silent: it may tell of them again. */
  #leave(still: Map<string, SeenFlow>): void {
    const { silent } = this.silences;
    this.#kept.clear();
    for (const [id, flow] of this.#open) {
      if (flow.host === null || !silent.has(flow.host)) flow.closed = flow.vanished = true;
      else {
        still.set(id, flow);
        this.#kept.set(lastingId(id), flow);
      }
    }
  }

  /** The flow of a host that was silent, and tells of it again: by another id, where it is older than the recorder that runs there now. */
  #again(sample: Sample, row: number, id: string): SeenFlow | null {
    const flow = this.#kept.size === 0 ? undefined : this.#kept.get(lastingId(id)), f = sample.flows;
    if (flow === undefined || this.#open.get(flow.id) !== flow) return null;
    const isSame = flow.local.port === f.localPort[row] && flow.remote.port === f.remotePort[row] &&
      flow.local.address === localAddress(sample, row) && flow.remote.address === remoteAddress(sample, row);
    if (!isSame) return null;
    this.#open.delete(flow.id);
    flow.id = id;
    return flow;
  }

  #meet(sample: Sample, row: number, id: string): SeenFlow | null {
    if (this.flows.length >= this.most) return null;
    const f = sample.flows,
      flow: SeenFlow = {
        id,
        protocol: isTcp(f, row) ? "tcp" : "udp",
        direction: directionName(f, row),
        local: { address: localAddress(sample, row), port: f.localPort[row] },
        remote: { address: remoteAddress(sample, row), port: f.remotePort[row] },
        openedMs: f.openedNs[row] === 0 ? null : wallMs(sample, f.openedNs[row]),
        ...EMPTY,
        limitedMs: new Map(),
      };
    this.flows.push(flow);
    return flow;
  }

  #update(flow: SeenFlow, sample: Sample, row: number): void {
    const f = sample.flows, limit = limitedBy(f, row);
    flow.name = remoteName(sample, row) ?? flow.name;
    flow.askedName = askedName(sample, row) ?? flow.askedName;
    flow.host = hostState(sample, row)?.name ?? null;
    flow.pid = pidOf(f, row);
    flow.process = processName(sample, row);
    flow.comm = commName(sample, row);
    flow.exe = executable(sample, row) ?? flow.exe;
    flow.uid = uidOf(f, row);
    flow.container = container(sample, row);
    flow.cgroup = cgroupPath(sample, row);
    flow.inside = f.inside[row] === 1;
    flow.established = isTcp(f, row) ? f.established[row] === 1 : null;
    flow.closed = f.closed[row] === 1;
    flow.lastMs = flow.closed && f.lastNs[row] !== 0 ? wallMs(sample, f.lastNs[row]) : sample.wallMs;
    flow.rxBytes = rxBytes(f, row);
    flow.txBytes = txBytes(f, row);
    flow.retransmits = retransmits(f, row);
    flow.end = endOf(f, row);
    if (limit !== null) flow.limitedMs.set(limit, (flow.limitedMs.get(limit) ?? 0) + sample.intervalMs);
    flow.allowed ||= this.judge === null || this.judge(sample, row);
  }

  #addFurther(sample: Sample, row: number): void {
    const { further } = this, f = sample.flows;
    further.rxBytes = plus(further.rxBytes, rxDelta(f, row));
    further.txBytes = plus(further.txBytes, txDelta(f, row));
    if (f.closed[row] === 0) further.open++;
    else {
      further.ended++;
      if (isTcp(f, row) && f.established[row] === 0) further.failed++;
      if (this.judge !== null && !this.judge(sample, row)) further.notAllowed++;
    }
  }
}

/** flowId() without when the flow was opened, which a recorder that began later does not know. */
function lastingId(id: string): string {
  const [flow, host] = id.split("@"), [cookie, ...rest] = flow.split("-");
  return `${cookie}-${cookie.startsWith("u") ? rest.at(-1) : ""}@${host}`;
}

function lostBy({ eventsLost, flowsEvicted, socketsUntracked, datagramsUntracked }: Health): number {
  return eventsLost + flowsEvicted + socketsUntracked + datagramsUntracked;
}

const EMPTY = {
  host: null,
  name: null,
  askedName: null,
  pid: null,
  process: null,
  comm: null,
  exe: null,
  uid: null,
  container: null,
  cgroup: null,
  inside: false,
  established: null,
  lastMs: 0,
  rxBytes: null,
  txBytes: null,
  retransmits: null,
  closed: false,
  vanished: false,
  end: null,
  allowed: false,
};

function wallMs({ wallMs, timeNs }: Sample, ns: number): number {
  return wallMs - (timeNs - ns) / 1e6;
}

/** Its process, with the host that it is on where there are several; null: it is not known. Not made harmless. */
export function ownerText({ process, host }: SeenFlow, unknown: string): string {
  const name = process === null ? unknown : harmlessName(process);
  return host === null ? name : `${name}@${host}`;
}

/** It ended, or was given up, without ever having been established. */
export function hasFailed({ established, closed }: SeenFlow): boolean {
  return established === false && closed;
}
