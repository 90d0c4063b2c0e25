import type { Sample } from "../flow/sample.ts";
import type { Options } from "../options.ts";
import type { Column } from "../view/column.ts";
import { showsNothing } from "../view/filter/told.ts";
import type { Output } from "./output.ts";

/** What becomes of columns in a run. */
interface Use {
  readonly areShown: boolean;
  readonly isSorted: boolean;
}

/** Says once of the columns that the command line asks for, or sorts by, which can show nothing, as soon as the source is known. */
export class ColumnAdvice implements Output {
  readonly restsUntilNs = Infinity;
  #columns: readonly Column[];

  constructor(readonly options: Options, { areShown, isSorted }: Use, readonly say: (sentence: string) => void) {
    const { given, columns, sort } = options;
    const shown = areShown && given.includes("--columns") ? columns ?? [] : [];
    this.#columns = [...new Set(isSorted && given.includes("--sort") ? [...shown, sort.column] : shown)];
  }

  start({ source }: Sample): void {
    for (const { id, title } of this.#columns) {
      const why = showsNothing(id, source, this.options.commandLines);
      if (why !== null) this.say(`${title} stays empty: ${why}`);
    }
    this.#columns = [];
  }
}
