/** The program as a child whose output goes where the test wants it. */
import { within } from "./lines.ts";
import { tcptop } from "./tcptop.ts";

const SECONDS = 30;

/** A port that nobody listened on a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Waits until `fits`, looking every 50 ms, with a bound. */
export async function until(what: string, fits: () => boolean | Promise<boolean>, seconds = SECONDS): Promise<void> {
  const search = async () => {
    while (!await fits()) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await within(seconds, what, search());
}

/** `shell` with "$@" standing for tcptop and its arguments, as in `"$@" | head -1`. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<Deno.CommandOutput>;

  constructor(args: readonly (string | number)[], shell = 'exec "$@"') {
    const line = ["bash", "-c", shell, "bash", ...tcptop(args)];
    const options = { args: line.slice(1), stdin: "null", stdout: "piped", stderr: "piped" } as const;
    this.#child = new Deno.Command(line[0], options).spawn();
    this.#output = this.#child.output();
  }

  /** The process that is tcptop. */
  async pid(): Promise<number> {
    let pid = 0;
    await until("tcptop's process", async () => (pid = await find(this.#child.pid)) > 0);
    return pid;
  }

  async signal(signal: Deno.Signal): Promise<void> {
    Deno.kill(await this.pid(), signal);
  }

  async ended(): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    const { code, stdout, stderr } = await within(SECONDS, "the program's end", this.#output);
    return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of [await find(this.#child.pid), this.#child.pid].filter((pid) => pid > 0)) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch { /* it has ended */ }
    }
    await this.#output;
  }
}

/** The process itself or one below it that runs the program; 0: there is none. */
async function find(pid: number): Promise<number> {
  const [program] = (await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "")).split("\0");
  if (program === tcptop([])[0]) return pid;
  const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`).catch(() => "");
  for (const child of children.split(" ").filter(Boolean).map(Number)) {
    const found = await find(child);
    if (found > 0) return found;
  }
  return 0;
}
