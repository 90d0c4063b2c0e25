import type { Sample } from "../flow/sample.ts";
import type { Options } from "../options.ts";
import { withoutHosts } from "../view/flow.ts";

export type Shown = <S extends Sample>(sample: S) => S;

/** A sample with the names that documents, lines and conditions tell. Names of /etc/hosts are read for policies, summaries and reports too; what is told has
 * them with -r alone. Filters know all that were read. */
export function toldBy({ resolve }: Options): Shown {
  return resolve === true ? (sample) => sample : withoutHosts;
}
