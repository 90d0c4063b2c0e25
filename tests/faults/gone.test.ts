/** What a flow belongs to goes away while it is looked at: its network namespace, its cgroup. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { wrongIn } from "../support/held.ts";
import { seconds } from "../support/long.ts";
import { Netns } from "../support/netns.ts";
import { until } from "../support/program.ts";
import { execute, Running } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

/** Sockets of ours in a namespace that is looked into. */
const SOCKETS = 3;

/** Descriptors of a process less those for the namespaces that there are: others may make some meanwhile. */
async function spare(pid: number): Promise<number> {
  const { stdout } = await execute(["lsns", "--type", "net", "--noheadings", "--output", "NS"]);
  const held = [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
  return held - SOCKETS * (stdout.trimEnd().split("\n").length - 1);
}

/** Connections in a namespace that goes while they are open: its name at once, the namespace with its last process. */
async function comeAndGo(running: Running): Promise<number> {
  const space = await Netns.make(), within = ["--server-netns", space.path, "--client-netns", space.path];
  await using workload = await Workload.start("hold", "--count", 3, ...within);
  await workload.until("ready");
  await running.next();
  await space[Symbol.asyncDispose]();
  return space.inode;
}

for (const source of ["netlink", "bpf"]) {
  Deno.test(`--source ${source} goes on while network namespaces are deleted under it, and keeps none of them`, async () => {
    await using workload = await Workload.start("hold", "--count", 53);
    const held = await workload.until("ready");
    await using running = await Running.start("-i", "100ms", "--tcp", "--source", source);
    await running.fresh();
    const before = await spare(running.pid), gone = new Set<number>();
    for (let i = 0; i < seconds(8, 100); i++) gone.add(await comeAndGo(running));
    const isOurs = ({ netns }: FlowFacts) => gone.has(netns!);
    const last = await running.until("the namespaces' end", ({ flows }) => !flows.some(isOurs), 30);
    deepStrictEqual(wrongIn(last, held), []);
    strictEqual(last.source.tcp, source);
    // Each of the namespaces that were still looked into would hold sockets of ours in it.
    await until("the descriptors of before", async () => await spare(running.pid) <= before + SOCKETS);
    strictEqual(await running.stop(), 0);
  });
}

/** A connection that a shell opens when told, in whatever cgroup the shell is then. */
class Opener implements AsyncDisposable {
  readonly #shell: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  constructor(readonly port: number) {
    const script = `read; exec 3<>/dev/tcp/127.0.0.1/${port}; while read; do printf 12345 >&3; done`;
    this.#shell = new Deno.Command("bash", { args: ["-c", script], stdin: "piped" }).spawn();
    this.#input = this.#shell.stdin.getWriter();
  }

  get pid(): number {
    return this.#shell.pid;
  }

  async goOn(): Promise<void> {
    await this.#input.write(new Uint8Array([10]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#shell.status;
  }
}

/** Where cgroup v2 is mounted. */
async function mounted(): Promise<string> {
  const line = (await Deno.readTextFile("/proc/self/mountinfo")).split("\n").find((line) => / - cgroup2 /.test(line));
  ok(line, "this machine has no cgroup v2 mounted");
  return line.split(" ")[4];
}

/** `seen`: whether the flow is looked at before its cgroup goes, or only afterwards. */
async function cgroupGoes(seen: boolean): Promise<void> {
  const root = await mounted(), name = `tcptop-test-${Deno.pid}-${crypto.randomUUID()}`, folder = `${root}/${name}`;
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr, isOurs = ({ remote }: FlowFacts) => remote?.port === port;
  await using running = await Running.start("-i", "200ms", "--tcp");
  await using opener = new Opener(port);
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/cgroup.procs`, `${opener.pid}`);
  await opener.goOn();
  using server = await listener.accept();
  if (seen) await running.until("the path", ({ flows }) => flows.find(isOurs)?.cgroup === `/${name}`);
  await Deno.writeTextFile(`${root}/cgroup.procs`, `${opener.pid}`);
  await Deno.remove(folder);
  for (let bytes = 5; bytes <= 20; bytes += 5) {
    await opener.goOn();
    strictEqual(await server.read(new Uint8Array(5)), 5);
    const { flows } = await running.fresh(), { cgroup, tx_bytes, pid } = flows.find(isOurs)!;
    deepStrictEqual([tx_bytes, pid], [bytes, opener.pid]);
    ok(seen ? cgroup === `/${name}` : [`/${name}`, "/", null].includes(cgroup), `${cgroup}`);
  }
  strictEqual(await running.stop(), 0);
}

Deno.test("a flow keeps the path of its cgroup when that is removed", () => cgroupGoes(true));
Deno.test("a flow whose cgroup is removed before it is looked at has that path or none, and its bytes", () =>
  cgroupGoes(false));
