/** What is read of one flow: names, addresses and texts, as they are and not yet made harmless. */
import { type FlowArrays, Unknown } from "../flow/columns.ts";
import { hostKey, textOf } from "../flow/host.ts";
import { isScoped } from "../flow/address.ts";
import { zoneName } from "../flow/zone.ts";
import { hasOwner, hasPeer, isTcp, known } from "../flow/row.ts";
import type { Sample } from "../flow/sample.ts";
import { harmlessName } from "../harmless.ts";
import { Direction, OwnerHow } from "../wire/layout.ts";
import { TcpState } from "../wire/tcp_state.ts";
import { addressText, endpointText } from "./address.ts";
import { InternedTexts } from "./intern.ts";

export interface Container {
  readonly id: string;
  readonly runtime: string;
  readonly name: string | null;
}

/** By number: the kernel's names, but that people say CLOSED. 0 is that of a record that does not tell. */
export const TCP_STATES: readonly string[] = [
  "UNKNOWN",
  ...Object.keys(TcpState).map((name) => name === "CLOSE" ? "CLOSED" : name),
];

const KERNEL_PROCESS = "[kernel]";
const KEPT_NAMES = 1 << 12;
const names = new InternedTexts(KEPT_NAMES);
const decoder = new TextDecoder();

/** null: not known, or the process is outside of the PID namespace that tcptop is in, where it has no number. */
export function pidOf(flows: FlowArrays, row: number): number | null {
  if (!hasOwner(flows, row)) return null;
  return flows.tgid[row] !== 0 || flows.how[row] === OwnerHow.kernel ? flows.tgid[row] : null;
}

/** One process for good: a pid comes again. */
export interface ProcessId {
  readonly pid: number;
  readonly startNs: number;
}

/** The file name of the owner's executable, as it is; null: not known, or the kernel itself. */
export function executable({ flows, programs }: Sample, row: number): string | null {
  return flows.exe[row] === 0 ? null : programs.get(flows.exe[row]) ?? null;
}

/** As the column `ancestors` says; null: not known. */
export function ancestors({ flows, programs }: Sample, row: number): string | null {
  return flows.ancestors[row] === 0 ? null : programs.get(flows.ancestors[row]) ?? null;
}

export function ancestorPids(text: string): string[] {
  return text.split("\n", 1)[0].split(" ");
}

/** The owner's command line, as it is; null: not known, not asked for, or the process had gone before it could be read. */
export function commandLine({ flows, commands }: Sample, row: number): string | null {
  if (commands === undefined || !hasOwner(flows, row)) return null;
  const command = commands.get(flows.tgid[row]);
  return command !== undefined && command.startNs === flows.ownerStartNs[row] ? command.line : null;
}

/** The pid of the owner's parent, when it was first seen; null: not known. */
export function parentPid(sample: Sample, row: number): number | null {
  const text = ancestors(sample, row);
  return text === null ? null : parseInt(text);
}

/** Its name at that time, of which the kernel keeps 15 bytes; null: not known. Not made harmless for any output. */
export function parentName(sample: Sample, row: number): string | null {
  const text = ancestors(sample, row), at = text?.indexOf("\n") ?? -1;
  return text === null || at < 0 ? null : text.slice(at + 1);
}

/** Both, such as `1234 bash`, as a cell says it. */
export function parentText(sample: Sample, row: number): string | null {
  const pid = parentPid(sample, row), name = parentName(sample, row);
  return pid === null || name === null ? pid === null ? null : String(pid) : `${pid} ${harmlessName(name)}`;
}

/** The process's own name: the kernel keeps 15 bytes of it, more is told where it can be known. Not made harmless for any output. */
export function processName({ flows, processes, programs }: Sample, row: number): string | null {
  if (flows.how[row] === OwnerHow.none) return null;
  if (flows.how[row] === OwnerHow.kernel) return KERNEL_PROCESS;
  const name = processes.get(hostKey(flows, row, flows.tgid[row]));
  if (name !== undefined) return name;
  const whole = flows.wholeName[row] === 0 ? undefined : programs.get(flows.wholeName[row]);
  if (whole !== undefined) return whole;
  return text16(flows.comm, row * 16);
}

/** As the kernel has it: 15 bytes at most. null: not known, or the kernel itself. */
export function commName({ flows }: Sample, row: number): string | null {
  const how = flows.how[row];
  return how === OwnerHow.none || how === OwnerHow.kernel ? null : text16(flows.comm, row * 16);
}

/** The name of its congestion control; null: not known. */
export function congestionControl(flows: FlowArrays, row: number): string | null {
  return flows.pathKnown[row] ? text16(flows.congestion, row * 16) || null : null;
}

/** Up to the first zero of 16 bytes. */
function text16(bytes: Uint8Array, at: number): string {
  return names.text(bytes, at, 0, () => {
    const text = bytes.subarray(at, at + 16), end = text.indexOf(0);
    return decoder.decode(end < 0 ? text : text.subarray(0, end));
  });
}

/** By UdpState. */
const UDP_STATES = ["UNKNOWN", "ACTIVE", "IDLE", "EXPIRED"] as const;

export function stateName(flows: FlowArrays, row: number): string {
  return (isTcp(flows, row) ? TCP_STATES : UDP_STATES)[flows.state[row]] ?? "UNKNOWN";
}

/** The owner's user; null: the owner or the user is not known. */
export function uidOf(flows: FlowArrays, row: number): number | null {
  return hasOwner(flows, row) ? known(flows, row, Unknown.uid, flows.uid[row]) : null;
}

