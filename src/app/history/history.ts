/** The live screen's memory as the Worker has it: what comes in is kept, and looked back at. */
import type { FlowArrays } from "../../flow/columns.ts";
import type { StateWriter } from "../../flow/state.ts";
import { released } from "../../source/recording/byte_list.ts";
import { RecordingPlatform } from "../../source/recording/recorder.ts";
import type { Platform } from "../../source/platform.ts";
import type { Files } from "../../system/output_file.ts";
import type { Host } from "../../system/host.ts";
import { VERSION } from "../../version.ts";
import { outputFiles } from "../files.ts";
import type { MomentMessage, SampleMessage, WorkerOptions } from "../protocol.ts";
import { keepMemory } from "./keep.ts";
import { Memory } from "./memory.ts";
import { type Before, Past } from "./past.ts";
import type { Step } from "../../view/screen/moment.ts";

/** So long what looking back takes is kept for the next look, which may be of the sample behind. */
const PAST_SAMPLES = 10;
/** The same of what one sample alone may last, where nothing moves. */
const PAST_MS = 30_000;

export class History {
  readonly #memory: Memory;
  #past: Past | null = null;
  /** Samples since it was looked at. */
  #unused = 0;
  #unusedMs = 0;

  constructor(durationMs: number, readonly files: Files) {
    this.#memory = new Memory(durationMs);
  }

  /** The platform, with all that it tells kept here. */
  listen(platform: Platform): Platform {
    return new RecordingPlatform(platform, this.#memory, VERSION);
  }

  get wantsState(): boolean {
    return this.#memory.wantsState;
  }

  state(state: StateWriter): void {
    const bytes = state.finish();
    this.#memory.state(bytes);
    // Megabytes would else wait for the collector every few samples.
    released(bytes);
  }

  add(
    { sample, health, source, selfCpuPercent, selfRssBytes, timeWait, synRecv }: SampleMessage,
    flows: FlowArrays,
  ): void {
    const beside = { health, source, selfCpuPercent, selfRssBytes, timeWait, synRecv };
    this.#memory.add(sample, flows, beside);
    this.#unusedMs += sample.intervalMs;
    if (++this.#unused > PAST_SAMPLES || this.#unusedMs > PAST_MS) this.#leave();
  }

  /** As Memory.jumped(). */
  jumped(): void {
    this.#memory.jumped();
  }

  /** What comes next is of an earlier time. */
  forget(): void {
    this.#memory.forget();
    this.#leave();
  }

  #leave(): void {
    this.#past?.release();
    this.#past = null;
  }

  /** null: the step leads to the present. `beganMs`: as Past.look() has it. */
  look(
    fromNs: number,
    step: Step,
    host: Host,
    beganMs: number,
  ): MomentMessage["moment"] | Before {
    this.#past ??= new Past(this.#memory);
    this.#unused = this.#unusedMs = 0;
    const moment = this.#past.look(fromNs, step, beganMs), { extent } = this.#memory;
    if (moment === null || extent === null) {
      this.#leave();
      return null;
    }
    if ("beforeMs" in moment) return moment;
    const { kept: { beside }, sample, ended } = moment;
    return { ...beside, host, sample, ended, extent };
  }

  /** What to say of it. */
  keep(known: (to: StateWriter) => void): Promise<string> {
    return keepMemory(this.#memory, known, this.files, new Date());
  }
}

/** Files are opened later as whoever we are then: the shim must be there while it can be loaded. */
export async function openHistory(options: WorkerOptions): Promise<History> {
  return new History(options.historyMs, await outputFiles(options));
}
