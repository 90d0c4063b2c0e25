/** From what a machine lets us do to what is missing, and the command that mends it. Pure. */
import { Errno } from "../wire/errno.ts";
import { errnoText } from "./errno.ts";
import { DROP_REASONS, isAtLeast, kernelRemedy, TCP_BY_BPF, UDP_DROPS } from "./kernel_version.ts";
import type { MachineFacts, ProgramFact, Subsystem } from "./machine.ts";
import type { SourceInfo } from "./source_info.ts";

/** One thing that was looked at. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly ok: boolean;
  /** Whether the best source needs it. */
  readonly needed: boolean;
  readonly detail: string;
  /** What to do; null: nothing needs to be done, or nothing can. */
  readonly remedy: string | null;
}

export interface Diagnosis {
  readonly tcp: string | null;
  readonly udp: string | null;
  /** Whether both come from the best source that there is for this system. */
  readonly best: boolean;
  readonly checks: readonly Check[];
  /** The first thing to do; null: nothing. */
  readonly remedy: string | null;
}

/** What is needed to know the rest. `euid` null: not a system with users. */
export interface Circumstances {
  readonly euid: number | null;
  /** The kernel's. */
  readonly release: string;
  /** The executable, for setcap; null: it is run from source, where a file's capabilities would be Deno's. */
  readonly executable: string | null;
}

/** With too few the kernel refuses programs for reasons that are none. */
const MORE_FILES = "Raise the limit: ulimit -n 1024";
const NET_ADMIN = 12, SYS_ADMIN = 21;
/** The note's code: whose user tcptop runs as takes nothing from what it sees. */
const ROOT_KEPT = "root_kept";
const CAPABILITIES = [
  { bit: 39, name: "CAP_BPF", needed: true, what: "load eBPF programs" },
  { bit: 38, name: "CAP_PERFMON", needed: true, what: "follow TCP in the kernel" },
  { bit: NET_ADMIN, name: "CAP_NET_ADMIN", needed: true, what: "count UDP on the root cgroup" },
  {
    bit: SYS_ADMIN,
    name: "CAP_SYS_ADMIN",
    needed: false,
    what: "look into other network namespaces at the start, and by netlink",
  },
  { bit: 19, name: "CAP_SYS_PTRACE", needed: false, what: "find the owners of other users' sockets by netlink" },
  { bit: 2, name: "CAP_DAC_READ_SEARCH", needed: false, what: "find the owners of other users' sockets by netlink" },
] as const;

/** `source` is what was chosen on this machine; null: nothing could be opened, for the reason in `failure`. */
export function diagnose(
  facts: MachineFacts,
  source: SourceInfo | null,
  failure: string | null,
  circumstances: Circumstances,
): Diagnosis {
  const checks = [
    btfCheck(facts),
    ...CAPABILITIES.map((capability) => capabilityCheck(facts, capability, circumstances)),
    lockdownCheck(facts),
    ...facts.maps.map(({ kind, errno }) => mapCheck(facts, kind, errno, circumstances)),
    ...programChecks(facts, circumstances),
    ...firstProcessChecks(facts),
    cgroupCheck(facts),
    netlinkCheck(facts, circumstances),
    killCheck(facts, circumstances),
  ];
  const tcp = source?.tcp ?? null, udp = source?.udp ?? null, best = tcp === "bpf" && udp === "bpf";
  const missing = checks.find(({ ok, needed, remedy }) => !ok && needed && remedy !== null);
  const short = facts.programs.some(({ errno }) => errno === Errno.EMFILE) ? MORE_FILES : null;
  const noted = source?.notes.find(({ code, remedy }) => remedy !== null && code !== ROOT_KEPT)?.remedy ?? failure;
  return { tcp, udp, best, checks, remedy: best ? noted : short ?? missing?.remedy ?? noted };
}

