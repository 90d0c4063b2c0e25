/** tests/kernel/pump.c and wire.c: one connection whose two ends do as they are told, over a path of the test's own. */
import { compiled } from "./compiled.ts";
import { lines, within } from "./lines.ts";
import type { Netns } from "./netns.ts";
import { execute } from "./tcptop.ts";

const source = (name: string) => new URL(`../kernel/${name}.c`, import.meta.url);

/** In a namespace: a listener with this backlog that accepts nobody, and its port. */
export async function deafListener(
  netns: Netns,
  backlog: number,
): Promise<AsyncDisposable & { readonly port: number }> {
  const child = new Child(netns, [await compiled("pump", [source("pump")]), "listen", "127.0.0.1", String(backlog)]);
  const port = Number((await child.says()).split(" ")[1]);
  return { port, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
}

/** A program of the test's that says a line when it is ready, and ends with its input. */
class Child implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #said: AsyncGenerator<string, void>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  constructor(netns: Netns | null, line: readonly string[]) {
    const [program, ...args] = netns === null ? line : ["ip", "netns", "exec", netns.name, ...line];
    this.#child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
    this.#said = lines(this.#child.stdout);
    this.#input = this.#child.stdin.getWriter();
  }

  async says(): Promise<string> {
    return (await within(20, "a line", this.#said.next())).value ?? "";
  }

  async type(): Promise<void> {
    await this.#input.write(new Uint8Array([10]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#said.return();
    await this.#child.status;
  }
}

export interface Sending {
  /** Bytes a write; 0: none. */
  readonly chunk: number;
  /** Between two writes; 0: as fast as it may. */
  readonly everyMs?: number;
  /** SO_SNDBUF; 0: as it is. */
  readonly sndbuf?: number;
  /** The name of a congestion control; else the machine's. */
  readonly congestion?: string;
}

/** Two ends of one connection. */
export class Pump implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  port = 0;
  /** How long the client's connect() took. */
  connectUs = 0;
  #server!: Child;

  /** From one namespace to an address in the other; null: where the test runs. */
  static async start(from: Netns | null, to: Netns | null, address: string, sending: Sending): Promise<Pump> {
    const pump = new Pump(), program = await compiled("pump", [source("pump")]);
    pump.#server = pump.#stack.use(new Child(to, [program, "serve", address]));
    pump.port = Number((await pump.#server.says()).split(" ")[1]);
    const { chunk, everyMs = 0, sndbuf = 0, congestion = "" } = sending;
    const args = ["send", address, pump.port, chunk, everyMs, sndbuf, congestion].map(String);
    const [, us] = (await pump.#stack.use(new Child(from, [program, ...args])).says()).split(" ");
    pump.connectUs = Number(us);
    return pump;
  }

  /** The receiving end stops to read, or goes on. */
  async toggle(): Promise<void> {
    await this.#server.type();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}

/** Joins 10.9.1.1 in one namespace to 10.9.1.2 in another through a third, where each frame is held up and every so manieth data segment is lost. */
export async function cable(
  a: Netns,
  middle: Netns,
  b: Netns,
  delayMs: number,
  dropEvery: number,
): Promise<AsyncDisposable> {
  for (const [netns, name, address] of [[a, "left", "10.9.1.1/24"], [b, "right", "10.9.1.2/24"]] as const) {
    for (
      const words of [
        `-n ${middle.name} link add ${name} type veth peer name v netns ${netns.name}`,
        `-n ${middle.name} link set ${name} up`,
        `-n ${netns.name} addr add ${address} dev v`,
        `-n ${netns.name} link set v up`,
      ]
    ) {
      const { code, stderr } = await execute(["ip", ...words.split(" ")]);
      if (code !== 0) throw new Error(`ip ${words}: ${stderr}`);
    }
  }
  const program = await compiled("wire", [source("wire")]);
  const wire = new Child(middle, [program, "left", "right", String(delayMs), String(dropEvery)]);
  await wire.says();
  return wire;
}
