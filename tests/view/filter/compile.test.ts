import { deepStrictEqual, throws } from "node:assert/strict";
import { Unknown } from "../../../src/flow/columns.ts";
import { compileFilter } from "../../../src/view/filter/compile.ts";
import { parseFilter } from "../../../src/view/filter/parse.ts";
import { cgroupOf, NO_CGROUP } from "../../../src/flow/container.ts";
import { type FakeFlow, fakeSample } from "../fake_sample.ts";

const FLOWS: readonly FakeFlow[] = [
  { process: "curl", pid: 17, local: ["10.0.0.2", 51812], remote: ["1.1.1.1", 443], rttUs: 14000, ageMs: 5000 },
  { process: "sshd", pid: 443, uid: 0, local: ["10.0.0.2", 22], remote: ["192.168.7.9", 60001], direction: "in" },
  {
    process: "Web Content",
    local: ["2001:db8::2", 40000],
    remote: ["2001:db8:1::9", 8080],
    rxDelta: 2 ** 21,
    rttUs: 90000,
  },
  { process: null, protocol: "udp", local: ["127.0.0.1", 53], remote: ["127.0.0.1", 4000], unknown: Unknown.bytes },
  { process: "nginx", local: ["0.0.0.0", 80], remote: ["0.0.0.0", 0], state: "LISTEN", retransmits: 3 },
];
const names = new Map([["1.1.1.1", "one.example.org"]]);

function matches(text: string): number[] {
  const sample = fakeSample(FLOWS, { names }), test = compileFilter(parseFilter(text)!);
  return FLOWS.map((_, row) => row).filter((row) => test(sample, row));
}

Deno.test("compileFilter() finds words anywhere", () => {
  deepStrictEqual(matches("CURL"), [0]);
  deepStrictEqual(matches('"web content"'), [2]);
  deepStrictEqual(matches("443"), [0, 1]);
  deepStrictEqual(matches("10.0.0."), [0, 1]);
  deepStrictEqual(matches("[2001:db8::2]:40000"), [2]);
  deepStrictEqual(matches("1.1.1.1:443"), [0]);
  deepStrictEqual(matches("example"), [0]);
  deepStrictEqual(matches("udp"), [3]);
  deepStrictEqual(matches("listen"), [4]);
  deepStrictEqual(matches("root"), [1]);
  deepStrictEqual(matches("192.168.0.0/16"), [1]);
});

Deno.test("compileFilter() finds control characters as they are, by their numbers, and as they are shown", () => {
  const flows: FakeFlow[] = [{ process: "a\x1b[31m\nb" }, { process: "ab" }];
  for (
    const text of ["a\x1b[31m", 'process:"\x1b[31m\n"', 'process:"\\u{1b}[31m\\u{a}B"', "process:␛[31m␊b", '"\\u{a}"']
  ) {
    const test = compileFilter(parseFilter(text)!), sample = fakeSample(flows);
    deepStrictEqual(flows.map((_, row) => test(sample, row)), [true, false], text);
  }
});

Deno.test("compileFilter() finds an address however it is written", () => {
  deepStrictEqual(matches("2001:db8:0:0:0:0:0:2"), [2]);
  deepStrictEqual(matches("2001:0DB8:1::9"), [2]);
  deepStrictEqual(matches("[2001:db8:1::9]"), [2]);
  deepStrictEqual(matches("[2001:db8:1:"), [2]);
  deepStrictEqual(matches("::ffff:1.1.1.1"), [0]);
  deepStrictEqual(matches("::ffff:192.168.0.0/112"), [1]);
  deepStrictEqual(matches("remote:::ffff:1.1.1.1"), [0]);
  deepStrictEqual(matches("remote:::ffff:c0a8:709"), [1]);
  deepStrictEqual(matches("local:::ffff:10.0.0.0/104"), [0, 1]);
  deepStrictEqual(matches("remote=::ffff:1.1.1.1"), [0]);
  deepStrictEqual(matches("local:::/0"), [2]);
  deepStrictEqual(matches(":443"), [0]);
});

Deno.test("compileFilter() knows what failed from what ended, or is under way", () => {
  const sample = fakeSample([
    { closed: true, established: false, state: "CLOSED" },
    { closed: true, state: "CLOSED" },
    { established: false, state: "SYN_SENT" },
    { closed: true, established: false, protocol: "udp" },
  ]);
  const test = compileFilter(parseFilter("failed")!);
  deepStrictEqual([0, 1, 2, 3].filter((row) => test(sample, row)), [0]);
});

Deno.test("compileFilter() tests fields", () => {
  deepStrictEqual(matches("pid:443"), [1]);
  deepStrictEqual(matches("port:443"), [0]);
  deepStrictEqual(matches("sport:22"), [1]);
  deepStrictEqual(matches("dport:443"), [0]);
  deepStrictEqual(matches("port:40000-60001"), [0, 1, 2]);
  deepStrictEqual(matches("user:root"), [1]);
  deepStrictEqual(matches("local:10.0.0.0/8"), [0, 1]);
  deepStrictEqual(matches("remote:2001:db8::/32"), [2]);
  deepStrictEqual(matches("remote:2001:db8::/33"), [2]);
  deepStrictEqual(matches("remote:2001:db8:8000::/33"), []);
  deepStrictEqual(matches("remote:1.1.1.1"), [0]);
  deepStrictEqual(matches("remote:one.example"), [0]);
  deepStrictEqual(matches("state:listen"), [4]);
  deepStrictEqual(matches("proto:udp"), [3]);
  deepStrictEqual(matches("family:6"), [2]);
  deepStrictEqual(matches("direction:in"), [1]);
  deepStrictEqual(matches("container:web"), []);
});

