/**
 * scripts/bench-screen [--seconds N] [--keys N] [--json FILE] [keys|idle|cost|start|history]...
 *
 * Runs the live screen on a pseudo-terminal and prints what was measured, beside what is wanted and the machine's load average.
 * --seconds: how long CPU time is measured (60), or remembered (600: the picture is that of five minutes ago). --keys: how many are typed (300). Words: only these parts.
 */
import { cost } from "./cost.ts";
import { type Figure, line, TITLES } from "./figures.ts";
import { history } from "./history.ts";
import { idle } from "./idle.ts";
import { keys } from "./keys.ts";
import { start } from "./start.ts";

let seconds: number | null = null, count = 300, json: string | null = null;
const words: string[] = [];
for (const args = [...Deno.args]; args.length > 0;) {
  const word = args.shift()!;
  if (word === "--seconds") seconds = Number(args.shift());
  else if (word === "--keys") count = Number(args.shift());
  else if (word === "--json") json = args.shift() ?? null;
  else words.push(word);
}

const PARTS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  keys: () => keys(count),
  idle,
  cost: () => cost(seconds ?? 60),
  start,
  history: () => history(seconds ?? 600),
};
/** It takes minutes: only when it is asked for. */
const ASKED = ["history"];

const unknown = words.find((word) => PARTS[word] === undefined);
if (unknown !== undefined || !((seconds ?? 1) > 0 && count > 0)) {
  console.error(`bench-screen: ${unknown ?? "--seconds and --keys"}: see tests/bench/screen.ts`);
  Deno.exit(2);
}
const figures: Figure[] = [];
console.log(TITLES);
for (const [name, part] of Object.entries(PARTS)) {
  if (words.length > 0 ? !words.includes(name) : ASKED.includes(name)) continue;
  const found = await part();
  for (const one of found) console.log(line(one));
  figures.push(...found);
}
if (json !== null) {
  const machine = { processors: navigator.hardwareConcurrency, kernel: Deno.osRelease(), arch: Deno.build.arch };
  await Deno.writeTextFile(json, JSON.stringify({ time: new Date().toISOString(), machine, figures }, null, 2));
}
