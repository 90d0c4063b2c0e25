/**
 * The stages together.
 * In: where nettop is, and macOS's System. Out: a FlowSource: records of bpf/record.h, notes, names of processes.
 */
import { ExitStatus, TcptopError } from "../../errors.ts";
import { Processes } from "../../system/darwin/processes.ts";
import type { System } from "../../system/darwin/system.ts";
import type { SourceInfo } from "../../system/source_info.ts";
import type { FlowSource, RecordSink } from "../source.ts";
import { type Invocation, invocations } from "./child.ts";
import type { Frame } from "./frames.ts";
import { KernelList } from "./kernel_list.ts";
import { Problems } from "./notes.ts";
import { TIMING, type Timing } from "./run.ts";
import { Supervisor } from "./supervisor.ts";
import { Tracker } from "./tracker.ts";

export interface NettopOptions {
  readonly nettop: string;
  readonly script: string;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  /** Of the user who runs tcptop; null: not known. */
  readonly uid?: number | null;
  readonly timing?: Timing;
}

/** nettop samples once a second and no faster; over a longer interval the newest frame is shown. */
const EVERY_MS = 1000;
const LOOK_EVERY_MS = 50;

/** Connections and bytes from a nettop that runs all the time; if none works, connections from the kernel's list of sockets. */
export class NettopSource implements FlowSource {
  readonly processes: Processes;
  readonly pace: { readonly everyMs: number; readonly hasNews: boolean };
  readonly #supervisor: Supervisor;
  readonly #tracker: Tracker;
  readonly #list: KernelList;
  readonly #problems = new Problems();
  readonly #running: Promise<void>;
  #usesList = false;
  #frame: Frame | null = null;
  /** Number of the frame of the last snapshot. */
  #shown = 0;
  #failure: unknown = null;
  #closed = false;
  #wake: (() => void) | null = null;

  constructor(readonly options: NettopOptions, readonly system: System) {
    this.processes = new Processes(system);
    this.#list = new KernelList(system, options.uid ?? null);
    this.#tracker = new Tracker({
      uidOf: (pid, name) => this.processes.uidOf(pid, name),
      // In the kernel's list the zone is an index already.
      interfaceIndex: (name) => /^\d+$/.test(name) ? Number(name) : system.interfaceIndex(name),
    });
    const hasNews = () => (this.#frame?.number ?? 0) > this.#shown;
    this.pace = {
      everyMs: EVERY_MS,
      get hasNews() {
        return hasNews();
      },
    };
    this.#supervisor = new Supervisor(
      {
        frame: (frame) => this.#take(frame),
        failed: (invocation, why, next) => this.#problems.failed(invocation, why, next),
        restarted: () => this.#problems.restarts++,
        ignored: (lines) => this.#problems.ignored += lines,
      },
      options.nowMs,
      options.timing ?? TIMING,
    );
    this.#running = this.#run(invocations(options.nettop, options.script)).catch((error) => this.#fail(error));
  }

  get info(): SourceInfo {
    const name = this.#usesList ? "pcblist" : "nettop";
    return { tcp: name, udp: name, notes: this.#problems.notes(this.#usesList ? this.#list.reach : null) };
  }
  /** Lines and rows left out. */
  get invalid(): number {
    return this.#problems.ignored + this.#tracker.skipped;
  }

  async wait(ms: number): Promise<boolean> {
    if (this.#failure === null && !this.pace.hasNews) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
    } else await new Promise((resolve) => setTimeout(resolve, Math.max(1, ms)));
    if (this.#failure !== null) throw this.#failure;
    return true;
  }

  drain(sink: RecordSink): void {
    this.#tracker.drain(sink);
  }

  snapshot(sink: RecordSink): void {
    const timeNs = this.#frame?.arrivedNs ?? this.options.nowMs() * 1e6;
    this.#shown = this.#frame?.number ?? 0;
    const sinceMs = this.options.nowMs() - timeNs / 1e6;
    this.#tracker.snapshot(sink, timeNs, (this.options.wallMs() - sinceMs) * 1e6);
  }

  /** Every snapshot describes every flow. */
  describeAgain(): void {}

  /** Resolves when the child has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#supervisor.stop();
    this.#wake?.();
    await this.#running;
  }

  #take(frame: Frame): void {
    this.processes.nextFrame();
    this.#tracker.apply(frame);
    if (frame.isPreliminary) return;
    this.#frame = frame;
    this.#wake?.();
  }

  async #run(all: readonly Invocation[]): Promise<void> {
    if (await this.#supervisor.run(all)) return;
    this.#usesList = true;
    while (!this.#closed && this.#readList()) {
      for (let waited = 0; !this.#closed && waited < EVERY_MS; waited += LOOK_EVERY_MS) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    }
    if (!this.#closed) throw new TcptopError(this.#problems.sentence(), ExitStatus.unsupported);
  }

  /** false: the list cannot be read. */
  #readList(): boolean {
    const frame = this.#list.read((this.#frame?.number ?? 0) + 1, this.options.nowMs() * 1e6);
    if (frame !== null) this.#take(frame);
    return frame !== null;
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.#wake?.();
  }
}
