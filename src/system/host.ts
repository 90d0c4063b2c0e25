/** The machine that the flows are on. */
export interface Host {
  readonly hostname: string;
  readonly os: string;
  readonly kernel: string;
  readonly arch: string;
}

/** The machine that this process runs on. */
export function thisHost(): Host {
  return { hostname: Deno.hostname(), os: Deno.build.os, kernel: Deno.osRelease(), arch: Deno.build.arch };
}
