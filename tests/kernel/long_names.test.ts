/** Names of processes that are longer than the 15 bytes that the kernel keeps, and names that are not those of their executables. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { lines, within } from "../support/lines.ts";
import { execute, once, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";

/** The same 15 bytes, then different ones. */
const COLLECTOR = "wazuh-logcollector", COLLECTING = "wazuh-logcollecting-by-another-one";
const LONGEST = `longest-${"n".repeat(247)}`;
/** A shell connects, says so and waits. */
const CONNECTS = `exec 3<>/dev/tcp/127.0.0.1/$1; echo connected; read -r`;

class Folder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Folder> {
    return new Folder(await Deno.makeTempDir({ prefix: "tcptop" }));
  }

  /** A program of that name that is the shell. */
  async shell(name: string): Promise<string> {
    const file = `${this.path}/${name}`;
    await Deno.copyFile("/bin/bash", file);
    await Deno.chmod(file, 0o755);
    return file;
  }

  async script(name: string, interpreter: string): Promise<string> {
    const file = `${this.path}/${name}`;
    await Deno.writeTextFile(file, `#!${interpreter}\n${CONNECTS}\n`, { mode: 0o755 });
    return file;
  }

  async link(name: string): Promise<string> {
    await Deno.symlink("/bin/bash", `${this.path}/${name}`);
    return `${this.path}/${name}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** A process that holds a connection until it is let go. */
class Connected implements AsyncDisposable {
  private constructor(readonly child: Deno.ChildProcess, readonly said: AsyncGenerator<string, void>) {}

  static async start(file: string, ...args: string[]): Promise<Connected> {
    const child = new Deno.Command(file, { args, stdin: "piped", stdout: "piped" }).spawn(), said = lines(child.stdout);
    await within(10, "the connection", said.next());
    return new Connected(child, said);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child.stdin.close();
    await this.said.return(undefined);
    await this.child.status;
  }
}

const namesOf = ({ flows }: SampleDocument) => flows.map(({ pid, process, exe }) => [pid, process, exe]);
const shellOf = (port: number) => ["-c", CONNECTS, "bash", String(port)];

for (const source of ["bpf", "netlink"] as const) {
  Deno.test(`names longer than 15 bytes are whole, told apart, and found by ${source}`, async () => {
    await using folder = await Folder.make();
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr, ours = ["-i", "100ms", "--source", source, "-f", `dport:${port}`];
    await using one = await Connected.start(await folder.shell(COLLECTOR), ...shellOf(port));
    await using other = await Connected.start(await folder.shell(COLLECTING), ...shellOf(port));
    const first = [one.child.pid, COLLECTOR, COLLECTOR], second = [other.child.pid, COLLECTING, COLLECTING];
    deepStrictEqual(namesOf(await once(...ours)).sort(), [first, second].sort());
    deepStrictEqual(namesOf(await once(...ours, "--process", COLLECTOR)), [first]);
    deepStrictEqual(namesOf(await once(...ours, "-f", `exe:${COLLECTING}`)), [second]);
    const { stdout } = await execute(tcptop(["--once", "--json", "--group", "process", ...ours]));
    const groups = JSON.parse(stdout).groups as { key: string; flows: number }[];
    deepStrictEqual(groups.map(({ key, flows }) => [key, flows]).sort(), [[COLLECTING, 1], [COLLECTOR, 1]]);
    const csv = await execute(tcptop(["--count", "1", "--csv", "-", ...ours]));
    const [head, ...rows] = csv.stdout.trimEnd().split("\r\n").map((line) => line.split(","));
    const cells = rows.map((row) => [row[head.indexOf("process")], row[head.indexOf("exe")]]);
    deepStrictEqual(cells.sort(), [[COLLECTING, COLLECTING], [COLLECTOR, COLLECTOR]]);
  });

  Deno.test(`a name that is not that of the executable is whole where an argument says so, by ${source}`, async () => {
    await using folder = await Folder.make();
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr, name = "long-named-collector.sh";
    const asNamed = async (file: string, ...args: string[]) => {
      await using process = await Connected.start(file, ...args);
      const sample = await once("-i", "100ms", "--source", source, "-f", `dport:${port}`);
      strictEqual(sample.flows.length, 1);
      return namesOf(sample).map(([pid, ...names]) => [pid === process.child.pid, ...names]);
    };
    deepStrictEqual(await asNamed(await folder.script(name, "/bin/bash"), String(port)), [[true, name, "bash"]]);
    const options = await folder.script(`2-${name}`, "/bin/bash -e");
    deepStrictEqual(await asNamed(options, String(port)), [[true, `2-${name}`, "bash"]]);
    deepStrictEqual(await asNamed(await folder.link(`3-${name}`), ...shellOf(port)), [[true, `3-${name}`, "bash"]]);
    const renamed = ["-c", `printf %s ${"r".repeat(15)} >/proc/$$/comm; ${CONNECTS}`, "bash", String(port)];
    deepStrictEqual(await asNamed("/bin/bash", ...renamed), [[true, "r".repeat(15), "bash"]]);
    deepStrictEqual(await asNamed(await folder.shell(LONGEST), ...shellOf(port)), [[true, LONGEST, LONGEST]]);
    const gone = await folder.shell(`4-${name}`);
    const removed = ["-c", `rm ${gone}; ${CONNECTS}`, "bash", String(port)];
    deepStrictEqual(await asNamed(gone, ...removed), [[true, `4-${name}`, `4-${name}`]]);
  });
}

Deno.test("the name of a process that has gone when anybody could look is whole, by TCP, UDP and at both ends", async () => {
  await using folder = await Folder.make();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await using running = await Running.start("--interval", "1s", "-f", `port:${port}`);
  for (const name of [COLLECTOR, COLLECTING, LONGEST]) {
    const file = await folder.shell(name);
    for (const protocol of ["tcp", "udp"]) {
      const script = `exec 3<>/dev/${protocol}/127.0.0.1/${port}; echo -n 12345 >&3`;
      await execute([file, "-c", script]);
      // A sample may be taken after connect() and before what is sent.
      const isWhole = (flow: FlowFacts) => flow.protocol === protocol && flow.process === name && flow.tx_bytes === 5;
      const sample = await running.until(
        `${name} by ${protocol}`,
        ({ flows }) => flows.some(isWhole),
      );
      const flow = sample.flows.find(isWhole)!;
      deepStrictEqual([flow.exe, flow.direction], [name, "outbound"]);
    }
  }
});

Deno.test("exec() changes the name and the executable of what it keeps open", async () => {
  await using folder = await Folder.make();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr, file = await folder.shell(COLLECTOR);
  await using running = await Running.start("--interval", "200ms", "-f", `dport:${port}`);
  await using process = await Connected.start(
    "/bin/bash",
    "-c",
    `${CONNECTS}; exec ${file} -c 'read -r'`,
    "bash",
    `${port}`,
  );
  const is = (process: string, exe: string) => ({ flows }: SampleDocument) =>
    flows.some((flow) => flow.process === process && flow.exe === exe);
  await running.until("the first program", is("bash", "bash"));
  const writer = process.child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("\n"));
  writer.releaseLock();
  await running.until("the second program", is(COLLECTOR, COLLECTOR), 5);
});

Deno.test("a name in which there is nothing to be seen is seen in a table, and is what it is in JSON", async () => {
  await using folder = await Folder.make();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr, ours = ["-i", "100ms", "-f", `dport:${port}`];
  for (const [name, shown] of [["   ", "␣␣␣"], ["\u3000", "␣"]]) {
    await using process = await Connected.start(await folder.shell(name), ...shellOf(port));
    const { pid } = process.child;
    deepStrictEqual(namesOf(await once(...ours)).map(([pid, process]) => [pid, process]), [[pid, name]]);
    const table = async (...args: string[]) =>
      (await execute(tcptop(["--once", ...ours, ...args]))).stdout.trimEnd().split("\n").at(-1)!.split(/ {2,}/);
    deepStrictEqual(await table("--columns", "process,pid"), [shown, String(pid)]);
    strictEqual((await table("--group", "process"))[0], `${shown} (1)`);
    const { stdout: map } = await execute(tcptop(["--once", "--map", "dot", ...ours]));
    strictEqual(map.includes(`label="${shown}"`), true, map);
  }
});
