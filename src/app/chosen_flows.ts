import type { Options } from "../options.ts";
import { compileFilter } from "../view/filter/compile.ts";
import type { Predicate } from "../view/filter/fields.ts";
import { chosen } from "../view/selection.ts";

/** Which flows count where they are added up; null: all. Listeners are none. */
export function chosenFlows({ filter, protocol }: Pick<Options, "filter" | "protocol">): Predicate | null {
  if (filter === null && protocol === null) return null;
  return chosen({ filter: filter === null ? null : compileFilter(filter), protocol, listeners: false });
}
