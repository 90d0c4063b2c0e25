/** Copies of single rows. By lists of columns of one type each: a loop that looks columns up by their names takes several times as long. */
import { asWords, FLOW_SCHEMA, type FlowArrays, ROW_WORDS } from "./columns.ts";

interface Lists {
  readonly f64: readonly Float64Array[];
  readonly u32: readonly Uint32Array[];
  readonly u16: readonly Uint16Array[];
  readonly u8: readonly Uint8Array[];
  /** Of columns with 16 bytes a row, as four words. */
  readonly b16: readonly Uint32Array[];
}

const NOTHING: Lists = { f64: [], u32: [], u16: [], u8: [], b16: [] };

/** Copies every field of a flow, but those of `without`, from a row of one table to a row of another, or of the same. */
export class RowCopier {
  readonly #known = new WeakMap<FlowArrays, Lists>();
  /** The tables of the last copy: as a rule those of the next. */
  #from: FlowArrays | null = null;
  #to: FlowArrays | null = null;
  #source = NOTHING;
  #target = NOTHING;

  constructor(readonly without: ReadonlySet<string> = new Set()) {}

  copy(from: FlowArrays, row: number, to: FlowArrays, at: number): void {
    if (from !== this.#from) this.#source = this.#listsOf(this.#from = from);
    if (to !== this.#to) this.#target = this.#listsOf(this.#to = to);
    copyRow(this.#source, row, this.#target, at);
  }

  /** `rows` rows from `row` on, to `at` and on. */
  copyMany(from: FlowArrays, row: number, to: FlowArrays, at: number, rows: number): void {
    const source = this.#listsOf(from), target = this.#listsOf(to);
    for (const kind of ["f64", "u32", "u16", "u8", "b16"] as const) {
      const width = kind === "b16" ? ROW_WORDS : 1;
      source[kind].forEach((column, i) => {
        target[kind][i].set(column.subarray(row * width, (row + rows) * width), at * width);
      });
    }
  }

  #listsOf(arrays: FlowArrays): Lists {
    let lists = this.#known.get(arrays);
    if (lists === undefined) this.#known.set(arrays, lists = listsOf(arrays, this.without));
    return lists;
  }
}

function copyRow(source: Lists, row: number, target: Lists, at: number): void {
  for (let i = 0; i < source.f64.length; i++) target.f64[i][at] = source.f64[i][row];
  for (let i = 0; i < source.u32.length; i++) target.u32[i][at] = source.u32[i][row];
  for (let i = 0; i < source.u16.length; i++) target.u16[i][at] = source.u16[i][row];
  for (let i = 0; i < source.u8.length; i++) target.u8[i][at] = source.u8[i][row];
  for (let i = 0; i < source.b16.length; i++) {
    const a = source.b16[i], b = target.b16[i], first = row * ROW_WORDS, begin = at * ROW_WORDS;
    for (let word = 0; word < ROW_WORDS; word++) b[begin + word] = a[first + word];
  }
}

function listsOf(arrays: FlowArrays, without: ReadonlySet<string>): Lists {
  const f64: Float64Array[] = [], u32: Uint32Array[] = [], u16: Uint16Array[] = [], u8: Uint8Array[] = [];
  const b16: Uint32Array[] = [];
  for (const field in FLOW_SCHEMA) {
    if (without.has(field)) continue;
    const name = field as keyof FlowArrays, array = arrays[name];
    if (FLOW_SCHEMA[name] === "b16") b16.push(asWords(array));
    else if (array instanceof Float64Array) f64.push(array);
    else if (array instanceof Uint32Array) u32.push(array);
    else if (array instanceof Uint16Array) u16.push(array);
    else u8.push(array);
  }
  return { f64, u32, u16, u8, b16 };
}
