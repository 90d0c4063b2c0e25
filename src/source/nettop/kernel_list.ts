/**
 * The last fallback, in place of stages 1 to 3: the kernel's list of sockets (sysctl net.inet.*.pcblist_n).
 * In: macOS's System. Out: frames as nettop would give them, without bytes and packets, which the list does not have.
 */
import { type Pcb, type Reach, reachOf } from "../../system/darwin/pcblist.ts";
import type { System } from "../../system/darwin/system.ts";
import type { Frame, OwnedRow } from "./frames.ts";

/** nettop's names of the states TCPS_CLOSED ... TCPS_TIME_WAIT of netinet/tcp_fsm.h. */
const STATES = [
  "Closed",
  "Listen",
  "SynSent",
  "SynReceived",
  "Established",
  "CloseWait",
  "FinWait1",
  "Closing",
  "LastAck",
  "FinWait2",
  "TimeWait",
] as const;

export class KernelList {
  #reach: Reach = "all";
  #hasRead = false;

  /** `ourUid`: of the user who runs tcptop; null: not known. */
  constructor(readonly system: System, readonly ourUid: number | null) {}

  /** Whose sockets the last list had. */
  get reach(): Reach {
    return this.#reach;
  }

  /** The sockets now; null: they cannot be read. */
  read(number: number, arrivedNs: number): Frame | null {
    const tcp = this.system.sockets("tcp"), udp = this.system.sockets("udp");
    if (tcp === null || udp === null) return null;
    this.#reach = reachOf([...tcp, ...udp], this.ourUid);
    const isBaseline = !this.#hasRead;
    this.#hasRead = true;
    const rows = [...tcp.map((pcb) => rowOfPcb("tcp", pcb)), ...udp.map((pcb) => rowOfPcb("udp", pcb))];
    return { number, arrivedNs, rows, isWhole: true, isPreliminary: false, isBaseline };
  }
}

export function rowOfPcb(protocol: "tcp" | "udp", pcb: Pcb): OwnedRow {
  const zone = pcb.scope === 0 ? null : String(pcb.scope);
  return {
    kind: "connection",
    label: labelOf(protocol, pcb),
    protocol,
    family: pcb.family,
    local: { address: pcb.localAddress, port: pcb.localPort, zone },
    remote: { address: pcb.remoteAddress, port: pcb.remotePort, zone },
    state: pcb.tcpState === null ? null : STATES[pcb.tcpState] ?? null,
    rxBytes: null,
    txBytes: null,
    rxPackets: null,
    txPackets: null,
    rttUs: pcb.srttUs,
    pid: pcb.pid,
    process: "",
    uid: pcb.uid,
  };
}

/** Equal in every list for one socket, and for no other. Sockets in user space (skywalk) have generation 0: addresses and pid instead. */
function labelOf(protocol: string, pcb: Pcb): string {
  if (pcb.generation !== 0n) return `${protocol} pcb ${pcb.generation}`;
  const { pid, family, localAddress, localPort, remoteAddress, remotePort } = pcb;
  return `${protocol}${family} pcb of ${pid} ${localAddress}.${localPort}<->${remoteAddress}.${remotePort}`;
}
