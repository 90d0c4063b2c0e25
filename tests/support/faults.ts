/** A machine on which things go wrong when the test says so, by tests/faults/preload.c. */
import { compiled } from "./compiled.ts";

const PRELOAD = new URL("../faults/preload.c", import.meta.url);

/** struct faults, in its order; each is 8 bytes. */
const FIELDS = [
  "stepNs",
  "readErrno",
  "readEvery",
  "reads",
  "readsFailed",
  "callErrno",
  "callAfter",
  "calls",
  "mapEntries",
  "mapErrno",
] as const;
type Field = typeof FIELDS[number];

/** As callErrno: the call does not return. */
export const HANG = -1;

export class Faults implements AsyncDisposable {
  private constructor(readonly folder: string, readonly library: string) {}

  static async make(first: Partial<Record<Field, number>> = {}): Promise<Faults> {
    const library = await compiled("faults.so", [PRELOAD], undefined, ["-shared", "-fPIC"]);
    const folder = await Deno.makeTempDir({ prefix: "tcptop-faults-" });
    const faults = new Faults(folder, library);
    await Deno.writeFile(faults.#path, new Uint8Array(8 * FIELDS.length));
    for (const [field, value] of Object.entries(first)) faults.set(field as Field, value);
    return faults;
  }

  get #path(): string {
    return `${this.folder}/faults`;
  }

  /** A command line on that machine. `call`: the one of ffi/tcptop.h that callErrno is for, and what it was doing. */
  line(line: readonly string[], call: { readonly name: string; readonly stage: string } | null = null): string[] {
    const set = [`LD_PRELOAD=${this.library}`, `TCPTOP_FAULTS=${this.#path}`];
    if (call !== null) set.push(`TCPTOP_FAULT_CALL=${call.name}`, `TCPTOP_FAULT_STAGE=${call.stage}`);
    return ["env", ...set, ...line];
  }

  set(field: Field, value: number): void {
    using file = Deno.openSync(this.#path, { write: true });
    file.seekSync(FIELDS.indexOf(field) * 8, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array(BigInt64Array.of(BigInt(value)).buffer));
  }

  get(field: Field): number {
    const values = new BigInt64Array(Deno.readFileSync(this.#path).buffer);
    return Number(values[FIELDS.indexOf(field)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
