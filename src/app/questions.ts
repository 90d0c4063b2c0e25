import type { ProcessId } from "../view/flow.ts";
import type { ScreenModel } from "../view/screen/model.ts";
import { nowMs } from "./clock.ts";
import { Resolver } from "./resolver.ts";
import { reverseDns } from "./reverse_dns.ts";

/** Asks for what a frame could not show yet: names of addresses, and the command line of the process whose details are open. */
export class Questions {
  readonly #resolver = new Resolver(reverseDns, nowMs, () => this.#named());

  /** `answered` is called when there is more to show. */
  constructor(readonly model: ScreenModel, readonly answered: () => void) {}

  /** `commandLine`: null: the process has gone, or may not be read. */
  ask(commandLine: ((process: ProcessId) => Promise<string | null>) | undefined): void {
    this.#resolver.want(this.model.wantedNames());
    const process = this.model.wantedCommand();
    if (process === null) return;
    this.model.command(process, undefined);
    commandLine?.(process).then((line) => {
      this.model.command(process, line);
      this.answered();
    });
  }

  #named(): void {
    this.model.name(this.#resolver.names);
    this.answered();
  }
}
