/** Which of several hosts a row is of. What a host has numbered itself is told apart by its own number, which is 0 where there is but one. */
import type { Host } from "../system/host.ts";
import type { FlowArrays } from "./columns.ts";

/** Hosts are numbered from 1, to 127 at most. */
const NUMBER_BITS = 25;
const HOST_STEP = 2 ** 32;

/** One host of several, as far as it is known. */
export interface HostState {
  /** As the user named it. */
  readonly name: string;
  /** When it was last heard, ms since 1970: its figures are those of then. null: it is heard. */
  readonly staleSinceMs: number | null;
  /** What its clock is ahead of ours by; null: not known. */
  readonly aheadMs: number | null;
  /** Of its tcptop; null: not known yet. */
  readonly version: string | null;
  /** What its part of the sample is of, by its own monotonic clock; absent: what the sample is of. */
  readonly intervalMs?: number;
}

/** The key in Sample.users and Sample.processes of a number that the row has from its host. */
export function hostKey({ host }: FlowArrays, row: number, number: number): number {
  return keyOf(host[row], number);
}

export function keyOf(host: number, number: number): number {
  return host * HOST_STEP + number;
}

/** A number that counts up, of one host, as one among those of all. Its low bits still count up. 0 stays 0. */
export function numberOf(host: number, number: number): number {
  return number === 0 ? 0 : (host << NUMBER_BITS | number % 2 ** NUMBER_BITS) >>> 0;
}

/** A text that a host has for itself, as the key of a map with those of all. */
export function textOf(host: number, text: string): string {
  return host === 0 ? text : `${host} ${text}`;
}

/** A sample (sample.ts). */
interface OfHosts {
  readonly fleet?: readonly HostState[];
  readonly flows: FlowArrays;
}

/** null: one host is looked at, this one or that of a recording. */
export function hostState({ fleet, flows }: OfHosts, row: number): HostState | null {
  return fleet?.[flows.host[row] - 1] ?? null;
}

/** The time in which what is told of the row has moved: hosts look at different times. */
export function intervalOf(sample: OfHosts & { readonly intervalMs: number }, row: number): number {
  return sample.fleet === undefined ? sample.intervalMs : hostState(sample, row)?.intervalMs ?? sample.intervalMs;
}

/** Whether its host is silent, so that nothing is known of now. */
export function isStale(sample: OfHosts, row: number): boolean {
  return sample.fleet !== undefined && (hostState(sample, row)?.staleSinceMs ?? null) !== null;
}

const MOST_NAMES = 4;

/** What the sample is of, for a heading: the machine, or the hosts as the user named them. */
export function hostNames({ host, fleet }: { readonly host: Host; readonly fleet?: readonly HostState[] }): string {
  if (fleet === undefined) return host.hostname;
  const names = fleet.map(({ name }) => name), further = names.length - MOST_NAMES;
  return further <= 1 ? names.join(", ") : `${names.slice(0, MOST_NAMES).join(", ")} and ${further} more`;
}