Deno.test("compileFilter() compares figures, and what is not known passes no comparison", () => {
  deepStrictEqual(matches("rtt>50ms"), [2]);
  deepStrictEqual(matches("rtt<=14ms"), [0]);
  deepStrictEqual(matches("rx/s>1MiB"), [2]);
  deepStrictEqual(matches("rx/s=0"), [0, 1, 4]);
  deepStrictEqual(matches("rx/s!=0"), [2]);
  deepStrictEqual(matches("age<10s"), [0]);
  deepStrictEqual(matches("retrans>0"), [4]);
  deepStrictEqual(matches("pid=17"), [0]);
});

Deno.test("compileFilter() joins by and, or and not", () => {
  deepStrictEqual(matches("proto:tcp and not (curl or sshd)"), [2, 4]);
  deepStrictEqual(matches("curl or udp"), [0, 3]);
  deepStrictEqual(matches("curl udp"), []);
});

Deno.test("compileFilter() takes the link of a scoped address into account", () => {
  const flows: FakeFlow[] = [
    { local: ["fe80::1", 9], remote: ["fe80::2", 5], scope: 2 },
    { local: ["fe80::1", 9], remote: ["fe80::2", 5], scope: 3 },
    { local: ["2001:db8::1", 9], remote: ["ff02::1", 5], scope: 2, protocol: "udp" },
    { local: ["2001:db8::1", 9], remote: ["2001:db8::2", 5], scope: 2 },
  ];
  const zones = new Map([["0 2", "eth0"], ["0 3", "wlan.3"]]);
  const found = (text: string) => {
    const test = compileFilter(parseFilter(text)!), sample = fakeSample(flows, { zones });
    return flows.map((_, row) => row).filter((row) => test(sample, row));
  };
  deepStrictEqual(found("remote:fe80::2%2"), [0]);
  deepStrictEqual(found("remote:fe80::2%99"), []);
  deepStrictEqual(found("remote:fe80::2"), [0, 1]);
  deepStrictEqual(found("local:fe80::%3/10"), [1]);
  deepStrictEqual(found("remote:ff02::1%2"), [2]);
  deepStrictEqual(found("remote:FF02:0::1%2"), [2]);
  deepStrictEqual(found("fe80::%2/64"), [0]);
  deepStrictEqual(found("remote:fe80::2%eth0"), [0]);
  deepStrictEqual(found("remote:fe80::2%wlan.3"), [1]);
  deepStrictEqual(found("local:fe80::%eth0/10"), [0]);
  deepStrictEqual(found("fe80::2%eth0"), [0]);
  deepStrictEqual(found("febf::2%eth0"), []);
  deepStrictEqual(found("[fe80::2%wlan.3]:5"), [1]);
  deepStrictEqual(found("remote:fe80::2%eth1"), []);
  for (const wrong of ["fe80::2%", "fe80::2%a-name-of-16-bytes", "2001:db8::2%2", "fe80::2%2%3", "fe80::2%a:b"]) {
    throws(() => compileFilter(parseFilter(`remote:${wrong}`)!), /no address on a link/);
  }
});

Deno.test("compileFilter() takes a process with all whose ancestor it is, and a cgroup with all below", () => {
  const flows: FakeFlow[] = [{ pid: 12 }, { pid: 30 }, { pid: 31 }, { pid: 40 }, { pid: 12, process: null }];
  const sample = fakeSample(flows, {
    programs: new Map([[1, "12 7 1"], [2, "30 12 7 1"], [3, "112 1"]]),
    cgroups: [NO_CGROUP, ...["/a", "/a/b c", "/ab"].map(cgroupOf)],
  });
  sample.flows.ancestors.set([0, 1, 2, 3, 0]);
  sample.flows.cgroup.set([1, 2, 3, 0, 0]);
  const found = (text: string) => {
    const test = compileFilter(parseFilter(text)!);
    return flows.map((_, row) => row).filter((row) => test(sample, row));
  };
  deepStrictEqual(found("tree:12"), [0, 1, 2]);
  deepStrictEqual(found("tree:012"), [1, 2, 0].sort());
  deepStrictEqual(found("tree:1"), [1, 2, 3]);
  deepStrictEqual(found("tree:30"), [1, 2]);
  deepStrictEqual(found("not tree:112"), [0, 1, 2, 4]);
  deepStrictEqual(found("cgroup:/a"), [0, 1]);
  deepStrictEqual(found("cgroup:/a/"), [0, 1]);
  deepStrictEqual(found('cgroup:"/a/b c"'), [1]);
  deepStrictEqual(found("cgroup:/sys/fs/cgroup/unified/ab"), [2]);
  deepStrictEqual(found("cgroup:/sys/fs/cgroup"), [0, 1, 2]);
  deepStrictEqual(found("cgroup:/"), [0, 1, 2]);
  throws(() => parseFilter("tree:curl"), /no process id/);
  throws(() => parseFilter("cgroup:a"), /no path of a cgroup/);
});
