import type { SelfUse } from "../system/self_use.ts";

/** Half of the shortest interval. After a rest two samples come at once (docs/decisions/0055): making the first would be all that the second one's time held. */
const LEAST_NS = 50e6;

/** What tcptop itself takes, from one sample to the next. */
export class OwnCost {
  #before: SelfUse | null = null;
  #share = 0;

  constructor(readonly selfUse: () => SelfUse) {}

  take(): { readonly selfCpuPercent: number; readonly selfRssBytes: number } {
    const before = this.#before, use = this.selfUse();
    if (before === null) this.#before = use;
    else if (use.nowNs - before.nowNs >= LEAST_NS) {
      this.#share = (use.cpuNs - before.cpuNs) / (use.nowNs - before.nowNs);
      this.#before = use;
    }
    return { selfCpuPercent: Math.round(this.#share * 1000) / 10, selfRssBytes: use.residentBytes };
  }
}
