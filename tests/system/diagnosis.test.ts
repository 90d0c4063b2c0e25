import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { diagnose } from "../../src/system/diagnosis.ts";
import { isAtLeast } from "../../src/system/kernel_version.ts";
import { Errno } from "../../src/wire/errno.ts";
import type { MachineFacts, Subsystem } from "../../src/system/machine.ts";

const ROOT = { euid: 0, executable: null, release: "6.18.0" };
const BPF = { tcp: "bpf", udp: "bpf", notes: [] };

const program = (subsystem: Subsystem, name: string, errno: number) => ({ subsystem, name, hook: "hook", errno });

function machine(errno = 0, changes: Partial<MachineFacts> = {}): MachineFacts {
  return {
    capabilities: (1n << 41n) - 1n,
    btfErrno: 0,
    cgroupErrno: 0,
    cgroupIsRoot: true,
    netlinkErrno: 0,
    destroyGroupsErrno: 0,
    killErrno: 0,
    firstProcessHidden: false,
    maps: [{ kind: "ring buffer", errno: errno && 22 }],
    programs: [
      program("tcp", "tcp_state", errno),
      program("tcp", "udp_opened", errno),
      program("udp", "udp_opened_plain", errno),
    ],
    settings: new Map(),
    ...changes,
  };
}

/** All capabilities but these. */
const without = (...bits: number[]) => bits.reduce((all, bit) => all & ~(1n << BigInt(bit)), (1n << 41n) - 1n);

const failing = (facts: MachineFacts) =>
  diagnose(facts, BPF, null, ROOT).checks.filter(({ ok, needed }) => !ok && needed).map(({ id }) => id);

Deno.test("diagnose() has nothing to mend where everything works", () => {
  const { best, remedy, checks } = diagnose(machine(), BPF, null, ROOT);
  deepStrictEqual([best, remedy, checks.filter(({ ok }) => !ok)], [true, null, []]);
});

Deno.test("diagnose() sends an ordinary user to sudo, and to setcap where that works", () => {
  const facts = machine(1, { capabilities: 0n }),
    failure = "needs root to load its eBPF programs. Run it with sudo, or see less without: --source netlink";
  const plain = diagnose(facts, null, failure, { euid: 1000, executable: null, release: "6.18.0" });
  deepStrictEqual([plain.best, plain.tcp, plain.udp, plain.remedy], [false, null, null, "sudo tcptop"]);
  const { remedy } = diagnose(facts, null, failure, { euid: 1000, executable: "/usr/bin/tcptop", release: "6.18.0" });
  strictEqual(remedy, "sudo tcptop, or once: sudo setcap cap_bpf,cap_perfmon,cap_net_admin+ep /usr/bin/tcptop");
});

Deno.test("diagnose() tells root in a container what the container must give", () => {
  const source = { tcp: "netlink", udp: null, notes: [] };
  match(diagnose(machine(1), source, null, ROOT).remedy!, /sudo docker run --cap-add BPF .*Not in a rootless one/);
});

Deno.test("diagnose() blames no kernel where descriptors have run out", () => {
  const programs = [program("tcp", "tcp_state", Errno.EINVAL), program("udp", "udp_opened_plain", Errno.EMFILE)];
  const { checks, remedy } = diagnose(machine(0, { programs }), null, "no", ROOT);
  const remedies = new Map(checks.map(({ id, remedy }) => [id, remedy]));
  const more = "Raise the limit: ulimit -n 1024";
  deepStrictEqual([remedy, remedies.get("program_udp_opened_plain")], [more, more]);
});

Deno.test("diagnose() names the one thing that is missing", () => {
  deepStrictEqual(failing(machine(0, { btfErrno: 2 })), ["btf"]);
  deepStrictEqual(failing(machine(0, { cgroupErrno: 2 })), ["cgroup2"]);
  deepStrictEqual(failing(machine(0, { cgroupIsRoot: false })), ["cgroup2"]);
  deepStrictEqual(failing(machine(0, { capabilities: without(38, 21) })), ["cap_perfmon"]);
  deepStrictEqual(failing(machine(0, { netlinkErrno: 2 })), []);
});

