/** Whose a UDP flow is when its socket is older than tcptop, inherited, or held by a process that changes its name. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { lines, within } from "../support/lines.ts";
import { slowOnce } from "../support/refused.ts";
import { once, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";

const SECONDS = 20;

async function bound(): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return { socket, port: socket.address().port };
}

/** A shell that does what it is told, line by line. */
class Shell implements AsyncDisposable {
  readonly #child = new Deno.Command("bash", { args: ["-s"], stdin: "piped", stdout: "piped" }).spawn();
  readonly #input = this.#child.stdin.getWriter();
  readonly #lines = lines(this.#child.stdout);

  get pid(): number {
    return this.#child.pid;
  }

  async do(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Does it, and returns the line that it prints. */
  async ask(line: string): Promise<string> {
    await this.do(line);
    return (await within(SECONDS, line, this.#lines.next())).value as string;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.do("kill $(jobs -p); exit");
    await this.#input.close();
    await this.#child.status;
    await this.#lines.return();
  }
}

/** pid and name of the one flow out to `port`. */
function ownerOf({ flows }: SampleDocument, port: number): string | undefined {
  const flow = flows.find(({ remote, direction }) => remote?.port === port && direction !== "inbound");
  return flow && `${flow.pid} ${flow.process}`;
}

Deno.test("udp gives sockets that were open before tcptop to the processes that hold them", async () => {
  const server = await bound();
  await using shell = new Shell();
  await shell.ask(`exec 3<>/dev/udp/127.0.0.1/${server.port}; echo open`);
  await using running = await Running.start("-i", "200ms", "--udp");
  await shell.do("echo -n 12345 >&3");
  const sample = await running.until("the flow", (sample) => ownerOf(sample, server.port) !== undefined);
  strictEqual(ownerOf(sample, server.port), `${shell.pid} bash`);
  const flow = sample.flows.find(({ remote }) => remote?.port === server.port)!;
  deepStrictEqual([flow.tx_bytes, flow.direction, flow.user], [5, "outbound", "root"]);
  server.socket.close();
});

Deno.test("udp follows a socket from the process that opened it to the one that inherited it", async () => {
  const server = await bound();
  await using running = await Running.start("-i", "200ms", "--udp");
  await using shell = new Shell();
  await shell.do(`exec 3<>/dev/udp/127.0.0.1/${server.port}; echo -n 123 >&3`);
  await running.until("its opener", (sample) => ownerOf(sample, server.port) === `${shell.pid} bash`);
  // The child alone holds it from here on.
  const child = await shell.ask("sleep 60 <&- & exec 3>&-; echo $!");
  const { flows } = await running.until("its heir", (sample) => ownerOf(sample, server.port) === `${child} sleep`);
  strictEqual(flows.filter(({ remote }) => remote?.port === server.port).length, 1);
  server.socket.close();
});

Deno.test("udp follows a socket to the process that inherited it soon after one look for owners was held up", async () => {
  const server = await bound(), folder = await Deno.makeTempDir(), file = `${folder}/slow`;
  await Deno.chmod(folder, 0o755); // for the user that tcptop becomes
  try {
    await using running = await Running.of(await slowOnce(file, tcptop(["--json", "-i", "200ms", "--udp"])));
    await using shell = new Shell();
    await shell.do(`exec 3<>/dev/udp/127.0.0.1/${server.port}; echo -n 123 >&3`);
    await running.until("its opener", (sample) => ownerOf(sample, server.port) === `${shell.pid} bash`);
    await Deno.writeTextFile(file, "");
    // Of two such snapshots in a row, 5 s each, one has looked for owners.
    for (let i = 0; i < 2; i++) {
      await running.until("a snapshot that was held up", ({ interval_ms }) => interval_ms > 2000, SECONDS);
    }
    await Deno.remove(file);
    const child = await shell.ask("sleep 60 <&- & exec 3>&-; echo $!");
    // The next look may have begun before the file had gone, and take a part of a second: fifty times that is the pause behind it. Fifty times the
    // one that was held up would be four minutes.
    await running.until("its heir", (sample) => ownerOf(sample, server.port) === `${child} sleep`, 2 * SECONDS);
  } finally {
    await Deno.remove(folder, { recursive: true });
    server.socket.close();
  }
});

Deno.test("udp keeps the flow of a process that renames itself, under its new name", async () => {
  const server = await bound();
  await using running = await Running.start("-i", "200ms", "--udp");
  await using shell = new Shell();
  await shell.do(`exec 3<>/dev/udp/127.0.0.1/${server.port}; echo -n 123 >&3`);
  const before = await running.until(
    "the first name",
    (sample) => ownerOf(sample, server.port) === `${shell.pid} bash`,
  );
  await shell.do("echo -n other >/proc/$$/comm");
  const after = await running.until("the new name", (sample) => ownerOf(sample, server.port) === `${shell.pid} other`);
  const idOf = ({ flows }: SampleDocument) =>
    flows.filter(({ remote }) => remote?.port === server.port).map(({ id }) => id);
  deepStrictEqual(idOf(after), idOf(before));
  server.socket.close();
});

Deno.test("udp by --source netlink is a list of sockets with their owners and unknown counts, and a note says so", async () => {
  const server = await bound();
  const { source, flows } = await once("--source", "netlink", "-i", "100ms", "--udp");
  strictEqual(source.udp, "netlink");
  deepStrictEqual(source.notes.filter(({ code }) => code === "udp_unavailable").length, 1);
  const listed = flows.filter(({ local }) => local.port === server.port);
  deepStrictEqual(
    listed.map(({ pid, remote, rx_bytes, tx_packets, age_ms }) => [pid, remote, rx_bytes, tx_packets, age_ms]),
    [[Deno.pid, null, null, null, null]],
  );
  server.socket.close();
});
