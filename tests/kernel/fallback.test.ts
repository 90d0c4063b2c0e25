/** Where eBPF is not to be had: which source is used, what is said, and how it ends. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { type Ended, execute, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { asUser, refusingBpf, refusingDiag, withoutBtf, withoutSys } from "../support/refused.ts";
import { Workload } from "../support/workload.ts";

const ONCE = ["--once", "--json", "--interval", "200ms"];
function sample({ code, stdout, stderr }: Ended): SampleDocument {
  deepStrictEqual([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

function netlinkNote({ source }: SampleDocument): string {
  strictEqual(source.tcp, "netlink");
  return source.notes.find(({ code }) => code === "tcp_by_netlink")?.message ?? "";
}

Deno.test("tcptop without the kernel's BTF goes on by netlink, says so, and still sees UDP", async () => {
  const document = sample(await execute(withoutBtf(tcptop(ONCE))));
  match(netlinkNote(document), /^TCP comes from netlink, because this kernel has no BTF/);
  strictEqual(document.source.udp, "bpf");
});

Deno.test("tcptop without /sys goes on by netlink, and still sees UDP to the byte", async () => {
  await using running = await Running.of(withoutSys(tcptop(["--json", "--interval", "200ms"])));
  await using workload = await Workload.start("udp", "--flows", 23, "--datagrams", 3, "--bytes", 101);
  const ports = new Set((await workload.until("ready")).flows.map(({ client }) => client.port));
  const document = await running.until(
    "the flows",
    ({ flows }) => flows.filter(({ local, tx_bytes }) => ports.has(local.port) && tx_bytes === 303).length === 23,
  );
  deepStrictEqual([document.source.tcp, document.source.udp], ["netlink", "bpf"]);
  deepStrictEqual([document.health.snapshot_errors, document.health.flows_evicted, document.health.events_lost], [
    0,
    0,
    0,
  ]);
  strictEqual(await running.stop(), 0);
  await workload.goOn();
  await workload.until("done");
});

Deno.test("--source bpf without the kernel's BTF ends with status 4", async () => {
  const { code, stdout, stderr } = await execute(withoutBtf(tcptop([...ONCE, "--source", "bpf"])));
  deepStrictEqual([code, stdout], [4, ""]);
  match(stderr, /^tcptop: Cannot read \/sys\/kernel\/btf\/vmlinux: this kernel has no BTF\./);
});

Deno.test("tcptop goes on by netlink where bpf() is refused to root, and says so", async () => {
  const document = sample(await execute(await refusingBpf(tcptop(ONCE))));
  match(netlinkNote(document), /because BPF is refused to this process although it is root/);
  strictEqual(document.source.udp, "netlink");
});

Deno.test("tcptop shows UDP to the byte where TCP cannot be had at all, and says so", async () => {
  await using running = await Running.of(await refusingDiag(withoutBtf(tcptop(["--json", "--interval", "200ms"]))));
  await using workload = await Workload.start("udp", "--flows", 23, "--datagrams", 3, "--bytes", 101);
  const ports = new Set((await workload.until("ready")).flows.map(({ client }) => client.port));
  const ours = ({ flows }: SampleDocument) =>
    flows.filter(({ local, tx_bytes }) => ports.has(local.port) && tx_bytes === 303);
  const document = await running.until("the flows", (sample) => ours(sample).length === 23);
  strictEqual(ours(document).every(({ process }) => process === "wl-client"), true);
  deepStrictEqual([document.source.tcp, document.source.udp], [null, "bpf"]);
  const note = document.source.notes.find(({ code }) => code === "tcp_unavailable");
  match(note!.message, /^TCP connections are not seen: this kernel has no BTF .*, and netlink is refused too \(/);
  match(note!.remedy!, /modprobe tcp_diag$/);
  strictEqual(document.health.snapshot_errors, 0);
  strictEqual(await running.stop(), 0);
  await workload.goOn();
  await workload.until("done");
});

Deno.test("tcptop ends with TCP's own error where neither can be had, or netlink was asked for", async () => {
  const refused = await execute(await refusingDiag(await refusingBpf(tcptop(ONCE))));
  deepStrictEqual([refused.code, refused.stdout], [1, ""]);
  match(refused.stderr, /^tcptop: Cannot ask the kernel for its sockets by netlink/);
  const asked = await execute(await refusingDiag(tcptop([...ONCE, "--source", "netlink"])));
  deepStrictEqual([asked.code, asked.stderr], [1, refused.stderr]);
});

Deno.test("--source bpf where bpf() is refused to root ends with status 3", async () => {
  const { code, stderr } = await execute(await refusingBpf(tcptop([...ONCE, "--source", "bpf"])));
  strictEqual(code, 3);
  match(stderr, /^tcptop: Cannot load the TCP programs: the kernel refuses BPF to this process although it is root\./);
});

Deno.test("tcptop as an ordinary user ends with status 3 and the way out", async () => {
  const { code, stdout, stderr } = await execute(asUser(tcptop(ONCE)));
  deepStrictEqual([code, stdout], [3, ""]);
  strictEqual(
    stderr,
    "tcptop: needs root to load its eBPF programs. Run it with sudo, or see less without: --source netlink\n",
  );
});

Deno.test("--source netlink as an ordinary user has every byte, and owners of that user's own processes", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755);
  try {
    await using own = await Workload.startAs(54321, folder, "hold", "--count", 3);
    await using other = await Workload.start("hold", "--count", 3);
    const [mine, foreign] = [await own.until("ready"), await other.until("ready")];
    const document = sample(await execute(asUser(tcptop([...ONCE, "--source", "netlink"]))));
    const ends = (port: number) =>
      document.flows.filter(({ local, remote }) => remote !== null && (local.port === port || remote.port === port));
    const facts = (port: number) => ends(port).map(({ process, rx_bytes }) => `${process} ${rx_bytes}`).sort();
    deepStrictEqual(facts(mine.port), [...Array(3).fill("wl-client 503"), ...Array(3).fill("wl-server 1009")]);
    deepStrictEqual(facts(foreign.port), [...Array(3).fill("null 1009"), ...Array(3).fill("null 503")]);
    const codes = document.source.notes.map(({ code }) => code);
    deepStrictEqual(["own_processes_only", "udp_unavailable"].filter((code) => !codes.includes(code)), []);
    for (const workload of [own, other]) {
      await workload.goOn();
      await workload.until("done");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
