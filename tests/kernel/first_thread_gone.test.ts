/** A process whose first thread has exited (pthread_exit() in main()): /proc has nothing of it but in its other threads. */
import { deepStrictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { compiled } from "../support/compiled.ts";
import { SOURCES } from "../support/kept.ts";
import { lines, within } from "../support/lines.ts";
import { once, Running, type SampleDocument } from "../support/tcptop.ts";

const NAME = "first_thread_gone", SOURCE = new URL("first_thread_gone.c", import.meta.url);

class Process implements AsyncDisposable {
  readonly #said: AsyncGenerator<string, void>;

  private constructor(readonly binary: string, readonly child: Deno.ChildProcess) {
    this.#said = lines(child.stdout);
  }

  /** In a network namespace that has no name and no other process. */
  static async start(): Promise<Process> {
    const binary = await compiled(NAME, [SOURCE], [SOURCE], ["-pthread"]);
    const args = ["-n", "sh", "-c", `ip link set lo up && exec ${binary}`];
    return new Process(binary, new Deno.Command("unshare", { args, stdin: "piped", stdout: "piped" }).spawn());
  }

  /** Listener, client, sender, receiver. */
  async ports(): Promise<number[]> {
    const { value } = await within(20, "its sockets", this.#said.next());
    return value!.split(" ").slice(1).map(Number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child.stdin.close();
    await this.#said.return();
    await this.child.status;
  }
}

const told = (flow: FlowFacts) => [
  flow.protocol,
  flow.local.port,
  flow.remote?.port ?? null,
  flow.pid,
  flow.process,
  flow.exe,
  flow.command,
  flow.parent,
  flow.rx_bytes,
  flow.tx_bytes,
];
const byPort = (a: readonly unknown[], b: readonly unknown[]) => String(a).localeCompare(String(b));

for (const [source, sockets] of SOURCES) {
  Deno.test(`a process whose first thread has exited owns its sockets under its whole name, by ${source} ${sockets}`, async () => {
    const options = ["--interval", "200ms", "--source", source, "--command", "-L"];
    if (sockets !== "") Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start(...options);
    await using process = await Process.start();
    const [listener, client, sender, receiver] = await process.ports();
    const { pid } = process.child, whose = [pid, NAME, NAME, process.binary, Deno.pid];
    const ofIt = ({ flows }: SampleDocument) => flows.filter((flow) => flow.pid === pid).map(told).sort(byPort);
    const tcp = [
      ["tcp", listener, null, ...whose, 0, 0],
      ["tcp", listener, client, ...whose, 101, 0],
      ["tcp", client, listener, ...whose, 0, 101],
    ];
    const udp = source === "netlink"
      ? [["udp", sender, null, ...whose, null, null], ["udp", receiver, null, ...whose, null, null]]
      : [["udp", sender, receiver, ...whose, 0, 57], ["udp", receiver, sender, ...whose, 57, 0]];
    const expected = [...tcp, ...udp].sort(byPort), older = source === "netlink" ? expected : [...tcp].sort(byPort);
    await running.fresh();
    const met = await running.until("all of them to be its own", (sample) => ofIt(sample).length === expected.length);
    deepStrictEqual(ofIt(met), expected);
    deepStrictEqual(ofIt(await once(...options)), older);
    Deno.env.delete("TCPTOP_SOCKETS");
  });
}
