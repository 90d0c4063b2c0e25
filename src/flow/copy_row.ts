/** Copies of single rows. By lists of columns of one type each: a loop that looks columns up by their names takes several times as long. */
import { FLOW_SCHEMA, type FlowArrays } from "./columns.ts";

interface Lists {
  readonly f64: readonly Float64Array[];
  readonly u32: readonly Uint32Array[];
  readonly u16: readonly Uint16Array[];
  readonly u8: readonly Uint8Array[];
  /** Of columns with 16 bytes a row, as four words. */
  readonly b16: readonly Uint32Array[];
}

const WORDS = 4;
const known = new WeakMap<FlowArrays, Lists>();

/** Every field of a flow, from a row of one table to a row of another, or of the same. */
export function copyRow(from: FlowArrays, row: number, to: FlowArrays, at: number): void {
  const source = listsOf(from), target = listsOf(to);
  for (let i = 0; i < source.f64.length; i++) target.f64[i][at] = source.f64[i][row];
  for (let i = 0; i < source.u32.length; i++) target.u32[i][at] = source.u32[i][row];
  for (let i = 0; i < source.u16.length; i++) target.u16[i][at] = source.u16[i][row];
  for (let i = 0; i < source.u8.length; i++) target.u8[i][at] = source.u8[i][row];
  for (let i = 0; i < source.b16.length; i++) {
    const a = source.b16[i], b = target.b16[i], first = row * WORDS, begin = at * WORDS;
    for (let word = 0; word < WORDS; word++) b[begin + word] = a[first + word];
  }
}

function listsOf(arrays: FlowArrays): Lists {
  const lists = known.get(arrays);
  if (lists !== undefined) return lists;
  const f64: Float64Array[] = [], u32: Uint32Array[] = [], u16: Uint16Array[] = [], u8: Uint8Array[] = [];
  const b16: Uint32Array[] = [];
  for (const field in FLOW_SCHEMA) {
    const name = field as keyof FlowArrays, array = arrays[name];
    if (FLOW_SCHEMA[name] === "b16") b16.push(new Uint32Array(array.buffer, array.byteOffset, array.byteLength >> 2));
    else if (array instanceof Float64Array) f64.push(array);
    else if (array instanceof Uint32Array) u32.push(array);
    else if (array instanceof Uint16Array) u16.push(array);
    else u8.push(array);
  }
  const made = { f64, u32, u16, u8, b16 };
  known.set(arrays, made);
  return made;
}
