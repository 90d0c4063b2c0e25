/** Known traffic: tests/kernel/workload as a child, its phases as they are reached. */
import { compiled } from "./compiled.ts";
import { lines, within } from "./lines.ts";

const SOURCES = new URL("../kernel/workload/", import.meta.url);
const SECONDS = 60;

export interface Process {
  readonly pid: number;
  readonly comm: string;
}

export interface Side {
  readonly pid: number;
  readonly family: "inet" | "inet6";
  readonly address: string;
  readonly port: number;
  /** Bytes accepted from the process, acknowledged by the peer, and come in (read or still queued). */
  readonly sent: number;
  readonly acked: number;
  readonly received: number;
}

export interface DatagramSide extends Omit<Side, "acked"> {
  readonly sentDatagrams: number;
  readonly receivedDatagrams: number;
}

/** One line of the workload's output; which fields it has depends on command and phase. */
export interface Phase {
  readonly phase: string;
  readonly server: Process & { readonly connections: number; readonly sent: number; readonly read: number };
  readonly client: Process & { readonly connections: number; readonly sent: number; readonly read: number };
  readonly port: number;
  readonly listeners: readonly { readonly address: string; readonly port: number }[];
  readonly connections: readonly { readonly client: Side; readonly server: Side }[];
  /** UDP, each from a socket of its own; an unconnected client has no address of its own here. */
  readonly flows: readonly { readonly client: DatagramSide; readonly server: DatagramSide }[];
  /** Of the one-shot clients, in the order in which they ran. */
  readonly pids: readonly number[];
  readonly ports: readonly number[];
  readonly workers: readonly Process[];
  readonly opener: Process;
  readonly holder: Process;
  readonly round: number;
  readonly completed: number;
  readonly seen: string;
  readonly what?: string;
  readonly error?: string;
}

/** Where the compiled program is. */
export async function workloadProgram(): Promise<string> {
  const files = Array.from(Deno.readDirSync(SOURCES), ({ name }) => new URL(name, SOURCES));
  return await compiled("workload", files.filter(({ pathname }) => pathname.endsWith(".c")), files);
}

export class Workload implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string, void>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#lines = lines(child.stdout);
    this.#input = child.stdin.getWriter();
  }

  static async start(...args: readonly (string | number)[]): Promise<Workload> {
    const command = new Deno.Command(await workloadProgram(), {
      args: args.map(String),
      stdin: "piped",
      stdout: "piped",
    });
    return new Workload(command.spawn());
  }

  /** From an executable of that name, which nothing else on the machine has: what else runs there is told apart by `exe`. */
  static async startNamed(name: string, ...args: readonly (string | number)[]): Promise<Workload> {
    const folder = await Deno.makeTempDir({ prefix: "tcptop-workload-" }), path = `${folder}/${name}`;
    try {
      await Deno.copyFile(await workloadProgram(), path);
      const command = new Deno.Command(path, { args: args.map(String), stdin: "piped", stdout: "piped" });
      return new Workload(command.spawn());
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  /** As another user, who may not be able to read the project: `folder` is one that everybody can enter. */
  static async startAs(uid: number, folder: string, ...args: readonly (string | number)[]): Promise<Workload> {
    const copy = `${folder}/workload`;
    await Deno.copyFile(await workloadProgram(), copy);
    await Deno.chmod(copy, 0o755);
    const user = { uid, gid: uid, cwd: "/", args: args.map(String), stdin: "piped", stdout: "piped" } as const;
    return new Workload(new Deno.Command(copy, user).spawn());
  }

  /** Reads on to the line of this phase. Throws what the workload says of a failure. */
  async until(phase: string): Promise<Phase> {
    for (;;) {
      const { value } = await within(SECONDS, `the workload's phase ${phase}`, this.#lines.next());
      if (value === undefined) throw new Error(`the workload ended before its phase ${phase}`);
      const line = JSON.parse(value) as Phase;
      if (line.phase === phase) return line;
      if (line.phase === "error") throw new Error(`workload: ${line.what}: ${line.error}`);
    }
  }

  /** Lets a held phase go on. */
  async goOn(): Promise<void> {
    await this.#input.write(new Uint8Array([10]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch { /* it has ended */ }
    await this.#input.close().catch(() => {});
    await this.#lines.return();
    await this.#child.status;
  }
}

export interface End {
  readonly side: Side;
  readonly local: string;
  readonly remote: string;
  readonly direction: "outbound" | "inbound";
}

const endpoint = ({ address, port }: { address: string; port: number }) => `${address.replace("::ffff:", "")} ${port}`;

/** Both ends of every connection of a phase, with addresses as a user sees them: v4-mapped ones as IPv4. */
export function endsOf(phase: Phase): End[] {
  return phase.connections.flatMap(({ client, server }) => [
    { side: client, local: endpoint(client), remote: endpoint(server), direction: "outbound" } as const,
    { side: server, local: endpoint(server), remote: endpoint(client), direction: "inbound" } as const,
  ]);
}
