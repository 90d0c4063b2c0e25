import type { EventBatch, Sample } from "../flow/sample.ts";
import { hasPeer } from "../flow/row.ts";
import { remoteAddress, remoteName } from "../view/flow.ts";
import { after } from "./clock.ts";
import type { Output } from "./output.ts";
import type { Resolver } from "./resolver.ts";

/** What --once may take beyond its interval is a second. */
const WAIT_MS = 700;

/** An output whose samples have the names of remote addresses, as far as they come in time; the next sample has the rest. */
export class NamedOutput implements Output {
  constructor(readonly output: Output, readonly resolver: Resolver) {}

  async start(sample: Sample): Promise<void> {
    await this.output.start?.(sample);
  }

  async sample(sample: Sample): Promise<void> {
    const addresses = new Set<string>();
    for (let row = 0; row < sample.length; row++) {
      if (hasPeer(sample.flows, row) && remoteName(sample, row) === null) addresses.add(remoteAddress(sample, row));
    }
    this.resolver.want([...addresses]);
    await this.#settled();
    await this.output.sample?.({ ...sample, names: new Map(this.resolver.names) });
  }

  async events(batch: EventBatch): Promise<void> {
    await this.output.events?.(batch);
  }

  async close(): Promise<void> {
    await this.output.close?.();
  }

  #settled(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = after(WAIT_MS, resolve);
      this.resolver.settled().then(() => {
        cancel();
        resolve();
      });
    });
  }
}
