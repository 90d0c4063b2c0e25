/** A connection between two ports that the test chooses, in a network namespace; and what the kernel says of its sockets. */
import { killTarget } from "../../src/flow/kill_target.ts";
import type { KillTarget } from "../../src/system/kill.ts";
import { fakeSample } from "../view/fake_sample.ts";
import { execute } from "./tcptop.ts";
import type { Netns } from "./netns.ts";

export interface Ports {
  readonly client: number;
  readonly server: number;
}

const enter = (netns: Netns) => ["ip", "netns", "exec", netns.name];

/** ss, which asks the kernel by itself: "sk:" is the cookie. */
export async function cookieOf({ client, server }: Ports, netns: Netns): Promise<bigint | null> {
  const { stdout } = await execute([
    ...enter(netns),
    ..."ss -Htne state established sport".split(" "),
    `= :${client}`,
    "dport",
    `= :${server}`,
  ]);
  const [, cookie] = /\bsk:([0-9a-f]+)/.exec(stdout) ?? [];
  return cookie === undefined ? null : BigInt(`0x${cookie}`);
}

/** Waits for it. */
async function until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
  for (let i = 0; i < 500; i++) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not seen: ${what}`);
}

export class FixedPair implements AsyncDisposable {
  readonly #children: Deno.ChildProcess[];

  private constructor(
    readonly ports: Ports,
    readonly netns: Netns,
    readonly cookie: bigint,
    children: Deno.ChildProcess[],
  ) {
    this.#children = children;
  }

  static async open(ports: Ports, netns: Netns): Promise<FixedPair> {
    const inside = enter(netns), { client, server } = ports;
    // The only port that connect() may choose.
    await execute([...inside, "sysctl", "-qw", `net.ipv4.ip_local_port_range=${client} ${client}`]);
    const start = (...args: string[]) => {
      const [program, ...rest] = [...inside, "busybox", "nc", ...args];
      return new Deno.Command(program, { args: rest, stdin: "piped", stdout: "null", stderr: "null" }).spawn();
    };
    const children = [start("-l", "-p", String(server))];
    await until("a listener", async () => {
      const { stdout } = await execute([...inside, ..."ss -Htnl sport".split(" "), `= :${server}`]);
      return stdout === "" ? null : true;
    });
    children.push(start("127.0.0.1", String(server)));
    const cookie = await until("a connection", () => cookieOf(ports, netns));
    return new FixedPair(ports, netns, cookie, children);
  }

  /** The client's end, with that cookie. */
  target(netns: number, cookie = this.cookie): KillTarget {
    const { client, server } = this.ports;
    const sample = fakeSample([{ local: ["127.0.0.1", client], remote: ["127.0.0.1", server], netns }]);
    const target = killTarget(sample.flows, 0);
    return { ...target, cookieLow: Number(cookie & 0xffffffffn), cookieHigh: Number(cookie >> 32n) };
  }

  /** Of its processes: ip becomes what it runs. */
  get pids(): number[] {
    return this.#children.map(({ pid }) => pid);
  }

  async isOpen(): Promise<boolean> {
    return await cookieOf(this.ports, this.netns) === this.cookie;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      child.stdin.close().catch(() => {});
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await child.status;
    }
  }
}
