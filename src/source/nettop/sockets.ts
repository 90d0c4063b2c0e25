import type { Pcb } from "../darwin/pcblist.ts";
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

/** The kernel's list of sockets as nettop would tell it, but for the bytes, which the list does not have right. */
export function rowOfPcb(protocol: "tcp" | "udp", pcb: Pcb): OwnedRow {
  const end = (address: Uint8Array, port: number) => ({
    address,
    port,
    zone: pcb.scope === 0 ? null : String(pcb.scope),
  });
  return {
    kind: "connection",
    label: "",
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
    key: `${protocol} pcb ${pcb.generation}`,
  };
}
