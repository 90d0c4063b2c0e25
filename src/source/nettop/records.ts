/**
 * Stage 5, what a record says of a socket.
 * In: a tracked socket. Out: the fields of its record, with a bit of `unknown` for each figure that nettop does not tell.
 */
import { Carries, OwnerHow, Tag, Unknown } from "../../wire/layout.ts";
import { TcpState } from "../../wire/tcp_state.ts";
import type { TrackedSocket } from "./socket.ts";
import type { FlowFields, RecordWriter } from "../record_writer.ts";

/** By nettop's name in lower case. SYN_RECV has two: no capture has that state, so its spelling is not known. */
const STATES: Readonly<Record<string, number>> = {
  established: TcpState.ESTABLISHED,
  synsent: TcpState.SYN_SENT,
  synreceived: TcpState.SYN_RECV,
  synrcvd: TcpState.SYN_RECV,
  finwait1: TcpState.FIN_WAIT1,
  finwait2: TcpState.FIN_WAIT2,
  timewait: TcpState.TIME_WAIT,
  closed: TcpState.CLOSE,
  closewait: TcpState.CLOSE_WAIT,
  lastack: TcpState.LAST_ACK,
  listen: TcpState.LISTEN,
  closing: TcpState.CLOSING,
};
const UNKNOWN_STATE = 0;

/** Of `Established`, `FinWait1`, `CLOSE_WAIT`, ...: only seven names have been seen in captures, so case and punctuation are ignored. */
export function stateNumber(name: string | null): number {
  return STATES[(name ?? "").replace(/[^A-Za-z0-9]/g, "").toLowerCase()] ?? UNKNOWN_STATE;
}

/** What is asked of macOS since no row tells it. */
export interface FactLookup {
  /** `cutName`: the process's name as nettop writes it. null: not known. */
  uidOf(pid: number, cutName: string): number | null;
  /** 0: no such interface. */
  interfaceIndex(name: string): number;
}

const NO_ADDRESS = new Uint8Array(16);
/** nettop has retransmitted bytes (nstat_txretransmit is t_stat.txretransmitbytes) but no segments, and no cwnd. */
const NEVER_KNOWN = Unknown.retransmits | Unknown.cwnd;

export class SocketRecords {
  constructor(readonly lookup: FactLookup) {}

  tcp(
    writer: RecordWriter,
    tag: typeof Tag.tcpOpen | typeof Tag.tcpClose | typeof Tag.tcpLive,
    socket: TrackedSocket,
    timeNs: number,
    state = stateNumber(socket.row.state),
  ): void {
    const { openedNs, row } = socket;
    writer.tcp(tag, { ...this.#fields(socket), state, timeNs, openedNs, srttUs: row.rttUs ?? 0 });
  }

  udp(writer: RecordWriter, socket: TrackedSocket): void {
    const carries = socket.row.protocol === "quic" ? Carries.quic : Carries.unknown;
    writer.udp({ ...this.#fields(socket), carries, firstNs: socket.openedNs, lastNs: socket.lastMovedNs });
  }

  #fields(socket: TrackedSocket): FlowFields {
    const { cookie, direction, row } = socket;
    // Asked even where the row has the user: the lookup learns the process's name with it.
    const asked = this.lookup.uidOf(row.pid, row.process), uid = row.uid ?? asked;
    const zone = row.local.zone ?? row.remote.zone;
    return {
      family: row.family,
      direction,
      how: row.pid === 0 ? OwnerHow.kernel : OwnerHow.file,
      cookie,
      rxBytes: socket.rxBytes ?? 0,
      txBytes: socket.txBytes ?? 0,
      rxPackets: socket.rxPackets ?? 0,
      txPackets: socket.txPackets ?? 0,
      tgid: row.pid,
      uid: uid ?? 0,
      scope: zone === null ? 0 : this.lookup.interfaceIndex(zone),
      localPort: row.local.port,
      remotePort: row.remote.port,
      unknown: unknownBits(socket, uid),
      localAddress: row.local.address ?? NO_ADDRESS,
      remoteAddress: row.remote.address ?? NO_ADDRESS,
      comm: row.process,
    };
  }
}

function unknownBits({ rxBytes, txBytes, rxPackets, txPackets, row }: TrackedSocket, uid: number | null): number {
  const unless = (known: boolean, bit: number) => known ? 0 : bit;
  return NEVER_KNOWN |
    unless(rxBytes !== null && txBytes !== null, Unknown.bytes) |
    unless(rxPackets !== null && txPackets !== null, Unknown.packets) |
    unless(row.rttUs !== null, Unknown.rtt) |
    unless(uid !== null, Unknown.uid);
}
