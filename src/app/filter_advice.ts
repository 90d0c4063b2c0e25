import type { Sample } from "../flow/sample.ts";
import type { Filter } from "../view/filter/ast.ts";
import { matchesNothing } from "../view/filter/told.ts";
import type { Output } from "./output.ts";

/** Says once that nothing can match the filter, as soon as the source is known. */
export class FilterAdvice implements Output {
  /** `hasCommands`: they are asked for. `ofEvents`: it chooses events. */
  constructor(
    readonly filter: Filter,
    readonly hasCommands: boolean,
    readonly ofEvents: boolean,
    readonly say: (sentence: string) => void,
  ) {}

  start({ source }: Sample): void {
    const sentence = matchesNothing(this.filter, source, this.hasCommands, this.ofEvents);
    if (sentence !== null) this.say(`${sentence}.`);
  }
}