/** CAP_BPF and CAP_PERFMON came with Linux 5.8; before, CAP_SYS_ADMIN is what both are for. */
function knows({ settings }: MachineFacts, bit: number): boolean {
  return bit <= Number(settings.get("cap_last_cap") ?? 63);
}

const holds = ({ capabilities }: MachineFacts, bit: number) => (capabilities >> BigInt(bit) & 1n) === 1n;

/** Whether CAP_SYS_ADMIN does what that capability is for: bpf_capable() and perfmon_capable() take it (include/linux/capability.h). To attach
 * programs to a cgroup took CAP_NET_ADMIN itself until Linux 6.9 (bpf_prog_attach_check_attach_type()): whether they were attached says it. */
function standsIn(facts: MachineFacts, bit: number): boolean {
  if (bit !== NET_ADMIN) return !knows(facts, bit) || bit === 38 || bit === 39;
  const counting = facts.programs.filter(({ subsystem, hook }) => subsystem === "udp" && hook.startsWith("cgroup_skb"));
  return counting.length > 0 && counting.every(({ errno }) => errno === 0);
}

const isGranted = (facts: MachineFacts, bit: number) =>
  holds(facts, bit) || holds(facts, SYS_ADMIN) && standsIn(facts, bit);

/** Without what it takes, the kernel refuses programs with other words too: its verifier with EINVAL, for want of CAP_PERFMON. */
const lacksCapability = (facts: MachineFacts) =>
  CAPABILITIES.some(({ bit, needed }) => needed && !isGranted(facts, bit));

/** `more`: a capability besides those that are needed. */
function permission(facts: MachineFacts, { euid, executable }: Circumstances, more?: string): string {
  const needed = knows(facts, 39) ? ["BPF", "PERFMON", "NET_ADMIN"] : ["SYS_ADMIN", "NET_ADMIN"];
  const names = more === undefined || needed.includes(more) ? needed : [...needed, more];
  if (euid === 0) {
    const added = names.map((name) => `--cap-add ${name}`).join(" ");
    return `In a container: sudo docker run ${added} --security-opt seccomp=unconfined, or --privileged. Not in a rootless one: rights in a user ` +
      "namespace are not enough";
  }
  const capabilities = `${names.map((name) => `cap_${name.toLowerCase()}`).join(",")}+ep`;
  return executable === null ? "sudo tcptop" : `sudo tcptop, or once: sudo setcap ${capabilities} ${executable}`;
}

function needsKernel(release: string): string {
  return kernelRemedy(release, TCP_BY_BPF, "CONFIG_BPF_SYSCALL, CONFIG_BPF_EVENTS and CONFIG_DEBUG_INFO_BTF");
}

function btfCheck({ btfErrno }: MachineFacts): Check {
  const ok = btfErrno === 0;
  return {
    id: "btf",
    title: "kernel BTF",
    ok,
    needed: true,
    detail: ok ? "/sys/kernel/btf/vmlinux" : `/sys/kernel/btf/vmlinux cannot be read (${errnoText(btfErrno)})`,
    remedy: ok
      ? null
      : "Boot a kernel built with CONFIG_DEBUG_INFO_BTF=y, as distributions have since 2021; where /sys is not mounted, mount -t sysfs sysfs /sys",
  };
}

function capabilityCheck(
  facts: MachineFacts,
  { bit, name, needed, what }: typeof CAPABILITIES[number],
  circumstances: Circumstances,
): Check {
  const ok = isGranted(facts, bit);
  const instead = !knows(facts, bit)
    ? ": this kernel takes CAP_SYS_ADMIN for it"
    : ok && !holds(facts, bit)
    ? ": CAP_SYS_ADMIN stands in for it"
    : "";
  return {
    id: name.toLowerCase(),
    title: name,
    ok,
    needed,
    detail: `to ${what}${instead}`,
    remedy: ok ? null : permission(facts, circumstances, needed ? undefined : name.slice(4)),
  };
}

