/**
 * The buffers of the sysctls net.inet.{tcp,udp}.pcblist_n: a struct xinpgen, then for each socket a run of records that begin
 * with their length and kind, each at a multiple of 8, then another xinpgen. Lengths differ between versions of macOS, so a
 * record is known by its kind, and one that is too short for a field does not have it. All Macs are little-endian.
 */
export const Kind = { pcb: 0x10, socket: 1, tcp: 0x20 } as const;

export const GenerationLayout = { byteLength: 24 } as const;
/** struct xinpcb_n. Ports and addresses are in network order. An IPv4 address is in the last 4 of the 16 bytes. */
export const PcbLayout = {
  byteLength: 104,
  remotePort: 16,
  localPort: 18,
  generation: 28,
  versions: 44,
  remoteAddress: 48,
  localAddress: 64,
} as const;
/** struct xsocket_n: 76 bytes up to macOS 12 (xnu-8020), in which the last field is so_e_pid; 104 since. */
export const SocketLayout = { byteLength: 76, uid: 64, lastPid: 68, effectivePid: 72 } as const;
/** struct xtcpcb_n. srtt is in 1/32 ms. */
export const TcpLayout = { byteLength: 140, state: 36, srtt: 136 } as const;

const INP_IPV4 = 1, INP_IPV6 = 2;
const SRTT_UNITS_PER_MS = 32;

/** One socket of the list. */
export interface Pcb {
  /** Unique among all sockets that there ever were; 0: one in user space (skywalk), which has none. */
  readonly generation: bigint;
  readonly pid: number;
  readonly uid: number | null;
  readonly family: 4 | 6;
  /** 16 bytes, IPv4 in the first 4. */
  readonly localAddress: Uint8Array;
  readonly remoteAddress: Uint8Array;
  readonly localPort: number;
  readonly remotePort: number;
  /** Interface index of a link-local address, else 0. */
  readonly scope: number;
  /** TCPS_CLOSED = 0 ... TCPS_TIME_WAIT = 10 of netinet/tcp_fsm.h; null: not TCP. */
  readonly tcpState: number | null;
  readonly srttUs: number | null;
}

/** Whose sockets a list has. */
export type Reach = "all" | "own" | "none";

/**
 * From macOS 27 on the kernel's lists give a caller who is not root only its own sockets (netstat and nettop are entitled to all), and no
 * error. On every Mac mDNSResponder, which has a user of its own, has sockets: a list without another user's is not whole, nor is an
 * empty one. `ourUid` null: not known.
 */
export function reachOf(pcbs: readonly Pcb[], ourUid: number | null): Reach {
  if (pcbs.length === 0) return "none";
  if (ourUid === null || ourUid === 0) return "all";
  return pcbs.every(({ uid }) => uid === ourUid) ? "own" : "all";
}

/** Never throws: what is cut off or makes no sense is left out. */
export function readPcbList(buffer: Uint8Array): Pcb[] {
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const found: Pcb[] = [];
  let records = new Map<number, DataView>();
  const finish = () => {
    const pcb = readPcb(records);
    if (pcb !== null) found.push(pcb);
    records = new Map();
  };
  for (let at = GenerationLayout.byteLength; at + 8 <= view.byteLength;) {
    const length = view.getUint32(at, true), kind = view.getUint32(at + 4, true);
    if (length <= GenerationLayout.byteLength || at + length > view.byteLength) break;
    if (kind === Kind.pcb) finish();
    records.set(kind, new DataView(view.buffer, view.byteOffset + at, length));
    at += (length + 7) & ~7;
  }
  finish();
  return found;
}

function readPcb(records: ReadonlyMap<number, DataView>): Pcb | null {
  const pcb = records.get(Kind.pcb), socket = records.get(Kind.socket), tcp = records.get(Kind.tcp);
  if (pcb === undefined || pcb.byteLength < PcbLayout.byteLength) return null;
  const versions = pcb.getUint8(PcbLayout.versions);
  if ((versions & (INP_IPV4 | INP_IPV6)) === 0) return null;
  // A socket that takes both has both bits, and addresses of IPv6.
  const family = versions & INP_IPV6 ? 6 : 4;
  const local = readAddress(pcb, PcbLayout.localAddress, family);
  const remote = readAddress(pcb, PcbLayout.remoteAddress, family);
  const owned = socket !== undefined && socket.byteLength >= SocketLayout.byteLength ? socket : undefined;
  return {
    generation: pcb.getBigUint64(PcbLayout.generation, true),
    pid: owned?.getUint32(SocketLayout.effectivePid, true) || owned?.getUint32(SocketLayout.lastPid, true) || 0,
    uid: owned?.getUint32(SocketLayout.uid, true) ?? null,
    family,
    localAddress: local.bytes,
    remoteAddress: remote.bytes,
    localPort: pcb.getUint16(PcbLayout.localPort, false),
    remotePort: pcb.getUint16(PcbLayout.remotePort, false),
    scope: local.scope || remote.scope,
    ...readTcp(tcp),
  };
}

function readTcp(tcp: DataView | undefined): { tcpState: number | null; srttUs: number | null } {
  if (tcp === undefined || tcp.byteLength < TcpLayout.byteLength) return { tcpState: null, srttUs: null };
  const srtt = tcp.getInt32(TcpLayout.srtt, true);
  return {
    tcpState: tcp.getInt32(TcpLayout.state, true),
    srttUs: srtt > 0 ? Math.round(srtt * 1000 / SRTT_UNITS_PER_MS) : null,
  };
}

/** The kernel keeps the scope of a link-local address, or of a group of the link or the interface, inside it (IN6_IS_SCOPE_EMBED), in bytes 2 and 3, which are zero in the address itself. */
function readAddress(pcb: DataView, at: number, family: 4 | 6): { bytes: Uint8Array; scope: number } {
  const all = new Uint8Array(pcb.buffer, pcb.byteOffset + at, 16), bytes = new Uint8Array(16);
  if (family === 4) {
    bytes.set(all.subarray(12));
    return { bytes, scope: 0 };
  }
  bytes.set(all);
  const isLinkLocal = bytes[0] === 0xfe && (bytes[1] & 0xc0) === 0x80;
  const isGroup = bytes[0] === 0xff && ((bytes[1] & 15) === 1 || (bytes[1] & 15) === 2);
  if (!isLinkLocal && !isGroup) return { bytes, scope: 0 };
  const scope = bytes[2] << 8 | bytes[3];
  bytes.fill(0, 2, 4);
  return { bytes, scope };
}
