import type { SelfUse } from "../system/self_use.ts";

/** What tcptop itself takes, from one sample to the next. */
export class OwnCost {
  #before: SelfUse | null = null;

  constructor(readonly selfUse: () => SelfUse) {}

  take(): { readonly selfCpuPercent: number; readonly selfRssBytes: number } {
    const before = this.#before, use = this.#before = this.selfUse();
    const share = before === null ? 0 : (use.cpuNs - before.cpuNs) / (use.nowNs - before.nowNs);
    return { selfCpuPercent: Math.round(share * 1000) / 10, selfRssBytes: use.residentBytes };
  }
}
