import { Carries, OwnerHow, Tag, Unknown } from "../../wire/layout.ts";
import { stateNumber } from "./state.ts";
import type { Tracked } from "./tracked.ts";
import type { FlowFields, RecordWriter } from "./writer.ts";

/** What a row does not say. */
export interface Surroundings {
  uidOf(pid: number, cutName: string): number | null;
  /** 0: no such interface. */
  interfaceIndex(name: string): number;
}

const NO_ADDRESS = new Uint8Array(16);
/** nettop counts retransmitted bytes, not segments (nstat_txretransmit is t_stat.txretransmitbytes), and has no cwnd. */
const NEVER_KNOWN = Unknown.retransmits | Unknown.cwnd;

/** A socket as it is known, in records. */
export class FlowRecords {
  constructor(readonly surroundings: Surroundings) {}

  tcp(
    writer: RecordWriter,
    tag: typeof Tag.tcpOpen | typeof Tag.tcpClose | typeof Tag.tcpLive,
    flow: Tracked,
    timeNs: number,
    state = stateNumber(flow.row.state),
  ): void {
    writer.tcp(tag, {
      ...this.#fields(flow),
      state,
      timeNs,
      openedNs: flow.openedNs,
      srttUs: flow.row.rttUs ?? 0,
    });
  }

  udp(writer: RecordWriter, flow: Tracked): void {
    const carries = flow.row.protocol === "quic" ? Carries.quic : Carries.unknown;
    writer.udp({ ...this.#fields(flow), carries, firstNs: flow.openedNs, lastNs: flow.movedNs });
  }

  #fields(flow: Tracked): FlowFields {
    const { cookie, direction, row } = flow;
    const asked = this.surroundings.uidOf(row.pid, row.process), uid = row.uid ?? asked;
    const zone = row.local.zone ?? row.remote.zone;
    return {
      family: row.family,
      direction,
      how: row.pid === 0 ? OwnerHow.kernel : OwnerHow.file,
      cookie,
      rxBytes: flow.rxBytes ?? 0,
      txBytes: flow.txBytes ?? 0,
      rxPackets: flow.rxPackets ?? 0,
      txPackets: flow.txPackets ?? 0,
      tgid: row.pid,
      uid: uid ?? 0,
      scope: zone === null ? 0 : this.surroundings.interfaceIndex(zone),
      localPort: row.local.port,
      remotePort: row.remote.port,
      unknown: unknownBits(flow, uid),
      localAddress: row.local.address ?? NO_ADDRESS,
      remoteAddress: row.remote.address ?? NO_ADDRESS,
      comm: row.process,
    };
  }
}

function unknownBits({ rxBytes, txBytes, rxPackets, txPackets, row }: Tracked, uid: number | null): number {
  const unless = (known: boolean, bit: number) => known ? 0 : bit;
  return NEVER_KNOWN |
    unless(rxBytes !== null && txBytes !== null, Unknown.bytes) |
    unless(rxPackets !== null && txPackets !== null, Unknown.packets) |
    unless(row.rttUs !== null, Unknown.rtt) |
    unless(uid !== null, Unknown.uid);
}