/** The word in brackets is the one in force. Integrity leaves reading alone; confidentiality may not. */
function lockdownCheck({ settings, programs }: MachineFacts): Check {
  const mode = /\[(\w+)\]/.exec(settings.get("lockdown") ?? "")?.[1] ?? "none";
  const ok = mode !== "confidentiality" || programs.every(({ errno }) => errno === 0);
  const remedy = ok ? null : "Boot without lockdown=confidentiality";
  return { id: "lockdown", title: "kernel lockdown", ok, needed: true, detail: mode, remedy };
}

/** libbpf only says that it could not make one; where programs are refused, that is why. */
function mapCheck(facts: MachineFacts, kind: string, errno: number, circumstances: Circumstances): Check {
  const ok = errno === 0;
  const refused = lacksCapability(facts) || facts.programs.some((program) => isRefusal(program.errno));
  const id = `map_${kind.toLowerCase().replace(/[^a-z]+/g, "_")}`;
  const remedy = ok ? null : refused ? permission(facts, circumstances) : needsKernel(circumstances.release);
  return { id, title: `${kind} map`, ok, needed: true, detail: ok ? "made and freed" : "cannot be made", remedy };
}

const OPENED: ReadonlyMap<string, string> = new Map([
  ["udp_opened", "udp_opened_plain"],
  ["udp_opened_plain", "udp_opened"],
]);

/** What does where a program is refused that can tell more: before Linux 6.11. */
const PLAINER: ReadonlyMap<string, string> = new Map([["packet_dropped", "packet_dropped_plain"]]);

/** Without which the others do: one makes up for what they miss (bpf/tcp_witness.bpf.c) and takes a cgroup v2 hierarchy, the other finds the
 * kernel's tunnels. */
const OPTIONAL: readonly string[] = ["tcp_witness", "udp_tunnels"];

/** Without whose programs the rest does. */
const BESIDE: ReadonlySet<Subsystem> = new Set(["drops", "reasons"]);

const isRefusal = (errno: number) => errno === Errno.EPERM || errno === Errno.EACCES;

/** The plainer hook at socket() stands in for the other one, and is not needed beside it. Sockets kept in a table stand in for those
 * kept in socket storage, and are not worth a word where these can be had. */
function programChecks(facts: MachineFacts, circumstances: Circumstances): Check[] {
  const { programs } = facts;
  const works = (name: string) => programs.some((program) => program.name === name && program.errno === 0);
  const isRefused = (subsystem: Subsystem) =>
    programs.some((p) => p.subsystem === subsystem && p.errno && !OPENED.has(p.name) && !OPTIONAL.includes(p.name));
  const byTable = isRefused("tcp") && !isRefused("table") && programs.some(({ subsystem }) => subsystem === "table");
  const isShown = ({ subsystem, name, errno }: ProgramFact) =>
    (subsystem !== "table" || byTable) && (errno === 0 || !works(PLAINER.get(name) ?? ""));
  return programs.filter(isShown).map((program) => {
    const other = OPENED.get(program.name);
    const needed = other === undefined ? program.subsystem !== "tcp" || !byTable : !works(other);
    return programCheck(
      facts,
      program,
      needed && !OPTIONAL.includes(program.name) && !BESIDE.has(program.subsystem),
      circumstances,
    );
  });
}

const TITLES: Partial<Record<Subsystem, string>> = { drops: "udp", reasons: "drops" };

function programCheck(
  facts: MachineFacts,
  { subsystem, name, hook, errno }: ProgramFact,
  needed: boolean,
  circumstances: Circumstances,
): Check {
  const ok = errno === 0;
  return {
    id: subsystem === "table" ? `program_table_${name}` : `program_${name}`,
    title: `${TITLES[subsystem] ?? subsystem} program ${name}`,
    ok,
    needed,
    detail: ok ? `loaded, attached to ${hook}` : `${hook} refuses it (${errnoText(errno)})`,
    remedy: ok ? null : remedyFor(facts, subsystem, errno, circumstances),
  };
}

