import type { Sample } from "../flow/sample.ts";
import type { Options } from "../options.ts";
import { reportPage } from "../output/report/page.ts";
import { RateSeries } from "../output/report/rates.ts";
import type { RunFacts } from "../output/run_summary.ts";
import type { Seen } from "../output/seen.ts";
import type { Identity } from "../system/identity.ts";
import { OutputFile } from "../system/output_file.ts";
import type { Note } from "../system/source_info.ts";
import { VERSION } from "../version.ts";
import { TrafficMap } from "../view/map.ts";
import { notesOf } from "../view/notes.ts";
import { outputFiles } from "./files.ts";
import type { Output } from "./output.ts";
import { pageScript } from "./paths.ts";

/** A whole run as a page of HTML, once it has ended, in place of what the file held. */
export class ReportOutput implements Output {
  readonly #rates = new RateSeries();
  readonly #map: TrafficMap;
  readonly #isCommand: boolean;
  #fromMs: number | null = null;
  #last: Sample | null = null;
  #notes: readonly Note[] = [];
  #command: RunFacts | null = null;

  private constructor(
    readonly file: OutputFile,
    readonly script: string,
    { group, command }: Options,
    readonly seen: Seen,
    readonly note: string | null,
  ) {
    this.#map = new TrafficMap(group === "process" || group === "container" ? group : "both");
    this.#isCommand = command !== null;
  }

  /** The file is opened, and a failure thrown, at once. `note`: what is not seen of a command; null: nothing is missed. */
  static async open(
    path: string,
    options: Options,
    owner: Identity,
    seen: Seen,
    note: string | null,
  ): Promise<ReportOutput> {
    const script = pageScript(), file = new OutputFile(path, owner, await outputFiles());
    return new ReportOutput(file, script, options, seen, note);
  }

  /** Once more for each recording of several. */
  start(sample: Sample): void {
    if (!sample.isBeforePart) this.#fromMs ??= sample.wallMs;
  }

  sample(sample: Sample): void {
    const rows = this.seen.choose(sample);
    this.#fromMs ??= sample.wallMs - sample.intervalMs;
    this.#rates.add(sample, rows);
    this.#map.add(sample, rows);
    // Of a recording it is no news that it is one. Rows are there until the next sample is asked for.
    this.#notes = notesOf(sample).filter(({ code }) => code !== "replay");
    this.#last = sample;
  }

  ended(facts: RunFacts): void {
    this.#command = facts;
  }

  /** Writes nothing where nothing was watched. */
  async close(): Promise<void> {
    const { file, script, seen, note } = this, sample = this.#last;
    if (sample === null || this.#isCommand && this.#command === null) return file.discard();
    try {
      const page = await reportPage({
        seen,
        points: this.#rates.points,
        graph: this.#map.graph(),
        sample,
        notes: [
          ...note === null ? [] : [{ code: "scope", message: note, remedy: null }],
          ...seen.silences.notes(),
          ...this.#notes,
        ],
        command: this.#command,
        fromMs: this.#fromMs!,
        toMs: sample.wallMs,
        version: VERSION,
      }, script);
      file.replace(new TextEncoder().encode(page));
    } finally {
      // Of a page that found no room nothing is there.
      file.discard();
    }
  }
}
