/** How long the program takes from nothing to its answer. */
import { EXECUTABLE } from "../support/executable.ts";
import { execute, tcptop } from "../support/tcptop.ts";
import { type Figure, figure, percentile } from "./figures.ts";

const TIMES = 20;
const ONCE = ["--once", "--interval", "100ms", "--json"];

async function commands(): Promise<readonly (readonly [name: string, line: readonly string[]])[]> {
  const empty = new URL("../../build/empty.js", import.meta.url).pathname;
  await Deno.writeTextFile(empty, "");
  const made = await Deno.stat(EXECUTABLE).then(() => true, () => false);
  return [
    ["deno --version", [Deno.execPath(), "--version"]],
    ["deno run, an empty program", [Deno.execPath(), "run", "--quiet", "--no-config", empty]],
    ["source --version", tcptop(["--version"])],
    ["source --once --interval 100ms --json", tcptop(ONCE)],
    ...made
      ? [
        ["executable --version", [EXECUTABLE, "--version"]],
        ["executable --once --interval 100ms --json", [EXECUTABLE, ...ONCE]],
      ] as const
      : [],
  ];
}

/** In turn, so that what else the machine does falls on all of them. The first round, which fills caches, does not count. */
export async function start(): Promise<Figure[]> {
  const all = await commands(), times = all.map((): number[] => []);
  for (let round = 0; round <= TIMES; round++) {
    for (const [i, [name, line]] of all.entries()) {
      const { code, stderr, ms } = await execute(line);
      if (code !== 0) throw new Error(`${name} ended with ${code}: ${stderr}`);
      if (round > 0) times[i].push(ms);
    }
  }
  return all.map(([name], i) => figure(`${name}, median of ${TIMES}`, percentile(times[i], 0.5), "ms"));
}
