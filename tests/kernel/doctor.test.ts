/** tcptop doctor on this machine, with and without what it needs. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { execute, tcptop } from "../support/tcptop.ts";
import { asUser, refusingBpf, withOldSizes, withoutBtf } from "../support/refused.ts";

async function doctor(line: string[]) {
  const { code, stdout, stderr } = await execute(line);
  strictEqual(stderr, "");
  return { code, ...JSON.parse(stdout) };
}

interface Check {
  readonly id: string;
  readonly ok: boolean;
  readonly needed: boolean;
}

const failing = (checks: readonly Check[]) => checks.filter(({ ok, needed }) => !ok && needed).map(({ id }) => id);

Deno.test("doctor finds the best source for root, and nothing to mend", async () => {
  const { code, source, best, remedy, checks } = await doctor(tcptop(["doctor", "--json"]));
  deepStrictEqual([code, source.tcp, source.udp, best, remedy, failing(checks)], [0, "bpf", "bpf", true, null, []]);
});

Deno.test("doctor asks for a dump as netlink does, and has it", async () => {
  const { checks } = await doctor(tcptop(["doctor", "--json"]));
  deepStrictEqual(checks.filter(({ id }: Check) => id.startsWith("netlink")).map(({ ok }: Check) => ok), [true]);
});

Deno.test("doctor ends with status 4 where BTF is missing, and names it", async () => {
  const { code, source, checks, remedy } = await doctor(withoutBtf(tcptop(["doctor", "--json"])));
  deepStrictEqual([code, source.tcp, source.udp], [4, "netlink", "bpf"]);
  strictEqual(failing(checks)[0], "btf");
  match(remedy, /CONFIG_DEBUG_INFO_BTF=y/);
});

Deno.test("doctor ends with status 4 where bpf() is refused to root, and says what a container must give", async () => {
  const { code, source, remedy } = await doctor(await refusingBpf(tcptop(["doctor", "--json"])));
  deepStrictEqual([code, source.tcp, source.udp], [4, "netlink", "netlink"]);
  match(remedy, /--cap-add BPF --cap-add PERFMON --cap-add NET_ADMIN/);
});

Deno.test("doctor sends an ordinary user to sudo", async () => {
  const { code, source, failure, remedy } = await doctor(asUser(tcptop(["doctor", "--json"])));
  deepStrictEqual([code, source.tcp, source.udp], [4, null, null]);
  strictEqual(failure, "needs root to load its eBPF programs. Run it with sudo, or see less without: --source netlink");
  match(remedy, /^sudo tcptop/);
});

Deno.test("doctor leaves nothing loaded or mounted, and its text says the same", async () => {
  // In a mount namespace of its own: others mount meanwhile. What they unlink is unmounted here too.
  const apart = ["unshare", "--mount", "--propagation=private", "sh", "-c"];
  const compare = 'before=$(cat /proc/self/mountinfo) && "$@" && ! grep -vxF -e "$before" /proc/self/mountinfo';
  const { code, stdout } = await execute([...apart, compare, "sh", ...tcptop(["doctor"])]);
  strictEqual(code, 0);
  match(stdout, /\nTCP from bpf, UDP from bpf\n/);
  match(stdout, /\nNothing to mend\.\n$/);
});

Deno.test("doctor attaches every program with structures no longer than Linux 5.12 knows", async () => {
  const { checks } = await doctor(await withOldSizes(tcptop(["doctor", "--json"])));
  const programs = checks.filter(({ id }: Check) => id.startsWith("program_") && !id.includes("_table_"));
  deepStrictEqual(programs.filter(({ ok }: Check) => !ok).map(({ id }: Check) => id), []);
  strictEqual(programs.some(({ id }: Check) => id === "program_tcp_snapshot"), true);
  strictEqual(programs.some(({ id }: Check) => id === "program_udp_settled"), true);
});

Deno.test("tcptop follows TCP and UDP by BPF with structures no longer than Linux 5.12 knows", async () => {
  const line = tcptop(["--once", "--json", "--source", "bpf"]);
  const { code, stdout, stderr } = await execute(await withOldSizes(line), { TCPTOP_SOCKETS: "table" });
  deepStrictEqual([code, stderr, JSON.parse(stdout).source.tcp, JSON.parse(stdout).source.udp], [0, "", "bpf", "bpf"]);
});
