/** The names that one host tells, as among those of all. Of each kind no more are passed on than a host can have. */
import type { Cgroup } from "../../flow/container.ts";
import { keyOf, numberOf, textOf } from "../../flow/host.ts";
import type { NewCgroups } from "../cgroups.ts";
import type { EventsMessage, SampleMessage } from "../protocol.ts";

const MOST = 1 << 15;

/** Cgroups of all hosts are numbered one after the other. */
export class CgroupNumbers {
  #next = 1;
  #fresh: Cgroup[] = [];

  add(cgroup: Cgroup): number {
    this.#fresh.push(cgroup);
    return this.#next++;
  }

  /** Those since the last call. */
  take(): NewCgroups {
    const cgroups = this.#fresh;
    this.#fresh = [];
    return { first: this.#next - cgroups.length, oldest: 1, cgroups };
  }
}

type Told = Pick<SampleMessage, "users" | "programs" | "zones" | "answers" | "processes" | "cgroups" | "containers">;

export interface HostNames {
  readonly users: [number, string][];
  readonly programs: [number, string][];
  readonly zones: [string, string][];
  readonly answers: [number, string][];
  readonly processes: [number, string][];
  readonly containers: (readonly [id: string, name: string])[];
}

export const noNames = (): HostNames => ({
  users: [],
  programs: [],
  zones: [],
  answers: [],
  processes: [],
  containers: [],
});

export class NamesOfHost {
  /** By path: a host that comes again has the same ones. */
  readonly #cgroups = new Map<string, number>();
  /** By the host's own number, of this connection. */
  #numbers: number[] = [];
  /** The highest number of another name that it has told, among those of all connections, and what is added to those of this one. */
  #highest = 0;
  #base = 0;
  #restarted = false;
  readonly #users = new Set<number>();
  readonly #processes = new Set<number>();

  constructor(readonly host: number, readonly all: CgroupNumbers) {}

  /** The host numbers anew in what comes next; what it told before keeps its names. */
  restart(): void {
    this.#restarted = true;
  }

  cgroup(number: number): number {
    return this.#numbers[number] ?? 0;
  }

  /** Of what is numbered as it comes: executables, answers. 0 stays 0. */
  numbered(number: number): number {
    return number === 0 ? 0 : this.#base + number;
  }

  /** Adds what has come to `to`. */
  take(message: Told | EventsMessage, to: HostNames): void {
    const { host } = this;
    if (this.#restarted) {
      this.#restarted = false;
      this.#numbers = [];
      this.#base = this.#highest;
    }
    for (const [uid, name] of message.users) if (isOneOf(this.#users, uid)) to.users.push([keyOf(host, uid), name]);
    for (const [pid, name] of message.processes) {
      if (isOneOf(this.#processes, pid)) to.processes.push([keyOf(host, pid), name]);
    }
    for (const [number, text] of message.programs) to.programs.push([this.#known(number), text]);
    for (const [number, text] of message.answers) to.answers.push([this.#known(number), text]);
    for (const [key, name] of message.zones) to.zones.push([textOf(host, key), name]);
    for (const pair of message.containers) to.containers.push(pair);
    const { first, cgroups } = message.cgroups;
    cgroups.forEach((cgroup, i) => this.#numbers[first + i] = this.#numberOf(cgroup));
  }

  #known(number: number): number {
    const known = this.numbered(number);
    this.#highest = Math.max(this.#highest, known);
    return numberOf(this.host, known);
  }

  #numberOf(cgroup: Cgroup): number {
    let number = this.#cgroups.get(cgroup.path);
    if (number === undefined && this.#cgroups.size < MOST) {
      this.#cgroups.set(cgroup.path, number = this.all.add(cgroup));
    }
    return number ?? 0;
  }
}

/** Of those that are passed on; one more is, where there is room. */
function isOneOf(known: Set<number>, number: number): boolean {
  if (known.size < MOST) known.add(number);
  return known.has(number);
}