/** The login name; null: it has none, or the user is not known. */
export function userName({ flows, users }: Sample, row: number): string | null {
  const uid = uidOf(flows, row);
  return uid === null ? null : users.get(hostKey(flows, row, uid)) ?? null;
}

/** Bytes a second to one decimal. */
export function perSecond(delta: number, intervalMs: number): number {
  return intervalMs > 0 ? Math.round(delta / intervalMs * 10000) / 10 : 0;
}

export function localAddress(sample: Sample, row: number): string {
  return address(sample, row, sample.flows.localAddress);
}

export function remoteAddress(sample: Sample, row: number): string {
  return address(sample, row, sample.flows.remoteAddress);
}

function address({ flows: f, zones }: Sample, row: number, bytes: Uint8Array): string {
  const text = addressText(f.family[row], bytes, row * 16);
  return isZoned(f, row, bytes) ? `${text}%${zoneName(zones, f, row) ?? f.scope[row]}` : text;
}

/** Whether it is the address of one link, and which link is known. */
function isZoned({ family, scope }: FlowArrays, row: number, bytes: Uint8Array): boolean {
  return scope[row] !== 0 && family[row] === 6 && isScoped(bytes, row * 16);
}

export function localEndpoint(sample: Sample, row: number): string {
  const { flows: f } = sample;
  return endpointText(localAddress(sample, row), f.family[row], f.localPort[row]);
}

/** "*": no peer. */
export function remoteEndpoint(sample: Sample, row: number): string {
  const { flows: f } = sample;
  return hasPeer(f, row) ? endpointText(remoteAddress(sample, row), f.family[row], f.remotePort[row]) : "*";
}

/** The remote end behind a translation of addresses; null: there is none, or it is not known. */
export function realEndpoint(f: FlowArrays, row: number): { readonly address: string; readonly port: number } | null {
  if (f.realPort[row] === 0) return null;
  return { address: addressText(f.family[row], f.realAddress, row * 16), port: f.realPort[row] };
}

/** Where a name comes from: this machine's hosts file, what the process itself has asked a name server for, or what the DNS has for the address,
 * which whoever has the address may write as he likes. In this order the first counts. */
export type NameFrom = "hosts" | "dns_answer" | "reverse";

/** The peer's name as it was given; null while there is none. */
export function remoteName(sample: Sample, row: number): string | null {
  return hostsName(sample, row) ?? answerName(sample, row) ?? reverseName(sample, row);
}

export function remoteNameFrom(sample: Sample, row: number): NameFrom | null {
  if (hostsName(sample, row) !== null) return "hosts";
  if (answerName(sample, row) !== null) return "dns_answer";
  return reverseName(sample, row) === null ? null : "reverse";
}

/** Files have no zones. */
function hostsName({ hosts, flows: f }: Sample, row: number): string | null {
  if (hosts.size === 0) return null;
  if (f.family[row] === 4 && f.remoteAddress[row * 16] === 127) {
    return hosts.get(textOf(f.host[row], "127.0.0.1")) ?? null;
  }
  return hosts.get(textOf(f.host[row], addressText(f.family[row], f.remoteAddress, row * 16))) ?? null;
}

function answerName({ answers, flows }: Sample, row: number): string | null {
  return flows.answer[row] === 0 ? null : answers.get(flows.answer[row]) ?? null;
}

function reverseName(sample: Sample, row: number): string | null {
  return sample.names.size === 0 ? null : sample.names.get(remoteAddress(sample, row)) ?? null;
}

const NO_NAMES: Pick<Sample, "names" | "answers" | "hosts"> = {
  names: new Map(),
  answers: new Map(),
  hosts: new Map(),
};

/** The same sample for who wants addresses. */
export function withoutNames<S extends Sample>(sample: S): S {
  return { ...sample, ...NO_NAMES };
}

/** The same sample for who wants no names that the process itself has not asked for. */
export function withoutHosts<S extends Sample>(sample: S): S {
  return sample.hosts.size === 0 ? sample : { ...sample, hosts: NO_NAMES.hosts };
}

/** The peer's name that its process had asked a name server for, or that /etc/hosts has; null: there is none, or it is from reverse DNS. */
export function askedName(sample: Sample, row: number): string | null {
  const from = remoteNameFrom(sample, row);
  return from === "hosts" || from === "dns_answer" ? remoteName(sample, row) : null;
}

/** The owner's cgroup, as the kernel has it; null: not known. */
export function cgroupPath({ cgroups, flows }: Sample, row: number): string | null {
  return flows.cgroup[row] === 0 ? null : cgroups[flows.cgroup[row]]?.path ?? null;
}

/** null: in none, or not known. */
export function container(sample: Sample, row: number): Container | null {
  const { cgroups, containers, flows } = sample, known = cgroups[flows.cgroup[row]]?.container;
  return known ? { ...known, name: containers.get(known.id) ?? null } : null;
}

/** Until the sample or, for a flow that has ended, until its end. */
export function ageMs(sample: Sample, row: number): number | null {
  const { openedNs, lastNs, closed } = sample.flows;
  if (openedNs[row] === 0 || sample.flows.unknown[row] & Unknown.age) return null;
  const endNs = closed[row] ? lastNs[row] : sample.timeNs;
  return Math.max(0, Math.round((endNs - openedNs[row]) / 1e6));
}

export function directionName(f: FlowArrays, row: number): "outbound" | "inbound" | null {
  const direction = f.direction[row];
  if (direction === Direction.outbound) return "outbound";
  return direction === Direction.inbound ? "inbound" : null;
}
