import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseMachineFacts } from "../../src/system/machine.ts";

const TEXT = `capabilities\t1fffeffffff
btf\t2
cgroup\t0\t1
setting\tlockdown\tnone [integrity] confidentiality
first_process_hidden\t1
netlink\t0\t1
map\tring buffer\t0
program\ttcp\ttcp_state\ttp_btf/inet_sock_set_state\t1
program\ttable\ttcp_walk\titer/bpf_map\t0
program\tudp\tudp_in\tcgroup_skb/ingress\t0
something\tof\ta\tlater\tversion
`;

Deno.test("parseMachineFacts() reads what the shim wrote and skips what it does not know", () => {
  const facts = parseMachineFacts(TEXT);
  strictEqual(facts.capabilities, 0x1fffeffffffn);
  deepStrictEqual([facts.btfErrno, facts.cgroupErrno, facts.cgroupIsRoot], [2, 0, true]);
  deepStrictEqual([facts.netlinkErrno, facts.destroyGroupsErrno], [0, 1]);
  strictEqual(facts.firstProcessHidden, true);
  deepStrictEqual(facts.maps, [{ kind: "ring buffer", errno: 0 }]);
  deepStrictEqual(facts.programs, [
    { subsystem: "tcp", name: "tcp_state", hook: "tp_btf/inet_sock_set_state", errno: 1 },
    { subsystem: "table", name: "tcp_walk", hook: "iter/bpf_map", errno: 0 },
    { subsystem: "udp", name: "udp_in", hook: "cgroup_skb/ingress", errno: 0 },
  ]);
  strictEqual(facts.settings.get("lockdown"), "none [integrity] confidentiality");
});
