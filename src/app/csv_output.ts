import { ExitStatus, TcptopError } from "../errors.ts";
import type { Sample } from "../flow/sample.ts";
import type { Csv } from "../output/csv.ts";
import { writeOut } from "../output/stdout.ts";
import type { OutputFile } from "../system/output_file.ts";
import type { Output } from "./output.ts";

const encoder = new TextEncoder();

/** CSV lines, each sample's at once, so a reader of the file sees no interval late. */
export class CsvOutput<Item> implements Output {
  #headed: boolean;

  /** `file`: null is standard output. `told`: the sample with the names that are told. Throws when the file holds something else than CSV of these fields. */
  constructor(
    readonly csv: Csv<Item>,
    readonly file: OutputFile | null,
    readonly select: (sample: Sample) => readonly Item[],
    readonly told: (sample: Sample) => Sample = (sample) => sample,
  ) {
    this.#headed = file !== null && file.byteLength > 0;
    if (this.#headed) refuseOther(file!, encoder.encode(csv.header()));
  }

  async sample(sample: Sample): Promise<void> {
    if (!this.#headed) await this.#write(encoder.encode(this.csv.header()));
    this.#headed = true;
    for (const lines of this.csv.lines(this.told(sample), this.select(sample))) await this.#write(lines);
  }

  close(): void {
    this.file?.discard();
  }

  async #write(lines: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.file === null) await writeOut([lines]);
    else this.file.append(lines);
  }
}

function refuseOther(file: OutputFile, header: Uint8Array): void {
  const start = file.read(0, header.length), [end] = file.read(file.byteLength - 1, 1);
  const refuse = (why: string) => new TcptopError(`Cannot append to ${file.path}: ${why}`, ExitStatus.failed);
  if (start.length !== header.length || start.some((byte, i) => byte !== header[i])) {
    throw refuse("it begins with another header. Name a new file, or ask for the columns that it has");
  }
  if (end !== 0x0a) throw refuse("its last line is not complete. Name a new file, or mend it first");
}
