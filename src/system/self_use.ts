import { memoryUsage, resourceUsage } from "node:process";

/** What this process has cost so far. */
export interface SelfUse {
  /** Monotonic. */
  readonly nowNs: number;
  /** User and system time of all threads. */
  readonly cpuNs: number;
  readonly residentBytes: number;
}

/** As the runtime knows it, which is on every system. */
export function runtimeSelfUse(): SelfUse {
  const { userCPUTime, systemCPUTime } = resourceUsage();
  return {
    nowNs: performance.now() * 1e6,
    cpuNs: (userCPUTime + systemCPUTime) * 1e3,
    residentBytes: memoryUsage().rss,
  };
}
