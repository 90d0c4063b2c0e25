import {
  GenerationLayout,
  Kind,
  type Pcb,
  PcbLayout,
  SocketLayout,
  TcpLayout,
} from "../../../src/system/darwin/pcblist.ts";

/** What a test says of a socket; addresses are 16 bytes as the kernel has them. */
export interface FakePcb {
  readonly generation: bigint;
  readonly versions: number;
  readonly local: readonly number[];
  readonly remote: readonly number[];
  readonly ports: readonly [local: number, remote: number];
  readonly uid: number;
  readonly pids: readonly [last: number, effective: number];
  /** State and srtt; null: UDP. */
  readonly tcp: readonly [state: number, srtt: number] | null;
}

/** IPv4 as struct in_addr_4in6 has it: behind 12 bytes of padding, here not zero. */
export const in4in6 = (...bytes: number[]) => [...new Array(12).fill(0xee), ...bytes];

/** An address as readPcbList() gives it: 16 bytes, the rest zero. */
export const address = (...head: number[]) => new Uint8Array([...head, ...new Array<number>(16 - head.length).fill(0)]);

/** A connection that is in the kernel's list as these bytes ... */
export const TCP4: FakePcb = {
  generation: 0x1_0000_0007n,
  versions: 1,
  local: in4in6(192, 0, 2, 10),
  remote: in4in6(198, 51, 100, 20),
  ports: [51234, 443],
  uid: 501,
  pids: [4711, 0],
  tcp: [4, 467],
};
/** ... and read as this. structs.c lays out the same one. */
export const TCP4_READ: Pcb = {
  generation: 0x1_0000_0007n,
  pid: 4711,
  uid: 501,
  family: 4,
  localAddress: address(192, 0, 2, 10),
  remoteAddress: address(198, 51, 100, 20),
  localPort: 51234,
  remotePort: 443,
  scope: 0,
  tcpState: 4,
  srttUs: 14594,
};

/** xsocket_n was 76 bytes before macOS 13 and is 104 since. */
export function pcbList(pcbs: readonly FakePcb[], socketBytes = 104): Uint8Array<ArrayBuffer> {
  const parts = [generation(pcbs.length), ...pcbs.flatMap((pcb) => records(pcb, socketBytes)), generation(pcbs.length)];
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + align8(byteLength), 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer), at);
    at += align8(part.byteLength);
  }
  return bytes;
}

const align8 = (bytes: number) => (bytes + 7) & ~7;

function record(byteLength: number, kind: number): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(byteLength));
  view.setUint32(0, byteLength, true);
  view.setUint32(4, kind, true);
  return view;
}

const generation = (count: number) => record(GenerationLayout.byteLength, count);

function records(pcb: FakePcb, socketBytes: number): DataView<ArrayBuffer>[] {
  const inp = record(PcbLayout.byteLength, Kind.pcb), socket = record(socketBytes, Kind.socket);
  inp.setBigUint64(PcbLayout.generation, pcb.generation, true);
  inp.setUint8(PcbLayout.versions, pcb.versions);
  inp.setUint16(PcbLayout.localPort, pcb.ports[0], false);
  inp.setUint16(PcbLayout.remotePort, pcb.ports[1], false);
  new Uint8Array(inp.buffer).set(pcb.local, PcbLayout.localAddress);
  new Uint8Array(inp.buffer).set(pcb.remote, PcbLayout.remoteAddress);
  socket.setUint32(SocketLayout.uid, pcb.uid, true);
  socket.setUint32(SocketLayout.lastPid, pcb.pids[0], true);
  socket.setUint32(SocketLayout.effectivePid, pcb.pids[1], true);
  // Two buffers and the statistics, which nobody reads.
  const rest = [record(32, 2), record(32, 4), record(136, 8)];
  if (pcb.tcp === null) return [inp, socket, ...rest];
  const tcp = record(204, Kind.tcp);
  tcp.setInt32(TcpLayout.state, pcb.tcp[0], true);
  tcp.setInt32(TcpLayout.srtt, pcb.tcp[1], true);
  return [inp, socket, ...rest, tcp];
}
