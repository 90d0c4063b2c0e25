/** What the whole program said in a boot: one document of `--once --json`, beside connections that the driver held. */
import { isAtLeast, TCP_BY_BPF, UDP_BY_BPF } from "../src/system/kernel_version.ts";
import { type Boot, lineOf, valueOf } from "./matrix-boot.ts";

interface Flow {
  readonly protocol: string;
  readonly family: number;
  readonly state: string;
  readonly local: { readonly port: number };
  readonly remote: { readonly port: number } | null;
  readonly direction: string | null;
  readonly pid: number | null;
  readonly process: string | null;
  readonly rx_bytes: number | null;
  readonly tx_bytes: number | null;
}

/** The parts of a sample that are looked at here. */
export interface Sample {
  readonly source: { readonly tcp: string | null; readonly udp: string | null };
  readonly health: { readonly events_lost: number };
  readonly flows: readonly Flow[];
}

/** The document, or null when there is none or it is no JSON. */
export function sampleOf(boot: Boot): Sample | null {
  try {
    return JSON.parse(lineOf(boot, "document")?.text ?? "");
  } catch {
    return null;
  }
}

/** How many of the sockets that the driver held are shown just as they are; null when it held none. */
export function heldSockets(boot: Boot, sample: Sample): { exact: number; of: number } | null {
  const values = lineOf(boot, "hold")?.values;
  if (!values) return null;
  const number = (key: string) => Number(values.get(key));
  const exact = sample.flows.filter((flow) => {
    const port = number(flow.family === 6 ? "port6" : "port4");
    const client = flow.remote?.port === port;
    if (!client && !(flow.local.port === port && flow.remote?.port)) return false;
    return flow.protocol === "tcp" && flow.state === "ESTABLISHED" &&
      flow.pid === number(client ? "client" : "server") &&
      flow.process === (client ? "matrix-client" : "matrix-server") &&
      flow.tx_bytes === number(client ? "up" : "down") && flow.rx_bytes === number(client ? "down" : "up") &&
      flow.direction === (client ? "outbound" : "inbound");
  }).length;
  return { exact, of: number("sockets") };
}

/** Whether `tcptop doctor` names the sources that were used, and ends with 0 for the best and 4 for lesser ones. */
function doctorFault(boot: Boot, sample: Sample): string | null {
  const { tcp, udp } = sample.source;
  const status = lineOf(boot, "doctor")?.values.get("status") ?? "unknown";
  const expected = tcp === "bpf" && udp === "bpf" ? "0" : "4";
  if (status !== expected) return `doctor ended with ${status} instead of ${expected}`;
  const { source }: Sample = JSON.parse(lineOf(boot, "diagnosis")?.text ?? "{}");
  return source?.tcp === tcp && source?.udp === udp ? null : "doctor names other sources than were used";
}

/** Why the document is not as it should be; null when it is. */
export function programFault(boot: Boot): string | null {
  const sample = sampleOf(boot), said = lineOf(boot, "said")?.text ?? "nothing";
  if (sample === null) return `there is no document; it said: ${said}`;
  const held = heldSockets(boot, sample);
  if (held === null) return "the driver held no connections";
  if (held.exact !== held.of) return `${held.exact} of ${held.of} held sockets are exact`;
  if (sample.source.tcp === null) return "no source was chosen";
  const version = valueOf(boot, "package", "version") ?? "0";
  if (sample.source.tcp !== "bpf" && isAtLeast(version, TCP_BY_BPF)) return "TCP is not followed by BPF";
  if (sample.source.udp !== "bpf" && isAtLeast(version, UDP_BY_BPF)) return "UDP is not seen";
  if (sample.health.events_lost !== 0) return `events_lost is ${sample.health.events_lost}`;
  return doctorFault(boot, sample);
}
