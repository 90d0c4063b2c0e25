import type { Sample } from "../flow/sample.ts";
import type { MapForm } from "../options.ts";
import { dotMap } from "../output/map_dot.ts";
import { mapDocument } from "../output/map_json.ts";
import { mermaidMap } from "../output/map_mermaid.ts";
import { ClosedPipe, writeJson, writeOut } from "../output/stdout.ts";
import type { Note } from "../system/source_info.ts";
import { VERSION } from "../version.ts";
import type { EndsBy } from "../view/far_end.ts";
import { TrafficMap } from "../view/map.ts";
import { notesOf } from "../view/notes.ts";
import type { Output } from "./output.ts";

/** A picture can be taken in up to here. */
const PAIRS_DRAWN = 100;

/** Who has talked to whom, once at the end, on standard output. */
export class MapOutput implements Output {
  readonly #map: TrafficMap;
  #last: Sample | null = null;
  #notes: readonly Note[] = [];
  #sinceMs = 0;

  /** `limit`: pairs, 0: all; null: what suits the form. `choose`: the rows that count. `told`: the sample with the names that are told. */
  constructor(
    readonly form: MapForm,
    readonly by: EndsBy,
    readonly limit: number | null,
    readonly choose: (sample: Sample) => readonly number[],
    readonly told: (sample: Sample) => Sample = (sample) => sample,
  ) {
    this.#map = new TrafficMap(by);
  }

  sample(sample: Sample): void {
    if (this.#last === null) this.#sinceMs = sample.wallMs - sample.intervalMs;
    this.#map.add(this.told(sample), this.choose(sample));
    // Its rows are there until the next sample is asked for.
    if (this.form === "json") this.#notes = notesOf(sample);
    this.#last = sample;
  }

  async close(): Promise<void> {
    if (this.#last === null) return;
    try {
      await this.#write(this.#last);
    } catch (error) {
      if (!(error instanceof ClosedPipe)) throw error;
    }
  }

  async #write(sample: Sample): Promise<void> {
    const graph = this.#map.graph(), limit = this.limit ?? PAIRS_DRAWN;
    if (this.form !== "json") {
      return await writeOut([this.form === "dot" ? dotMap(graph, sample, limit) : mermaidMap(graph, sample, limit)]);
    }
    const head = { sinceMs: this.#sinceMs, by: this.by, notes: this.#notes, version: VERSION };
    await writeJson([mapDocument(graph, sample, head, this.limit ?? 0)]);
  }
}
