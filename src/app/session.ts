/** The main thread's end of the Worker: messages in, samples out. */
import { ExitStatus, TcptopError } from "../errors.ts";
import { unpackFlows } from "../flow/columns.ts";
import type { Sample } from "../flow/sample.ts";
import { workerUrl } from "./paths.ts";
import type { FromWorker, SampleMessage, ToWorker, WorkerOptions } from "./protocol.ts";

const CLOSE_WITHIN_MS = 1500;

/** Yields samples, the one found at the start (number 0) first, until the source ends or stop() is called. Throws the Worker's failure. The
 * Worker sends no sample before the one before has been taken, so a slow consumer makes samples longer, not memory larger. */
export class Session {
  readonly #worker: Worker;
  readonly #users = new Map<number, string>();
  readonly #processes = new Map<number, string>();
  readonly #names = new Map<string, string>();
  #inbox: FromWorker[] = [];
  #wake: (() => void) | null = null;
  #ended = false;

  constructor(options: WorkerOptions) {
    this.#worker = new Worker(workerUrl(), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#receive({ type: "failed", message: event.message, status: ExitStatus.failed, detail: event.message });
    };
    this.#send({ type: "start", options });
  }

  async *samples(): AsyncGenerator<Sample> {
    for (;;) {
      const message = this.#inbox.shift();
      if (message === undefined) {
        await this.#message();
      } else if (message.type === "sample") {
        yield this.#unpack(message);
        this.#send({ type: "taken" });
      } else if (message.type === "failed") {
        throw new TcptopError(message.message, message.status, { cause: new Error(message.detail) });
      } else return;
    }
  }

  /** samples() ends once the Worker has let go of the kernel. */
  stop(): void {
    this.#send({ type: "stop" });
  }

  /** Ends the Worker, and lets it free what it holds first: a child process that nobody ends would outlive us. */
  async close(): Promise<void> {
    this.stop();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), CLOSE_WITHIN_MS));
    while (!this.#ended && await Promise.race([this.#message().then(() => true), deadline])) this.#inbox.length = 0;
    clearTimeout(timer);
    this.#worker.terminate();
  }

  #message(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    this.#ended ||= message.type === "stopped" || message.type === "failed";
    this.#inbox.push(message);
    this.#wake?.();
    this.#wake = null;
  }

  #unpack({ sample, health, source, selfCpuPercent, selfRssBytes, users, processes }: SampleMessage): Sample {
    for (const [uid, name] of users) this.#users.set(uid, name);
    for (const [pid, name] of processes) this.#processes.set(pid, name);
    return {
      ...sample,
      health,
      source,
      selfCpuPercent,
      selfRssBytes,
      flows: unpackFlows(sample.flows, sample.length),
      users: this.#users,
      processes: this.#processes,
      names: this.#names,
    };
  }
}
