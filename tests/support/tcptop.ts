/** The program itself as a child. TCPTOP_BIN names another one to test in its place, such as the one-file executable. */
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { lines, within } from "./lines.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const SECONDS = 30;

export interface SampleDocument {
  readonly schema: string;
  readonly time: string;
  readonly interval_ms: number;
  readonly source: {
    readonly tcp: string | null;
    readonly udp: string | null;
    readonly notes: readonly { readonly code: string; readonly message: string; readonly remedy: string | null }[];
  };
  readonly health: Readonly<Record<string, number>>;
  readonly totals: Readonly<Record<string, number>>;
  readonly flows: readonly FlowFacts[];
}

/** Program and arguments, as scripts/run has them, or TCPTOP_BIN. `root`: another copy of the project. */
export function tcptop(args: readonly (string | number)[], root = ROOT): string[] {
  const binary = Deno.env.get("TCPTOP_BIN");
  return binary ? [binary, ...args.map(String)] : fromSource(args, root);
}

/** The program run by the Deno that runs the tests, whatever TCPTOP_BIN says. */
export function fromSource(args: readonly (string | number)[], root = ROOT): string[] {
  const flags = ["run", "--quiet", "--no-prompt", "--cached-only", "--frozen", `--config=${root}deno.json`];
  const allowed = ["--allow-ffi", "--allow-env", "--allow-sys", "--allow-net", "--allow-read", "--allow-write"];
  return [Deno.execPath(), ...flags, ...allowed, `${root}main.ts`, ...args.map(String)];
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Runs a whole command line to its end. */
export async function execute(line: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const startMs = performance.now();
  const command = new Deno.Command(line[0], {
    args: line.slice(1),
    stdin: "null",
    env,
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await within(SECONDS, line.join(" "), command.output());
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr), ms: performance.now() - startMs };
}

/** One sample by --once --json. */
export async function once(...args: readonly (string | number)[]): Promise<SampleDocument> {
  const { code, stdout, stderr } = await execute(tcptop(["--once", "--json", ...args]));
  if (code !== 0 || stderr !== "") throw new Error(`tcptop ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** A running `tcptop --json`. */
export class Running implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string, void>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#lines = lines(child.stdout);
  }

  /** Resolves when the first sample is out: from then on everything is seen. */
  static start(...args: readonly (string | number)[]): Promise<Running> {
    return Running.of(tcptop(["--json", ...args]));
  }

  /** The same by a command line that ends in the program with --json. */
  static async of([program, ...rest]: readonly string[]): Promise<Running> {
    const running = new Running(new Deno.Command(program, { args: rest, stdin: "null", stdout: "piped" }).spawn());
    await running.next();
    return running;
  }

  get pid(): number {
    return this.#child.pid;
  }

  async next(): Promise<SampleDocument> {
    const { value } = await within(SECONDS, "a sample", this.#lines.next());
    if (value === undefined) throw new Error(`tcptop ended with ${(await this.#child.status).code}`);
    return JSON.parse(value);
  }

  /** The samples from now on, up to the first that began after this call; that one last. */
  async upToFresh(): Promise<SampleDocument[]> {
    const nowMs = Date.now(), samples: SampleDocument[] = [];
    for (;;) {
      const sample = await this.next();
      samples.push(sample);
      if (Date.parse(sample.time) - sample.interval_ms > nowMs + 1) return samples;
    }
  }

  /** A sample that began after this call. */
  async fresh(): Promise<SampleDocument> {
    return (await this.upToFresh()).at(-1)!;
  }

  /** Samples until one fits, with a bound; throws when none did. */
  async until(what: string, fits: (sample: SampleDocument) => boolean, seconds = 10): Promise<SampleDocument> {
    const search = async () => {
      for (;;) {
        const sample = await this.next();
        if (fits(sample)) return sample;
      }
    };
    return await within(seconds, what, search());
  }

  async stop(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    this.#child.kill(signal);
    await this.#lines.return();
    return (await within(SECONDS, "tcptop's end", this.#child.status)).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch { /* it has ended */ }
    await this.#lines.return();
    await this.#child.status;
  }
}

/** Flows by "local port remote port", addresses as in endsOf(). */
export function byEnds(flows: readonly FlowFacts[]): Map<string, FlowFacts> {
  const entry = (flow: FlowFacts) => {
    const { local, remote } = flow;
    return [`${local.address} ${local.port} ${remote?.address} ${remote?.port}`, flow] as const;
  };
  return new Map(flows.map(entry));
}
