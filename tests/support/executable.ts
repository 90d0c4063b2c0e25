/** The one-file executable: TCPTOP_BIN, or what scripts/compile has made. */
export const EXECUTABLE = Deno.env.get("TCPTOP_BIN") ?? new URL("../../dist/tcptop", import.meta.url).pathname;

/** The same program from source and from the executable, with these arguments. */
export function bothWays(args: readonly string[]): { source: string[]; executable: string[] } {
  const root = new URL("../../", import.meta.url).pathname;
  return { source: [`${root}scripts/run`, ...args], executable: [EXECUTABLE, ...args] };
}
