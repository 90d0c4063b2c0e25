import type { Diagnosis } from "../system/diagnosis.ts";
import type { MachineFacts } from "../system/machine.ts";
import type { Host } from "../system/host.ts";
import type { SelfUse } from "../system/self_use.ts";
import type { SourceInfo } from "../system/source_info.ts";
import type { FlowSource } from "./source.ts";

/** What Linux tells of cgroups. */
export interface CgroupSource {
  /** A line "ID PATH" for each cgroup of version 2, the root left out. */
  cgroupPaths(): string;
  /** The text of /proc/PID/cgroup. pid null: our own. startNs: CLOCK_BOOTTIME; 0 or left out: whichever process has the id.
   * null: it has ended, or may not be read. */
  processCgroups(pid: number | null, startNs?: number): string | null;
}

/** What differs from one operating system to the next. Everything else is shared. */
export interface Platform {
  readonly host: Host;
  /** Throws a TcptopError in words for the user. */
  openSource(): FlowSource;
  /** Login name; null: the user database has none. A promise where the answer may take long (LDAP): it comes from another thread. */
  userName(uid: number): string | null | Promise<string | null>;
  /** null, or left out: the system has none. */
  readonly cgroups?: CgroupSource | null;
  /** Names that say more than a record's 15 bytes, of processes whose records have come since the last call. */
  newProcessNames?(): (readonly [pid: number, name: string])[];
  /** Names of containers that a recording has and that have come since the last call. */
  newContainerNames?(): readonly (readonly [id: string, name: string])[];
  /** Whoever keeps what is told keeps this name too, which has been found out elsewhere. */
  keepContainerName?(id: string, name: string): void;
  /** The process's command line; null: it has gone, or may not be read. */
  commandLine?(pid: number, startNs: number): string | null;
  /** The file names of the first arguments of its command line, one of which may be the whole of its name. null: it has gone. startNs: as in
   * processCgroups(). */
  argumentNames?(pid: number, startNs: number): readonly string[] | null;
  /** TIME_WAIT in the network namespace of a process (0: our own); null: not to be had. */
  readonly timeWaits?: ((pid: number) => number | null) | undefined;
  /** Connections that were turned away for a full accept queue in the network namespace of a process, since it was made; null: not to be had. */
  readonly listenOverflows?: ((pid: number) => number | null) | undefined;
  /** Inode number of our own network namespace; 0: not known. */
  networkNamespace?(): number;
  /** The text of the hosts file, where it has changed since the last call; else null. */
  hosts?(): string | null;
  /** Of a process (0: of us): the inode number of its network namespace, 0 where that may not be asked, and from the next line on the text of
   * /proc/PID/net/if_inet6. null: it has gone, or may not be asked. */
  interfaces?(pid: number): string | null;
  selfUse(): SelfUse;
  /** What the machine lets this process do. Only Linux can be asked. */
  machineFacts?(): MachineFacts;
  /** What doctor says where there are no machineFacts(). `source`: what was opened; null: nothing could be. */
  diagnose?(source: SourceInfo | null): Diagnosis;
}