Deno.test("diagnose() says that drops over process 1 are not seen, where tracing is allowed", () => {
  const check = (errno: number, firstProcessHidden: boolean) => {
    const facts = machine(0, { firstProcessHidden, programs: [program("reasons", "packet_dropped", errno)] });
    const { best, checks } = diagnose(facts, BPF, null, ROOT), found = checks.find(({ id }) => id === "first_process");
    return [best, found?.ok, found?.needed, /may be too low/.test(found?.detail ?? "")];
  };
  deepStrictEqual(check(0, true), [true, false, false, true]);
  deepStrictEqual(check(0, false), [true, true, false, false]);
  deepStrictEqual(check(Errno.EPERM, true), [true, undefined, undefined, false]);
});

Deno.test("diagnose() knows whether connections can be ended, and what that takes", () => {
  const check = (killErrno: number, capabilities = without()) => {
    const { checks } = diagnose(machine(0, { killErrno, capabilities }), BPF, null, ROOT);
    const { ok, needed, detail, remedy } = checks.find(({ id }) => id === "sock_destroy")!;
    return [ok, needed, detail, remedy];
  };
  deepStrictEqual(check(0), [true, false, "connections can be ended: tcptop kill, --allow-kill", null]);
  deepStrictEqual(check(Errno.EOPNOTSUPP), [
    ...[false, false, "this kernel cannot end connections: it was built without CONFIG_INET_DIAG_DESTROY"],
    "Boot a kernel built with CONFIG_INET_DIAG_DESTROY=y",
  ]);
  deepStrictEqual(check(Errno.EPERM).slice(0, 3), [
    ...[false, false, "to end connections is refused (EPERM, operation not permitted)"],
  ]);
  match(String(check(Errno.EPERM)[3]), /--cap-add NET_ADMIN/);
  // The kernel says of a socket that there is not what it says to root.
  deepStrictEqual(check(0, without(12)).slice(0, 3), [false, false, "to end connections takes CAP_NET_ADMIN"]);
});

Deno.test("diagnose() lets CAP_SYS_ADMIN stand in where the kernel takes it", () => {
  const counting = (errno: number) => ({ ...program("udp", "udp_out", errno), hook: "cgroup_skb/egress" });
  const check = (capabilities: bigint, errno = 0) => {
    const facts = machine(errno, { capabilities, programs: [...machine(errno).programs, counting(errno)] });
    const { checks, remedy } = diagnose(facts, errno ? null : BPF, null, ROOT);
    const own = checks.filter(({ id }) => /^cap_(bpf|perfmon|net_admin)$/.test(id));
    return { own: own.map(({ ok, detail }) => `${ok} ${detail}`), remedy };
  };
  const instead = "CAP_SYS_ADMIN stands in for it";
  deepStrictEqual(check(1n << 21n), {
    own: [
      `true to load eBPF programs: ${instead}`,
      `true to follow TCP in the kernel: ${instead}`,
      `true to count UDP on the root cgroup: ${instead}`,
    ],
    remedy: null,
  });
  // Before Linux 6.9 attaching to a cgroup takes CAP_NET_ADMIN itself.
  const older = check(1n << 21n, Errno.EPERM);
  deepStrictEqual(older.own.map((line) => line.split(" ")[0]), ["true", "true", "false"]);
  match(older.remedy!, /--cap-add NET_ADMIN/);
  deepStrictEqual(check(1n << 39n | 1n << 38n | 1n << 12n).own[0], "true to load eBPF programs");
  deepStrictEqual(check(1n << 12n, Errno.EPERM).own.map((line) => line.split(" ")[0]), ["false", "false", "true"]);
});

Deno.test("diagnose() asks for the very capability that a check is of", () => {
  const { checks } = diagnose(machine(0, { capabilities: without(2, 19, 21) }), BPF, null, ROOT);
  const remedies = new Map(checks.map(({ id, remedy }) => [id, remedy]));
  match(remedies.get("cap_sys_admin")!, /--cap-add NET_ADMIN --cap-add SYS_ADMIN /);
  match(remedies.get("cap_sys_ptrace")!, /--cap-add SYS_PTRACE /);
  match(remedies.get("cap_dac_read_search")!, /--cap-add DAC_READ_SEARCH /);
});

Deno.test("diagnose() blames no kernel where CAP_PERFMON is what its verifier wants", () => {
  const { checks } = diagnose(machine(Errno.EINVAL, { capabilities: without(38, 21) }), null, "no", ROOT);
  const blamed = checks.filter(({ ok, remedy }) => !ok && !remedy!.includes("--cap-add PERFMON"));
  deepStrictEqual(blamed, []);
});

