import type { Sample } from "../flow/sample.ts";
import type { Options } from "../options.ts";
import type { RunFacts } from "../output/run_summary.ts";
import type { Seen } from "../output/seen.ts";
import { writeError } from "../output/stderr.ts";
import { MOST_BYTES, summaryMarkdown } from "../output/summary_markdown.ts";
import type { Identity } from "../system/identity.ts";
import { OutputFile } from "../system/output_file.ts";
import { TrafficMap } from "../view/map.ts";
import { outputFiles } from "./files.ts";
import type { Output } from "./output.ts";

const encoder = new TextEncoder(), NEWLINE = 0x0a;

/** What a run saw, as Markdown, behind what its file holds already. */
export class SummaryFile implements Output {
  readonly #map = new TrafficMap("both");
  #beganMs: number | null = null;
  #command: RunFacts | null = null;

  private constructor(
    readonly options: Options,
    readonly seen: Seen,
    readonly note: string | null,
    readonly file: OutputFile,
  ) {}

  /** The file is opened, and a failure thrown, at once. `note`: what is not seen of a command; null: nothing is missed. */
  static async open(options: Options, owner: Identity, seen: Seen, note: string | null): Promise<SummaryFile> {
    const file = new OutputFile(options.summary!, owner, await outputFiles());
    return new SummaryFile(options, seen, note, file);
  }

  /** Once more for each recording of several. */
  start(sample: Sample): void {
    if (!sample.isBeforePart) this.#beganMs ??= sample.wallMs;
  }

  sample(sample: Sample): void {
    this.#beganMs ??= sample.wallMs - sample.intervalMs;
    this.#map.add(sample, this.seen.choose(sample));
  }

  ended(facts: RunFacts): void {
    this.#command = facts;
  }

  close(): void {
    const { options, file, seen, note } = this;
    // It did not begin, or there was no command to run.
    if (this.#beganMs === null || options.command !== null && this.#command === null) return file.discard();
    const before = this.#separator();
    const facts = {
      seen,
      note,
      graph: this.#map.graph(),
      beganMs: this.#beganMs,
      command: this.#command,
      allow: options.allow,
      inside: options.inside,
    };
    const text = summaryMarkdown(facts, MOST_BYTES - file.byteLength - before.length);
    try {
      if (text !== null) file.append(new Uint8Array([...encoder.encode(before), ...text]));
      else writeError(`${file.path} has no room for the summary: with what it holds it may have 1 MiB`);
    } finally {
      file.discard();
    }
  }

  /** An empty line, behind what the file holds. */
  #separator(): string {
    const { byteLength } = this.file;
    if (byteLength === 0) return "";
    return this.file.read(byteLength - 1, 1)[0] === NEWLINE ? "\n" : "\n\n";
  }
}
