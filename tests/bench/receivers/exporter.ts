/** One tcptop that samples, and sends what it sees to a receiver or to nobody: what it tells, and what it takes. */
import { lines, within } from "../../support/lines.ts";
import type { SampleDocument } from "../../support/tcptop.ts";
import { median } from "../compare.ts";
import { PROGRAM } from "../live.ts";
import { cpuNs, peakMiB, residentMiB } from "../threads.ts";

const GREETS_WITHIN_SECONDS = 30, ENDS_WITHIN_SECONDS = 60, LOOKS_EVERY_MS = 1000;
const LOSSES = ["events_lost", "sockets_untracked", "flows_evicted", "records_invalid", "snapshot_errors"];
const MB = 2 ** 20 / 1e6;

export interface Told {
  readonly samples: number;
  /** Between the ends of two samples, one after the other. */
  readonly longestGapMs: number;
  /** Resident: the middle of what it was each second, and the most that it ever was. */
  readonly middleMb: number;
  readonly peakMb: number;
  readonly cpuSeconds: number;
  /** All that the source says it has lost, or had no room for: a record of an end may be among it. */
  readonly lostBefore: number;
  /** Log records that, as it says at its end, did not arrive; and all that `health` told of by its last sample, points of metrics with them. */
  readonly lostRecords: number;
  readonly healthLost: number;
  readonly stderr: string;
}

export class Exporter implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stderr: Promise<string>;
  readonly #reading: Promise<void>;
  #first!: () => void;
  readonly #begun = new Promise<void>((resolve) => this.#first = resolve);
  #samples = 0;
  #last: SampleDocument | null = null;
  #longestGapMs = 0;
  #beganNs = 0;
  readonly #residentMb: number[] = [];
  #looking: ReturnType<typeof setInterval> | undefined;
  #used: Pick<Told, "cpuSeconds" | "middleMb" | "peakMb"> | null = null;

  private constructor(args: readonly string[]) {
    this.#child = new Deno.Command(PROGRAM, { args: [...args], stdin: "null", stdout: "piped", stderr: "piped" })
      .spawn();
    this.#stderr = new Response(this.#child.stderr).text();
    this.#reading = this.#read();
  }

  /** `url`: null sends nothing. Resolves when it is at work. */
  static async start(url: string | null, ...args: readonly string[]): Promise<Exporter> {
    const exporter = new Exporter(["--json", "--limit", "1", ...args, ...url === null ? [] : ["--otlp", url]]);
    try {
      await within(GREETS_WITHIN_SECONDS, "the first sample", exporter.#greeted());
    } catch (error) {
      await exporter[Symbol.asyncDispose]();
      throw new Error(`${(error as Error).message}: ${await exporter.#stderr}`);
    }
    return exporter;
  }

  /** What it takes is counted from here on, to stopCounting(). */
  startCounting(): void {
    this.#beganNs = cpuNs(this.#child.pid);
    this.#samples = this.#longestGapMs = 0;
    this.#looking = setInterval(() => this.#residentMb.push(residentMiB(this.#child.pid) * MB), LOOKS_EVERY_MS);
  }

  stopCounting(): void {
    const { pid } = this.#child;
    clearInterval(this.#looking);
    this.#used = {
      cpuSeconds: (cpuNs(pid) - this.#beganNs) / 1e9,
      middleMb: median(this.#residentMb),
      peakMb: peakMiB(pid) * MB,
    };
  }

  async ended(): Promise<Told> {
    this.#child.kill("SIGTERM");
    const { code } = await within(ENDS_WITHIN_SECONDS, "the end of tcptop", this.#child.status);
    await this.#reading;
    const stderr = await this.#stderr, health = this.#last?.health ?? {};
    if (code !== 0 || this.#used === null) throw new Error(`tcptop ended with ${code}: ${stderr}`);
    return {
      ...this.#used,
      samples: this.#samples,
      longestGapMs: this.#longestGapMs,
      lostBefore: LOSSES.reduce((sum, name) => sum + (health[name] ?? 0), 0),
      lostRecords: Number(/([\d,]+) log records? did not arrive/.exec(stderr)?.[1].replaceAll(",", "") ?? 0),
      healthLost: health.otlp_lost ?? 0,
      stderr,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looking);
    try {
      this.#child.kill("SIGKILL");
    } catch { /* it has ended */ }
    await this.#reading.catch(() => {});
    await this.#child.status;
  }

  async #greeted(): Promise<void> {
    const ended = this.#reading.then(() => Promise.reject(new Error("tcptop ended before its first sample")));
    await Promise.race([this.#begun, ended]);
  }

  async #read(): Promise<void> {
    for await (const line of lines(this.#child.stdout)) {
      const sample = JSON.parse(line) as SampleDocument;
      if (this.#last !== null) {
        this.#longestGapMs = Math.max(this.#longestGapMs, Date.parse(sample.time) - Date.parse(this.#last.time));
      }
      this.#last = sample;
      this.#samples++;
      this.#first();
    }
  }
}
