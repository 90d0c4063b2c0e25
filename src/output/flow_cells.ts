/** The cells of a flow with every field of CSV, in bytes: what FIELDS of flow_csv.ts tell, without an object a row. */
import { hostState, intervalOf } from "../flow/host.ts";
import type { Drops } from "../flow/drop_list.ts";
import type { FlowArrays } from "../flow/columns.ts";
import { connectUs, deliveryRate, idleMs, lost, pacingRate, pathFigure, rtoCount, ssthresh } from "../flow/path.ts";
import { peerRow } from "../flow/peer.ts";
import { Via } from "../flow/peers.ts";
import * as flow from "../flow/row.ts";
import type { Sample } from "../flow/sample.ts";
import { dropsOf } from "../view/drops.ts";
import * as view from "../view/flow.ts";
import { ByteText, type Constant, constant, constantOf, Ipv4Between, NumberBehind } from "./byte_text.ts";
import { cellsText, type CsvRows, putCell } from "./csv.ts";
import { type Cell, droppedFields } from "./csv_fields.ts";
import { OwnerParts } from "./owner_parts.ts";
import { EndParts, putId, putMs, putRate } from "./row_bytes.ts";

const COMMA = 44;
const empty = (cells: number) => constant(",".repeat(cells));
const EMPTY_REMOTE = empty(4), NO_NAME = empty(2), NO_REAL = empty(2), NO_QUEUE = empty(4), NO_PEER = empty(7);
const IPV4 = new Ipv4Between(",", "");
const NUMBER = new NumberBehind(",", "");
const NO_COMMAND = empty(3), DIRECT = constant(",direct"), NAT = constant(",nat");
const END = new EndParts((end) =>
  `,${cellsText([end?.by, end?.how, end?.error, end?.reason].map((cell) => cell ?? null))}`
);

const DROPPED = droppedFields<{ readonly dropped: Drops | null }>().map(([, read]) => read);
const droppedText = (dropped: Drops | null) => `,${cellsText(DROPPED.map((read) => read({ dropped })))}`;
const NONE_DROPPED = constant(droppedText([])), DROPS_UNKNOWN = constant(droppedText(null));

const scratch = new ByteText();

function part(...cells: Cell[]): Constant {
  scratch.clear();
  for (const cell of cells) {
    scratch.byte(COMMA);
    putCell(scratch, cell);
  }
  return constantOf(scratch.bytes);
}

/** What several flows of one process have: what stands before the counts, and as the other end of a connection. */
class Owner {
  readonly own: Constant;
  #asPeer: Constant | null = null;

  constructor(sample: Sample, row: number) {
    const f = sample.flows, { id = null, runtime = null, name = null } = view.container(sample, row) ?? {};
    const user = view.userName(sample, row), cgroup = view.cgroupPath(sample, row), netns = f.netns[row] || null;
    const process = view.processName(sample, row), uid = view.uidOf(f, row);
    this.own = part(view.pidOf(f, row), process, uid, user, netns, cgroup, id, runtime, name);
  }

  /** `row`: one of its flows. */
  asPeer(sample: Sample, row: number): Constant {
    return this.#asPeer ??= peerPart(sample, row);
  }
}

function peerPart(sample: Sample, row: number): Constant {
  const f = sample.flows, { id = null, name = null } = view.container(sample, row) ?? {};
  return part(view.pidOf(f, row), view.processName(sample, row), id, name, f.netns[row] || null);
}

/** From the protocol to the direction: by what tells them apart. */
const KINDS = new Map<number, Constant>();

function kindOf({ flows: f }: Sample, row: number): Constant {
  const tcp = flow.isTcp(f, row), is4 = f.family[row] === 4;
  const number = f.state[row] << 16 | f.direction[row] << 8 | (tcp ? 2 : 0) | (is4 ? 1 : 0);
  let part = KINDS.get(number);
  if (part === undefined) {
    const cells = [tcp ? "tcp" : "udp", is4 ? 4 : 6, view.stateName(f, row), view.directionName(f, row)];
    KINDS.set(number, part = constant(`,${cellsText(cells)}`));
  }
  return part;
}

/** Rows of a sample after the other. */
export class FlowCells implements CsvRows<number> {
  readonly #owners = new OwnerParts((sample, row) => new Owner(sample, row));

  begin(): void {
    this.#owners.begin();
  }

  put(to: ByteText, sample: Sample, row: number): void {
    const f = sample.flows, owner = this.#owners.of(sample, row), tcp = flow.isTcp(f, row);
    const isListener = flow.isListener(f, row), rx = flow.rxDelta(f, row), tx = flow.txDelta(f, row);
    const intervalMs = intervalOf(sample, row);
    to.byte(COMMA);
    putId(to, f, row);
    to.add(kindOf(sample, row));
    putLocal(to, sample, row);
    putRemote(to, sample, row);
    to.add(owner.own);
    number(to, flow.rxBytes(f, row));
    number(to, flow.txBytes(f, row));
    number(to, rx);
    number(to, tx);
    rate(to, rx, intervalMs);
    rate(to, tx, intervalMs);
    number(to, flow.rxPackets(f, row));
    number(to, flow.txPackets(f, row));
    number(to, flow.rttUs(f, row));
    number(to, flow.rttVarUs(f, row));
    number(to, flow.cwnd(f, row));
    number(to, flow.retransmits(f, row));
    number(to, view.ageMs(sample, row));
    boolean(to, f.closed[row] === 1);
    boolean(to, f.loopback[row] === 1);
    text(to, view.executable(sample, row));
    boolean(to, flow.isShared(f, row));
    boolean(to, !tcp || isListener ? null : f.established[row] === 1);
    boolean(to, f.inside[row] === 1);
    number(to, flow.droppedPackets(f, row));
    number(to, flow.droppedBytes(f, row));
    text(to, flow.limitedBy(f, row));
    if (f.limitsKnown[row] === 0 || f.closed[row] === 1) to.add(NOT_HELD);
    else putHeld(to, f, row);
    number(to, flow.minRttUs(f, row));
    putDropped(to, dropsOf(sample, row));
    END.put(to, sample, row);
    if (isListener) putQueue(to, sample, row);
    else to.add(NO_QUEUE);
    putReal(to, sample, row);
    this.#peer(to, sample, row);
    number(to, connectUs(f, row));
    number(to, idleMs(f, row, sample.timeNs));
    if (f.pathKnown[row] === 0) to.add(NO_PATH);
    else putPath(to, f, row);
    putHosts(to, sample, row);
    if (sample.commands === undefined) return to.add(NO_COMMAND);
    text(to, view.commandLine(sample, row));
    number(to, view.parentPid(sample, row));
    text(to, view.parentName(sample, row));
  }

