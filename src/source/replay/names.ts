import type { Names } from "../recording/info.ts";
import type { CgroupSource } from "../platform.ts";
import { processKey } from "../recording/cgroups.ts";

/** However long the recording, no more cgroups or processes than these are kept. */
const MOST = 1 << 17;
/** Of names that come while a recording is made, the newest of each kind: they are asked for soon after, and it may go on for ever. */
const MOST_COMING = 1 << 12;

/** Names of processes, a later one for the same process behind it. */
export type Processes = readonly (readonly [pid: number, name: string])[];

/** What the numbers of a recording stand for. */
export class RecordedNames implements CgroupSource {
  readonly users = new Map<number, string>();
  readonly #awaited = new Map<number, (name: string) => void>();
  /** Lines by themselves. */
  readonly #cgroups = new Map<string, string>();
  readonly #processCgroups = new Map<string, string>();
  readonly #argumentNames = new Map<string, string>();
  readonly #hosts: string[] = [];
  readonly #interfaces = new Map<number, string>();
  /** That are still to be told of. */
  #containers: (readonly [id: string, name: string])[] = [];
  /** By where the chunk is: they are told as it is played. */
  #processes: { readonly at: number; readonly processes: Processes }[] = [];
  #processCount = 0;

  /** `comes`: names still come, so that one that is not known is waited for. */
  constructor(readonly comes = false) {}

  /** `at`: where in its file. */
  add(names: Names, at = 0): void {
    const processes = names.processes ?? [];
    if (processes.length > 0 && this.#processCount < MOST && !this.comes) this.#processes.push({ at, processes });
    this.#processCount += processes.length;
    for (const [uid, name] of names.users ?? []) {
      this.#keep(this.users, uid, name);
      this.#awaited.get(uid)?.(name);
      this.#awaited.delete(uid);
    }
    for (const line of names.cgroups ?? []) this.#keep(this.#cgroups, line, line);
    for (const [key, text] of names.processCgroups ?? []) this.#keep(this.#processCgroups, key, text);
    for (const [key, text] of names.argumentNames ?? []) this.#keep(this.#argumentNames, key, text);
    for (const line of names.hosts ?? []) if (this.#hosts.length < MOST) this.#hosts.push(line);
    for (const pair of names.containers ?? []) if (this.#containers.length < MOST) this.#containers.push(pair);
    for (const [pid, text] of names.interfaces ?? []) this.#keep(this.#interfaces, pid, text);
  }

  #keep<K>(map: Map<K, string>, key: K, text: string): void {
    if (!this.comes) {
      if (map.size < MOST) map.set(key, text);
      return;
    }
    // Behind the others: the one that was told longest ago goes first.
    map.delete(key);
    map.set(key, text);
    if (map.size > MOST_COMING) map.delete(map.keys().next().value!);
  }

  userName(uid: number): string | null | Promise<string> {
    const name = this.users.get(uid) ?? null;
    if (name !== null || !this.comes || this.#awaited.size >= MOST) return name;
    return new Promise((resolve) => this.#awaited.set(uid, resolve));
  }

  /** Those that follow are of another file. */
  nextFile(): void {
    this.#processes = [];
    this.#processCount = 0;
  }

  processesBefore(end: number): Processes {
    return this.#processes.flatMap(({ at, processes }) => at < end ? processes : []);
  }

  /** Once: all of it is there from the beginning. */
  hosts(): string | null {
    return this.#hosts.splice(0).join("\n") || null;
  }

  /** Those that have come since the last call. */
  takeContainers(): readonly (readonly [id: string, name: string])[] {
    return this.#containers.splice(0);
  }

  interfaces(pid: number): string | null {
    // The recorder itself was asked where a socket was of its own namespace, which the text says.
    return this.#interfaces.get(pid) ?? this.#interfaces.get(0) ?? null;
  }

  argumentNames(pid: number, startNs: number): readonly string[] | null {
    return this.#argumentNames.get(processKey(pid, startNs))?.split("\0") ?? null;
  }

  cgroupPaths(): string {
    return [...this.#cgroups.keys()].join("\n");
  }

  processCgroups(pid: number | null, startNs?: number): string | null {
    return this.#processCgroups.get(processKey(pid, startNs)) ?? null;
  }
}