Deno.test("diagnose() has what a note says to do, where the best source works", () => {
  const note = { code: "nat_unknown", message: "not joined", remedy: "Give it CAP_NET_ADMIN" };
  const { best, remedy } = diagnose(machine(), { ...BPF, notes: [note] }, null, ROOT);
  deepStrictEqual([best, remedy], [true, "Give it CAP_NET_ADMIN"]);
  // Nothing more is seen by another user.
  const kept = { code: "root_kept", message: "tcptop stays the user root", remedy: "Give it CAP_SETUID" };
  deepStrictEqual(diagnose(machine(), { ...BPF, notes: [kept] }, null, ROOT).remedy, null);
  deepStrictEqual(diagnose(machine(), { ...BPF, notes: [kept, note] }, null, ROOT).remedy, "Give it CAP_NET_ADMIN");
});

Deno.test("diagnose() needs only one of the two hooks at socket()", () => {
  const { programs } = machine();
  const without = programs.map((program) => program.name === "udp_opened" ? { ...program, errno: 22 } : program);
  deepStrictEqual(failing(machine(0, { programs: without })), []);
  deepStrictEqual(failing(machine(22)).filter((id) => id.startsWith("program_")).length, 3);
});

Deno.test("diagnose() lets a table stand in for socket storage, and is silent about one that is not needed", () => {
  const programs = (storage: number, table: number) => [
    program("tcp", "tcp_state", 0),
    program("tcp", "tcp_snapshot", storage),
    program("table", "tcp_walk", table),
    program("table", "udp_opened", 22),
  ];
  const lines = (storage: number, table: number) =>
    diagnose(machine(0, { programs: programs(storage, table) }), BPF, null, ROOT).checks
      .filter(({ id }) => id.startsWith("program_")).map(({ id, ok, needed }) => `${id} ${ok} ${needed}`);
  deepStrictEqual(lines(0, 0), ["program_tcp_state true true", "program_tcp_snapshot true true"]);
  deepStrictEqual(lines(1, 0), [
    "program_tcp_state true false",
    "program_tcp_snapshot false false",
    "program_table_tcp_walk true true",
    "program_table_udp_opened false true",
  ]);
  deepStrictEqual(lines(1, 1), ["program_tcp_state true true", "program_tcp_snapshot false true"]);
});

Deno.test("diagnose() blames lockdown only where it keeps a program out", () => {
  const settings = new Map([["lockdown", "none integrity [confidentiality]"]]);
  deepStrictEqual(failing(machine(0, { settings })), []);
  strictEqual(failing(machine(1, { settings })).includes("lockdown"), true);
});

Deno.test("diagnose() misses no capability that the kernel does not know, and asks for what it has in its place", () => {
  const old = new Map([["cap_last_cap", "37"]]), all = (1n << 38n) - 1n;
  deepStrictEqual(failing(machine(0, { settings: old, capabilities: all })), []);
  const { checks, remedy } = diagnose(machine(1, { settings: old, capabilities: all & ~(1n << 21n) }), null, "no", {
    ...ROOT,
    release: "5.4.33",
  });
  match(checks.find(({ id }) => id === "cap_bpf")!.detail, /this kernel takes CAP_SYS_ADMIN for it/);
  match(remedy!, /docker run --cap-add SYS_ADMIN --cap-add NET_ADMIN/);
});

Deno.test("diagnose() never sends to a kernel that is older than the one that runs", () => {
  for (const release of ["4.19.0", "5.4.33", "5.11.22", "5.12.9", "5.15.85", "6.18.44-hardened", "7.3"]) {
    const { checks } = diagnose(machine(22), null, "no", { ...ROOT, release });
    for (const { remedy } of checks) {
      const [, named] = /Use Linux (\d+\.\d+) or newer/.exec(remedy ?? "") ?? [];
      if (named !== undefined) strictEqual(isAtLeast(release, named), false, `${release}: ${remedy}`);
    }
  }
});

Deno.test("diagnose() does without the program that tells lost datagrams, and says since when there is one", () => {
  const facts = machine();
  const programs = [...facts.programs, program("drops", "udp_dropped", 13)];
  const { best, checks } = diagnose({ ...facts, programs }, BPF, null, { ...ROOT, release: "5.15.0-91-generic" });
  strictEqual(best, true);
  const check = checks.find(({ id }) => id === "program_udp_dropped")!;
  deepStrictEqual([check.title, check.ok, check.needed], ["udp program udp_dropped", false, false]);
  match(check.remedy!, /^Use Linux 6.11 or newer with CONFIG_DEBUG_INFO_BTF; this is 5.15/);
});
