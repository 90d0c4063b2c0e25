import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { diagnose } from "../../src/source/diagnosis.ts";
import type { MachineFacts } from "../../src/source/machine.ts";

const ROOT = { euid: 0, executable: null };
const BPF = { tcp: "bpf", udp: "bpf", notes: [] };

function machine(errno = 0, changes: Partial<MachineFacts> = {}): MachineFacts {
  const program = (subsystem: "tcp" | "udp", name: string) => ({ subsystem, name, hook: "hook", errno });
  return {
    capabilities: (1n << 41n) - 1n,
    btfErrno: 0,
    cgroupErrno: 0,
    cgroupIsRoot: true,
    netlinkErrno: 0,
    farewellsErrno: 0,
    maps: [{ kind: "ring buffer", errno: errno && 22 }],
    programs: [program("tcp", "tcp_state"), program("tcp", "udp_opened"), program("udp", "udp_opened_plain")],
    settings: new Map(),
    ...changes,
  };
}

const failing = (facts: MachineFacts) =>
  diagnose(facts, BPF, null, ROOT).checks.filter(({ ok, needed }) => !ok && needed).map(({ id }) => id);

Deno.test("diagnose() has nothing to mend where everything works", () => {
  const { best, remedy, checks } = diagnose(machine(), BPF, null, ROOT);
  deepStrictEqual([best, remedy, checks.filter(({ ok }) => !ok)], [true, null, []]);
});

Deno.test("diagnose() sends an ordinary user to sudo, and to setcap where that works", () => {
  const facts = machine(1, { capabilities: 0n }), failure = "needs root to load its eBPF programs. Run: sudo tcptop";
  const plain = diagnose(facts, null, failure, { euid: 1000, executable: null });
  deepStrictEqual([plain.best, plain.tcp, plain.udp, plain.remedy], [false, null, null, "sudo tcptop"]);
  const { remedy } = diagnose(facts, null, failure, { euid: 1000, executable: "/usr/bin/tcptop" });
  strictEqual(remedy, "sudo tcptop, or once: sudo setcap cap_bpf,cap_perfmon,cap_net_admin+ep /usr/bin/tcptop");
});

Deno.test("diagnose() tells root in a container what the container must give", () => {
  const source = { tcp: "netlink", udp: null, notes: [] };
  match(diagnose(machine(1), source, null, ROOT).remedy!, /docker run --cap-add BPF/);
});

Deno.test("diagnose() names the one thing that is missing", () => {
  deepStrictEqual(failing(machine(0, { btfErrno: 2 })), ["btf"]);
  deepStrictEqual(failing(machine(0, { cgroupErrno: 2 })), ["cgroup2"]);
  deepStrictEqual(failing(machine(0, { cgroupIsRoot: false })), ["cgroup2"]);
  deepStrictEqual(failing(machine(0, { capabilities: (1n << 41n) - 1n & ~(1n << 38n) })), ["cap_perfmon"]);
  deepStrictEqual(failing(machine(0, { netlinkErrno: 2 })), []);
});

Deno.test("diagnose() needs only one of the two hooks at socket()", () => {
  const { programs } = machine();
  const without = programs.map((program) => program.name === "udp_opened" ? { ...program, errno: 22 } : program);
  deepStrictEqual(failing(machine(0, { programs: without })), []);
  deepStrictEqual(failing(machine(22)).filter((id) => id.startsWith("program_")).length, 3);
});

Deno.test("diagnose() blames lockdown only where it keeps a program out", () => {
  const settings = new Map([["lockdown", "none integrity [confidentiality]"]]);
  deepStrictEqual(failing(machine(0, { settings })), []);
  strictEqual(failing(machine(1, { settings })).includes("lockdown"), true);
});
