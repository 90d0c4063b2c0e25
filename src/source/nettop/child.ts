const KILL_AFTER_MS = 500;
const LAST_OUTPUT_WITHIN_MS = 200;
const STDERR_CHARACTERS = 400;
/**
 * What a child does not inherit: the language, which decides how numbers look, buffering, and the loader's variables. Deno starts
 * no child with one of those unless every program may be run.
 */
const NOT_INHERITED = /^(?:LC_|LANG|STDBUF|LD_|DYLD_)/;
const OWN = { STDBUF1: "L", LC_ALL: "C", LANG: "C" };

/** How a child ended. */
export interface ChildEnd {
  readonly code: number;
  readonly signal: string | null;
  /** Its first words on standard error. */
  readonly stderr: string;
}

/**
 * A child whose output is read as it comes. Its standard input is a pipe that stays open and silent: nettop listens for keys
 * even when it writes a log, and spins a whole core once its input is at an end. STDBUF1=L makes macOS's C library
 * (setbuf(3)) send every line at once instead of 16 KiB together; LC_ALL=C keeps to the decimal point.
 */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #done: Promise<void>;
  #stderr = "";
  #end: ChildEnd | null = null;

  /** Throws what Deno.Command does when there is no such program. `changed` is called after each chunk and at the end. */
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

  /** Resolves once it is dead: asked to end, then, should it not, made to. */
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
      // It has ended by itself.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #watch(): Promise<void> {
    const output = this.#pour(this.#process.stdout, (chunk) => {
      this.read(chunk);
      this.changed();
    });
    const decoder = new TextDecoder();
    const errors = this.#pour(this.#process.stderr, (chunk) => {
      if (this.#stderr.length < STDERR_CHARACTERS) this.#stderr += decoder.decode(chunk, { stream: true });
    });
    const { code, signal } = await this.#process.status;
    // A grandchild may hold the pipes: what has been written is there at once, and more is not waited for.
    const timer = setTimeout(() => [output, errors].forEach(({ cancel }) => cancel()), LAST_OUTPUT_WITHIN_MS);
    await Promise.all([output.done, errors.done, this.#stdin.abort().catch(() => {})]);
    clearTimeout(timer);
    this.#end = { code, signal, stderr: this.#stderr.slice(0, STDERR_CHARACTERS) };
    this.changed();
  }

  #pour(
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
  return { ...Object.fromEntries(inherited), ...OWN };
}