  #peer(to: ByteText, sample: Sample, row: number): void {
    const peer = peerRow(sample, row);
    if (peer < 0) return to.add(NO_PEER);
    to.byte(COMMA);
    putId(to, sample.flows, peer);
    to.add(this.#owners.of(sample, peer).asPeer(sample, peer));
    to.add(sample.flows.via[row] === Via.nat ? NAT : DIRECT);
  }
}

function number(to: ByteText, value: number | null): void {
  NUMBER.put(to, value);
}

function boolean(to: ByteText, value: boolean | null): void {
  to.byte(COMMA);
  if (value !== null) to.boolean(value);
}

function text(to: ByteText, value: string | null): void {
  to.byte(COMMA);
  if (value !== null) putCell(to, value);
}

function ms(to: ByteText, us: number | null): void {
  to.byte(COMMA);
  if (us !== null) putMs(to, us);
}

function rate(to: ByteText, delta: number | null, intervalMs: number): void {
  to.byte(COMMA);
  if (delta !== null) putRate(to, delta, intervalMs);
}

function putLocal(to: ByteText, sample: Sample, row: number): void {
  const f = sample.flows;
  if (f.family[row] === 4) IPV4.put(to, f.localAddress, row * 16);
  else text(to, view.localAddress(sample, row));
  number(to, f.localPort[row]);
}

function putRemote(to: ByteText, sample: Sample, row: number): void {
  const f = sample.flows;
  if (!flow.hasPeer(f, row)) return to.add(EMPTY_REMOTE);
  if (f.family[row] === 4) IPV4.put(to, f.remoteAddress, row * 16);
  else text(to, view.remoteAddress(sample, row));
  number(to, f.remotePort[row]);
  if (f.answer[row] === 0 && sample.hosts.size === 0 && sample.names.size === 0) return to.add(NO_NAME);
  text(to, view.remoteName(sample, row));
  text(to, view.remoteNameFrom(sample, row));
}

/** Where they are not known, as of what was met at its end alone, all of these are empty. */
function putHeld(to: ByteText, f: FlowArrays, row: number): void {
  ms(to, flow.held(f, row, "busyUs"));
  ms(to, flow.held(f, row, "peerWindowUs"));
  ms(to, flow.held(f, row, "sendBufferUs"));
  number(to, flow.held(f, row, "sendQueue"));
  number(to, flow.held(f, row, "unsent"));
  number(to, flow.held(f, row, "receiveQueue"));
}
const NOT_HELD = empty(6);

function putPath(to: ByteText, f: FlowArrays, row: number): void {
  text(to, view.congestionControl(f, row));
  number(to, pathFigure(f, row, "mss"));
  number(to, ssthresh(f, row));
  number(to, deliveryRate(f, row));
  number(to, pacingRate(f, row));
  number(to, lost(f, row));
  number(to, rtoCount(f, row));
  number(to, pathFigure(f, row, "ecnMarks"));
  number(to, pathFigure(f, row, "reordSeen"));
  number(to, pathFigure(f, row, "dsackDups"));
}
const NO_PATH = empty(10);

function putReal(to: ByteText, sample: Sample, row: number): void {
  const f = sample.flows, real = f.realPort[row] === 0 || !flow.hasPeer(f, row) ? null : view.realEndpoint(f, row);
  if (real === null) return to.add(NO_REAL);
  text(to, real.address);
  number(to, real.port);
}

function putQueue(to: ByteText, sample: Sample, row: number): void {
  const queue = flow.acceptQueue(sample.flows, row);
  if (queue === null) return to.add(NO_QUEUE);
  number(to, queue.length);
  number(to, queue.limit);
  number(to, queue.overflows);
  number(to, queue.overflows_at_most);
}

function putDropped(to: ByteText, dropped: Drops | null): void {
  if (dropped === null) to.add(DROPS_UNKNOWN);
  else if (dropped.length === 0) to.add(NONE_DROPPED);
  else to.text(droppedText(dropped));
}

/** Which of --hosts has the flow, and which its other end. */
function putHosts(to: ByteText, sample: Sample, row: number): void {
  if (sample.fleet === undefined) return to.add(NO_HOSTS);
  const peer = peerRow(sample, row);
  text(to, hostState(sample, row)?.name ?? null);
  text(to, peer < 0 ? null : hostState(sample, peer)?.name ?? null);
}
const NO_HOSTS = empty(2);
