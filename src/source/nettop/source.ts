import { ExitStatus, TcptopError } from "../../errors.ts";
import { reachOf } from "../../system/darwin/reach.ts";
import type { System } from "../../system/darwin/system.ts";
import type { FlowSource, RecordSink } from "../source.ts";
import type { SourceInfo } from "../../system/source_info.ts";
import type { Frame } from "./frame.ts";
import { ladder, type Rung } from "./ladder.ts";
import { Trouble } from "./notes.ts";
import { Processes } from "./processes.ts";
import { Runner } from "./runner.ts";
import { rowOfPcb } from "./sockets.ts";
import { TIMING, type Timing } from "./timing.ts";
import { Tracker } from "./tracker.ts";

export interface NettopOptions {
  readonly nettop: string;
  readonly script: string;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  /** Of whom runs this; null: not known. */
  readonly uid?: number | null;
  readonly timing?: Timing;
}

/** nettop samples once a second and no faster; a longer interval takes the sample nearest to its end. */
const EVERY_MS = 1000;

/** Connections and bytes from a long-lived nettop child; without a usable one, connections from the kernel's list of sockets. */
export class NettopSource implements FlowSource {
  readonly processes: Processes;
  readonly pace: { readonly everyMs: number; readonly hasNews: boolean };
  readonly #runner: Runner;
  readonly #tracker: Tracker;
  readonly #trouble = new Trouble();
  readonly #running: Promise<void>;
  #frame: Frame | null = null;
  #shown = 0;
  #failure: unknown = null;
  #closed = false;
  #wake: (() => void) | null = null;

  constructor(readonly options: NettopOptions, readonly system: System) {
    this.processes = new Processes(system);
    const rungs = ladder(options.nettop, options.script);
    this.#tracker = new Tracker({
      uidOf: (pid, name) => this.processes.uidOf(pid, name),
      interfaceIndex: (name) => /^\d+$/.test(name) ? Number(name) : system.interfaceIndex(name),
    });
    const news = () => (this.#frame?.number ?? 0) > this.#shown;
    this.pace = {
      everyMs: EVERY_MS,
      get hasNews() {
        return news();
      },
    };
    this.#runner = new Runner(
      {
        frame: (frame) => this.#take(frame),
        failed: (rung, why, next) => this.#trouble.failed(rung, why, next),
        restarted: () => this.#trouble.restarts++,
        ignored: (lines) => this.#trouble.ignored += lines,
      },
      options.nowMs,
      options.timing ?? TIMING,
    );
    this.#running = this.#run(rungs).catch((error) => this.#fail(error));
  }

  get info(): SourceInfo {
    const name = this.#trouble.isOnSockets ? "pcblist" : "nettop";
    return { tcp: name, udp: name, notes: this.#trouble.notes() };
  }
  /** Lines and rows left out. */
  get invalid(): number {
    return this.#trouble.ignored + this.#tracker.nameless;
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

  /** Resolves when the child is dead. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#runner.stop();
    this.#wake?.();
    await this.#running;
  }

  #take(frame: Frame): void {
    this.processes.turn();
    this.#tracker.apply(frame);
    if (frame.isPreliminary) return;
    this.#frame = frame;
    this.#wake?.();
  }

  async #run(rungs: readonly Rung[]): Promise<void> {
    if (await this.#runner.run(rungs)) return;
    this.#trouble.isOnSockets = true;
    while (!this.#closed && this.#lookAtSockets()) {
      for (let waited = 0; !this.#closed && waited < EVERY_MS; waited += 50) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    if (!this.#closed) throw new TcptopError(this.#trouble.sentence(), ExitStatus.unsupported);
  }

  /** false: there is no list either. */
  #lookAtSockets(): boolean {
    const tcp = this.system.sockets("tcp"), udp = this.system.sockets("udp");
    if (tcp === null || udp === null) return false;
    this.#trouble.reach = reachOf([...tcp, ...udp], this.options.uid ?? null);
    const number = (this.#frame?.number ?? 0) + 1;
    this.#take({
      number,
      arrivedNs: this.options.nowMs() * 1e6,
      rows: [...tcp.map((pcb) => rowOfPcb("tcp", pcb)), ...udp.map((pcb) => rowOfPcb("udp", pcb))],
      isWhole: true,
      isPreliminary: false,
      isBaseline: this.#trouble.beginsOnSockets(),
    });
    return true;
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.#wake?.();
  }
}
