/** What --when asks for. */
import { type Condition, parseCondition } from "../view/condition.ts";
import { FilterError } from "../view/filter/ast.ts";
import type { Grouping } from "../view/group_key.ts";
import type { Raw } from "./definition.ts";
import { group } from "./rows.ts";
import { usage } from "./values.ts";

/** What --when asks for; what goes with it is checked too. */
export function conditions(raw: Raw): Condition[] {
  const { when = [], whenRun, whenExit, known } = raw;
  const alone = ([["--when-run", whenRun], ["--when-exit", whenExit], ["--known", known]] as const)
    .find(([, value]) => value !== undefined);
  if (when.length === 0 && alone !== undefined) throw usage(`${alone[0]} needs --when`);
  if (when.length === 0) return [];
  if (whenRun === "") throw usage("--when-run takes a command, not nothing");
  if (known === "") throw usage("--known takes a file");
  if (whenExit !== undefined && raw.watched !== undefined) {
    throw usage("'run' takes no --when-exit: it goes on for as long as the command");
  }
  const other = ([
    ["--events", raw.events],
    ["--batch", raw.batch],
    ["--map", raw.map],
    ["--csv -", raw.csv === "-"],
    ["--record -", raw.record === "-"],
  ] as const).find(([, is]) => is)?.[0];
  if (other !== undefined) throw usage(`--when and ${other} exclude each other: both write to standard output`);
  const by = group(raw.group), list = when.map((text) => condition(text, by));
  if (known !== undefined && !list.some(({ of }) => of === "remote" || of === "process")) {
    throw usage("--known is for --when 'new remote' and 'new process'");
  }
  return list;
}

function condition(text: string, by: Grouping | null): Condition {
  try {
    return parseCondition(text, by);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw usage(`--when '${text}': ${error.message}`);
  }
}
