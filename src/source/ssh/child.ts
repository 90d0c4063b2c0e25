/** The system's ssh, which has the recorder of another host write a recording into a pipe. */
import type { ReadSome } from "../replay/stream.ts";

/** What a user's configuration says but for: no question, no terminal, nothing forwarded, and an end where the other side is silent. */
const OPTIONS = [
  "-T",
  "-a",
  "-x",
  ...[
    "BatchMode=yes",
    "ClearAllForwardings=yes",
    "ConnectTimeout=10",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
    "LogLevel=ERROR",
  ].flatMap((option) => ["-o", option]),
];
const STDERR_CHARACTERS = 4000;
const KILL_AFTER_MS = 500;
/** With any of the loader's Deno refuses to start a child. The locale is that of the sentences that refusal.ts reads. */
const NOT_INHERITED = /^(?:LD_|DYLD_|LC_|LANG)/;

export interface SshEnd {
  readonly code: number;
  /** The beginning of its standard error, which has that of the recorder too. */
  readonly stderr: string;
}

/** What is run on each host: what its sudo has to allow. */
export interface Recorder {
  readonly intervalMs: number;
  /** Where its data comes from; auto: it chooses. */
  readonly source: "auto" | "bpf" | "netlink";
}

/** The recorder's own arguments. */
export function recorderArguments({ intervalMs, source }: Recorder): string[] {
  return ["--record", "-", "--interval", `${intervalMs}ms`, ...source === "auto" ? [] : ["--source", source]];
}

/** What ssh is called with. `host` is what ssh takes for one. */
export function sshArguments(host: string, recorder: Recorder): string[] {
  return [...OPTIONS, "--", host, "sudo", "-n", "tcptop", ...recorderArguments(recorder)];
}

export class SshChild {
  readonly #process: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  /** Of what was read and not asked for yet. */
  #rest: Uint8Array = new Uint8Array(0);
  readonly #errors: Beginning;

  /** Throws what Deno.Command does, where there is no ssh. */
  constructor(host: string, recorder: Recorder) {
    const inherited = Object.entries(Deno.env.toObject()).filter(([name]) => !NOT_INHERITED.test(name));
    this.#process = new Deno.Command("ssh", {
      args: sshArguments(host, recorder),
      env: { ...Object.fromEntries(inherited), LC_ALL: "C" },
      clearEnv: true,
      // ^C is for the whole process group: what the hosts have done last is still to come.
      detached: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#output = this.#process.stdout.getReader();
    this.#errors = new Beginning(this.#process.stderr);
  }

  readonly read: ReadSome = async (buffer) => {
    if (this.#rest.length === 0) {
      const { done, value } = await this.#output.read();
      if (done) return null;
      this.#rest = value;
    }
    const part = this.#rest.subarray(0, buffer.length);
    buffer.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  };

  /** Ends it, if it has not ended. */
  async stop(): Promise<SshEnd> {
    this.#kill("SIGTERM");
    const timer = setTimeout(() => this.#kill("SIGKILL"), KILL_AFTER_MS);
    // Nobody else may keep the pipe full, so that ssh would not end.
    await this.#output.cancel().catch(() => {});
    const { code } = await this.#process.status;
    clearTimeout(timer);
    return { code, stderr: await this.#errors.within(KILL_AFTER_MS) };
  }

  /** How it has ended by itself, where its output has; null: it has not within `ms`. */
  async ended(ms: number): Promise<SshEnd | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<null>((resolve) => timer = setTimeout(() => resolve(null), ms));
    const end = Promise.all([this.#process.status, this.#errors.whole])
      .then(([{ code }]) => ({ code, stderr: this.#errors.text }));
    return await Promise.race([end, late]).finally(() => clearTimeout(timer));
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch {
      // It has ended.
    }
  }
}

/** What a stream begins with; all of it is read. */
class Beginning {
  text = "";
  /** Resolves where the stream ends. */
  readonly whole: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
    this.whole = this.#read();
  }

  /** What there is by then: a process that ssh has left behind, as for a connection that others share, may hold the stream open. */
  async within(ms: number): Promise<string> {
    const timer = setTimeout(() => this.#reader.cancel().catch(() => {}), ms);
    await this.whole;
    clearTimeout(timer);
    return this.text;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for (let part; !(part = await this.#reader.read()).done;) {
      if (this.text.length >= STDERR_CHARACTERS) continue;
      this.text = (this.text + decoder.decode(part.value, { stream: true })).slice(0, STDERR_CHARACTERS);
    }
  }
}
