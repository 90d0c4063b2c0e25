/** "drops": what tells datagrams that never reached their process; "reasons": what tells why packets are dropped. The rest does not need them. */
export type Subsystem = "tcp" | "table" | "udp" | "drops" | "reasons";

/** One eBPF program that was tried by itself. An errno of 0: it was loaded and attached. */
export interface ProgramFact {
  /** "table": what stands in for "tcp" where the kernel refuses to walk over socket storage. */
  readonly subsystem: Subsystem;
  readonly name: string;
  readonly hook: string;
  readonly errno: number;
}

/** What a machine lets this process do, before any judgement. */
export interface MachineFacts {
  /** Bits by number, as in linux/capability.h. */
  readonly capabilities: bigint;
  readonly btfErrno: number;
  readonly cgroupErrno: number;
  /** Whether the cgroup v2 hierarchy that is seen is the whole system's. */
  readonly cgroupIsRoot: boolean;
  readonly netlinkErrno: number;
  /** Of joining the multicast groups that tell of sockets' ends. */
  readonly destroyGroupsErrno: number;
  /** Of ending a socket that there is not. */
  readonly killErrno: number;
  /** Whether fentry is refused with EPERM: for want of a permission, or because the kernel runs no tracing program while a thread
   * of process 1 is current. */
  readonly firstProcessHidden: boolean;
  readonly maps: readonly { readonly kind: string; readonly errno: number }[];
  readonly programs: readonly ProgramFact[];
  /** Of those settings that the kernel has: lockdown, unprivileged_bpf_disabled, perf_event_paranoid. */
  readonly settings: ReadonlyMap<string, string>;
}

/** Reads what tcptop__doctor() wrote; ffi/tcptop.h describes it. Lines that it does not know are skipped. */
export function parseMachineFacts(text: string): MachineFacts {
  const rows = text.split("\n").map((line) => line.split("\t"));
  const all = (key: string) => rows.filter(([first]) => first === key).map(([, ...rest]) => rest);
  const one = (key: string) => all(key)[0] ?? [];
  const [capabilities = "0"] = one("capabilities"), [btf] = one("btf"), [cgroup, isRoot] = one("cgroup");
  const [netlink, destroyGroups] = one("netlink");
  return {
    capabilities: BigInt(`0x${capabilities}`),
    btfErrno: Number(btf),
    cgroupErrno: Number(cgroup),
    cgroupIsRoot: isRoot === "1",
    netlinkErrno: Number(netlink),
    destroyGroupsErrno: Number(destroyGroups),
    killErrno: Number(one("kill")[0] ?? 0),
    firstProcessHidden: one("first_process_hidden")[0] === "1",
    maps: all("map").map(([kind, errno]) => ({ kind, errno: Number(errno) })),
    programs: all("program").map(([subsystem, name, hook, errno]) => ({
      subsystem: subsystem as Subsystem,
      name,
      hook,
      errno: Number(errno),
    })),
    settings: new Map(all("setting").map(([name, value]) => [name, value])),
  };
}
