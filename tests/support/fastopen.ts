/** A connection of TCP Fast Open whose handshake does not end, in a network namespace of its own: kernel/fastopen.c. */
import { strictEqual } from "node:assert/strict";
import { compiled } from "./compiled.ts";
import { lines, within } from "./lines.ts";
import { Netns } from "./netns.ts";
import { execute } from "./tcptop.ts";

/** What it sends in its SYN, and the server has read. */
export const FAST_OPEN_BYTES = 1003;
/** Acknowledgements without SYN or RST do not come in. */
const FIREWALL = "add table inet t; add chain inet t c { type filter hook input priority 0; };" +
  "add rule inet t c tcp flags & (syn|rst) == 0 drop";

export class FastOpen implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #said: AsyncGenerator<string, void>;
  /** Of the server. */
  pid = 0;
  port = 0;

  private constructor(readonly netns: Netns, program: string, closer: string) {
    const args = ["netns", "exec", netns.name, program, closer];
    this.#child = new Deno.Command("ip", { args, stdin: "piped", stdout: "piped" }).spawn();
    this.#said = lines(this.#child.stdout);
  }

  /** A namespace that is ready for one, and what starts it there; `closer`: as the program has it. Resolves when the server has read everything. */
  static async prepared(): Promise<{ netns: Netns; start: (closer: string) => Promise<FastOpen> }> {
    const program = await compiled("fastopen", [new URL("../kernel/fastopen.c", import.meta.url)]);
    const netns = await Netns.make();
    await inside(netns, "sysctl", "-qw", "net.ipv4.tcp_fastopen=0x607");
    await inside(netns, "nft", FIREWALL);
    return { netns, start: (closer) => new FastOpen(netns, program, closer).#served() };
  }

  /** Everything comes in from now on. */
  async openFirewall(): Promise<void> {
    await inside(this.netns, "nft", "flush ruleset");
  }

  /** Lets who waits for it end. */
  async release(): Promise<void> {
    await this.#child.stdin.close().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
    await this.#said.return();
    await this.#child.status;
  }

  async #served(): Promise<FastOpen> {
    const [, pid, port] = (await within(20, "the server", this.#said.next())).value!.split(" ").map(Number);
    Object.assign(this, { pid, port });
    strictEqual((await within(20, "what it read", this.#said.next())).value, `read ${FAST_OPEN_BYTES}`);
    return this;
  }
}

async function inside({ name }: Netns, ...line: string[]): Promise<void> {
  const { code, stderr } = await execute(["ip", "netns", "exec", name, ...line]);
  strictEqual(code, 0, stderr);
}
