/** Flows that have ended, which are to be seen for a while in the samples behind theirs: in little room. */
import { Columns, FLOW_SCHEMA, loadArrays, saveArrays, savedRows } from "../../flow/columns.ts";
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
  if (length === 0) return null;
  const state = new StateWriter();
  saveArrays(state, NAME, FLOW_SCHEMA, arrays, length);
  return { timeNs, drops, rows: squeezed(state.finish()) };
}

export function endedAgain({ timeNs, drops, rows }: KeptEnded): Ended {
  const state = unsqueezed(rows), from = new StateReader(state), length = savedRows(from, NAME, FLOW_SCHEMA);
  const columns = new Columns(FLOW_SCHEMA, length), { arrays } = columns;
  loadArrays(from, NAME, FLOW_SCHEMA, arrays);
  released(state);
  return { timeNs, drops, length, arrays };
}
