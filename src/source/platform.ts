import type { Diagnosis } from "./diagnosis.ts";
import type { MachineFacts } from "./machine.ts";
import type { FlowSource, Host, SourceInfo, SourceOptions } from "./source.ts";

/** What this process has cost so far. */
export interface SelfUse {
  /** Monotonic. */
  readonly nowNs: number;
  /** User and system time of all threads. */
  readonly cpuNs: number;
  readonly residentBytes: number;
}

/** What Linux tells of cgroups. */
export interface CgroupSource {
  /** A line "ID PATH" for each cgroup of version 2, the root left out. */
  cgroupPaths(): string;
  /** The text of /proc/PID/cgroup. pid null: our own. startNs: CLOCK_BOOTTIME; 0 or left out: whichever process has the id.
   * null: it has ended, or is not for us to see. */
  processCgroups(pid: number | null, startNs?: number): string | null;
}

/** What differs from one operating system to the next. Everything else is shared. */
export interface Platform {
  readonly host: Host;
  /** Throws a TcptopError in words for the user. */
  openSource(): FlowSource;
  /** Login name; null: the user database has none. It may take long, aside. */
  userName(uid: number): string | null | Promise<string | null>;
  /** null, or left out: the system has none. */
  readonly cgroups?: CgroupSource | null;
  /** Names that say more than a record's 15 bytes, of processes whose records have come since the last call. */
  newProcessNames?(): (readonly [pid: number, name: string])[];
  /** The process's command line; null: it has gone, or may not be read. */
  commandLine?(pid: number, startNs: number): string | null;
  /** What its first arguments end with, behind the last slash: a process may be called as one of them. null: it has gone. startNs:
   * as in processCgroups(). */
  argumentNames?(pid: number, startNs: number): readonly string[] | null;
  /** TIME_WAIT in the network namespace of a process (0: our own); null: not to be had. */
  timeWaits?(pid: number): number | null;
  /** Inode number of our own network namespace; 0: not known. */
  networkNamespace?(): number;
  selfUse(): SelfUse;
  /** What the machine lets this process do; not there where there is nothing to ask. */
  machineFacts?(): MachineFacts;
  /** What doctor says of a system without those facts, from the source that was opened; null: none could be. */
  diagnose?(source: SourceInfo | null): Diagnosis;
}

/** The machine that this process runs on. */
export function thisHost(): Host {
  return { hostname: Deno.hostname(), os: Deno.build.os, kernel: Deno.osRelease(), arch: Deno.build.arch };
}

/** The one place where the operating system is chosen. Nothing of another system's is imported. For tests, TCPTOP_NETTOP names
 * a program that plays nettop, and macOS's platform runs anywhere; a root would run what the variable names, and give nothing up. */
export async function openPlatform(os: typeof Deno.build.os, options: SourceOptions): Promise<Platform> {
  if (options.replay !== null) {
    return (await import("./replay/platform.ts")).openReplay(options.replay);
  }
  const played = Deno.env.get("TCPTOP_NETTOP") !== undefined;
  if (played && Deno.uid() === 0) {
    const { ExitStatus, TcptopError } = await import("../errors.ts");
    throw new TcptopError("TCPTOP_NETTOP is for tests, and not for root", ExitStatus.notPermitted);
  }
  const platform = played ? "darwin" : os;
  switch (platform) {
    case "darwin":
      return new (await import("./macos.ts")).MacosPlatform(os, options);
    case "linux":
      return new (await import("./linux.ts")).LinuxPlatform(options);
    default: {
      const { ExitStatus, TcptopError } = await import("../errors.ts");
      throw new TcptopError(`does not run on ${os}: it takes Linux 4.9 or newer, or macOS`, ExitStatus.unsupported);
    }
  }
}
