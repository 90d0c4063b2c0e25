import type { Pcb } from "../../system/darwin/pcblist.ts";
import type { OwnedRow } from "./frame.ts";

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

/** What tells one socket from all others. Those of user space (skywalk) have no generation: inp_gencnt is 0. */
function identity(protocol: string, pcb: Pcb): string {
  if (pcb.generation !== 0n) return `${protocol} pcb ${pcb.generation}`;
  const { pid, family, localAddress, localPort, remoteAddress, remotePort } = pcb;
  return `${protocol}${family} pcb of ${pid} ${localAddress}.${localPort}<->${remoteAddress}.${remotePort}`;
}

/** The kernel's list of sockets as nettop would tell it, but for the bytes, which the list does not have right. */
export function rowOfPcb(protocol: "tcp" | "udp", pcb: Pcb): OwnedRow {
  const end = (address: Uint8Array, port: number) => ({
    address,
    port,
    zone: pcb.scope === 0 ? null : String(pcb.scope),
  });
  return {
    kind: "connection",
    label: identity(protocol, pcb),
    protocol,
    family: pcb.family,
    local: end(pcb.localAddress, pcb.localPort),
    remote: end(pcb.remoteAddress, pcb.remotePort),
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
