/**
 * Stage 1, the child process.
 * In: the paths of nettop and script. Out: bytes of standard output as they come, and how the process ended.
 */

/** One way of running nettop. */
export interface Invocation {
  /** For the user: how it differs from the first choice. null: it is the first choice. */
  readonly note: string | null;
  readonly command: readonly string[];
  /** `sample`: one sample, then it exits. `log`: samples for as long as it lives. */
  readonly writes: "sample" | "log";
  /** Whether its standard output is a terminal. */
  readonly hasTerminal: boolean;
}

// Every column costs nettop time, so only those that are read are asked for.
const COLUMNS = "time,state,bytes_in,bytes_out,packets_in,packets_out,rtt_avg";
const FEW_COLUMNS = "time,state,bytes_in,bytes_out";
// -n: addresses stay numbers (names cost seconds and DNS queries). -x: exact figures. -L 0: CSV without end.
const LOG = ["-n", "-x", "-L", "0"];

/**
 * All ways of running nettop, the one that gives most first; each is the fallback of those before it. A nettop that does not know a
 * column or an option prints its usage to standard output and exits with 0, so only its output says whether it accepts them.
 */
export function invocations(nettop: string, script: string): readonly Invocation[] {
  const log = { writes: "log", hasTerminal: false } as const;
  return [
    { ...log, note: null, command: [nettop, ...LOG, "-s", "1", "-J", COLUMNS] },
    {
      ...log,
      note: "this nettop does not know the columns for packets and round-trip times",
      command: [nettop, ...LOG, "-s", "1", "-J", FEW_COLUMNS],
    },
    { ...log, note: "this nettop takes no choice of columns", command: [nettop, ...LOG] },
    {
      note: "this nettop writes at once only to a terminal, so it is given one",
      command: [script, "-q", "/dev/null", nettop, ...LOG],
      writes: "log",
      hasTerminal: true,
    },
    {
      note: "this nettop gives no lasting log, so it is run anew every second",
      command: [nettop, "-n", "-x", "-L", "1"],
      writes: "sample",
      hasTerminal: false,
    },
  ];
}

const KILL_AFTER_MS = 500;
const LAST_OUTPUT_WITHIN_MS = 200;
const STDERR_CHARACTERS = 400;
/**
 * Variables that the child does not inherit: the locale, which decides how numbers look; STDBUF*, which set buffering; the loader's
 * (LD_*, DYLD_*), with any of which Deno refuses to start a child unless --allow-run is given for all programs.
 */
const NOT_INHERITED = /^(?:LC_|LANG|STDBUF|LD_|DYLD_)/;
const CHILD_VARIABLES = { STDBUF1: "L", LC_ALL: "C", LANG: "C" };

/** How the process ended. */
export interface ChildEnd {
  readonly code: number;
  readonly signal: string | null;
  /** The beginning of its standard error. */
  readonly stderr: string;
}

/**
 * A child process whose output is read as it comes. Its standard input is a pipe that stays open and empty: nettop reads keys even
 * while it writes a log, and takes a whole core once standard input is at its end. STDBUF1=L makes macOS's C library (setbuf(3))
 * write line by line into a pipe instead of 16 KiB at a time; LC_ALL=C gives numbers a decimal point.
 */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #done: Promise<void>;
  #stderr = "";
  #end: ChildEnd | null = null;

  /** Throws what Deno.Command does when there is no such program. `changed` is called after each chunk and when the process has ended. */
  constructor(command: readonly string[], readonly read: (chunk: Uint8Array) => void, readonly changed: () => void) {
    const [path, ...args] = command;
    const env = childEnvironment(Deno.env.toObject());
    const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
    this.#process = new Deno.Command(path, { args, env, clearEnv: true, ...pipes }).spawn();
    this.#stdin = this.#process.stdin.getWriter();
    this.#done = this.#watch();
  }

  /** null: it is still running. */
  get end(): ChildEnd | null {
    return this.#end;
  }

  /** SIGTERM, and SIGKILL if it is still alive after KILL_AFTER_MS. Resolves once it has ended. */
  async stop(): Promise<void> {
    this.#kill("SIGTERM");
    const timer = setTimeout(() => this.#kill("SIGKILL"), KILL_AFTER_MS);
    await this.#done;
    clearTimeout(timer);
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #watch(): Promise<void> {
    const output = this.#forward(this.#process.stdout, (chunk) => {
      this.read(chunk);
      this.changed();
    });
    const decoder = new TextDecoder();
    const errors = this.#forward(this.#process.stderr, (chunk) => {
      if (this.#stderr.length < STDERR_CHARACTERS) this.#stderr += decoder.decode(chunk, { stream: true });
    });
    const { code, signal } = await this.#process.status;
    // A grandchild may keep the pipes open for ever. What the child wrote before it ended can be read at once, so this does not wait long.
    const timer = setTimeout(() => [output, errors].forEach(({ cancel }) => cancel()), LAST_OUTPUT_WITHIN_MS);
    await Promise.all([output.done, errors.done, this.#stdin.abort().catch(() => {})]);
    clearTimeout(timer);
    this.#end = { code, signal, stderr: this.#stderr.slice(0, STDERR_CHARACTERS) };
    this.changed();
  }

  #forward(
    from: ReadableStream<Uint8Array>,
    to: (chunk: Uint8Array) => void,
  ): { done: Promise<void>; cancel: () => void } {
    const reader = from.getReader();
    const all = async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        to(value);
      }
    };
    return { done: all().catch(() => {}), cancel: () => void reader.cancel().catch(() => {}) };
  }
}

/** The environment of a child, from that of this process. */
export function childEnvironment(ours: Readonly<Record<string, string>>): Record<string, string> {
  const inherited = Object.entries(ours).filter(([name]) => !NOT_INHERITED.test(name));
  return { ...Object.fromEntries(inherited), ...CHILD_VARIABLES };
}