/** Which socket a packet was for when it was thrown away is told since 6.11; an older verifier says EACCES of the argument. Without it losses are
 * known by the socket. */
function remedyFor(facts: MachineFacts, subsystem: Subsystem, errno: number, circumstances: Circumstances): string {
  const { release } = circumstances;
  if (errno === Errno.EMFILE) return MORE_FILES;
  const since = subsystem === "reasons" ? DROP_REASONS : UDP_DROPS;
  if (BESIDE.has(subsystem) && !isAtLeast(release, since)) return kernelRemedy(release, since, "CONFIG_DEBUG_INFO_BTF");
  return isRefusal(errno) || lacksCapability(facts) ? permission(facts, circumstances) : needsKernel(release);
}

/** Why packets are dropped and resets are sent is told by tracing programs alone; connections have a second witness
 * (bpf/tcp_witness.bpf.c). Only where tracing is allowed at all does a refused fentry mean that the kernel hides process 1. */
function firstProcessChecks({ programs, firstProcessHidden }: MachineFacts): Check[] {
  if (!programs.some(({ subsystem, errno }) => subsystem === "reasons" && errno === 0)) return [];
  return [{
    id: "first_process",
    title: "tracing over process 1",
    ok: !firstProcessHidden,
    needed: false,
    detail: firstProcessHidden
      ? "this kernel runs no tracing program while process 1 is current: packets dropped and resets sent meanwhile have no reason, and " +
        "counts of drops may be too low"
      : "as over any other",
    remedy: null,
  }];
}

function cgroupCheck({ cgroupErrno, cgroupIsRoot }: MachineFacts): Check {
  const found = cgroupErrno === 0;
  const mend = found
    ? "Start it in the host's cgroup namespace: docker run --cgroupns=host"
    : "mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 none /sys/fs/cgroup/unified";
  return {
    id: "cgroup2",
    title: "cgroup v2",
    ok: found && cgroupIsRoot,
    needed: true,
    detail: found
      ? cgroupIsRoot ? "the system's root" : "only a part of the hierarchy"
      : `not found (${errnoText(cgroupErrno)})`,
    remedy: found && cgroupIsRoot ? null : mend,
  };
}

function netlinkCheck(facts: MachineFacts, circumstances: Circumstances): Check {
  const { netlinkErrno, destroyGroupsErrno } = facts;
  const ok = netlinkErrno === 0 && destroyGroupsErrno === 0;
  return {
    id: "netlink",
    title: "netlink sock_diag",
    ok,
    needed: false,
    detail: ok
      ? "sockets, and the ends of connections; --source netlink needs no root"
      : `refused (${errnoText(netlinkErrno || destroyGroupsErrno)})`,
    remedy: ok ? null : netlinkErrno ? "modprobe tcp_diag" : permission(facts, circumstances),
  };
}

/** A socket that there is not is not found, whether or not one may end it: the kernel asks for CAP_NET_ADMIN behind that (sock_diag_destroy()),
 * and takes no other in its place. */
function killCheck(facts: MachineFacts, circumstances: Circumstances): Check {
  const { killErrno } = facts, unsupported = killErrno === Errno.EOPNOTSUPP, permitted = holds(facts, NET_ADMIN);
  const ok = killErrno === 0 && permitted;
  return {
    id: "sock_destroy",
    title: "SOCK_DESTROY",
    ok,
    needed: false,
    detail: ok
      ? "connections can be ended: tcptop kill, --allow-kill"
      : unsupported
      ? "this kernel cannot end connections: it was built without CONFIG_INET_DIAG_DESTROY"
      : !permitted
      ? "to end connections takes CAP_NET_ADMIN"
      : `to end connections is refused (${errnoText(killErrno)})`,
    remedy: ok
      ? null
      : unsupported
      ? "Boot a kernel built with CONFIG_INET_DIAG_DESTROY=y"
      : permission(facts, circumstances),
  };
}
