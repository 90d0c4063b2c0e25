/** Flows that have ended, which are to be seen for a while in the samples behind theirs: in little room. */
import { Columns, FLOW_SCHEMA, type FlowArrays, loadArrays, saveArrays, savedRows } from "../../flow/columns.ts";
import { StateReader, StateWriter } from "../../flow/state.ts";
import { released } from "../../source/recording/byte_list.ts";
import { squeezed, unsqueezed } from "../../source/recording/zstd.ts";
import type { Ended } from "../../view/closed.ts";

export interface KeptEnded {
  readonly timeNs: number;
  readonly drops: Ended["drops"];
  readonly rows: Uint8Array;
}

const NAME = "ended";

export function keepEnded({ timeNs, drops, length, arrays }: Ended): KeptEnded | null {
  return length === 0 ? null : { timeNs, drops, rows: keepRows(arrays, length) };
}

export function endedAgain({ timeNs, drops, rows }: KeptEnded): Ended {
  return { timeNs, drops, ...rowsAgain(rows) };
}

export function keepRows(arrays: FlowArrays, length: number): Uint8Array {
  const state = new StateWriter();
  saveArrays(state, NAME, FLOW_SCHEMA, arrays, length);
  const bytes = state.finish(), rows = squeezed(bytes);
  released(bytes);
  return rows;
}

export function rowsAgain(rows: Uint8Array): { readonly length: number; readonly arrays: FlowArrays } {
  const state = unsqueezed(rows), from = new StateReader(state), length = savedRows(from, NAME, FLOW_SCHEMA);
  const columns = new Columns(FLOW_SCHEMA, length), { arrays } = columns;
  loadArrays(from, NAME, FLOW_SCHEMA, arrays);
  released(state);
  return { length, arrays };
}
