/** The live screen on a terminal of its own, as the benchmarks look at it. */
import { Pty } from "../support/pty.ts";

/** As users run it: the settings of V8 and malloc are a third of the memory. */
export const PROGRAM = Deno.env.get("TCPTOP_BIN") ?? new URL("../../scripts/run", import.meta.url).pathname;
const COLUMNS = 160, ROWS = 50, SECONDS = 30;

/** Names from DNS would draw frames of their own, and need a name server. */
export async function liveScreen(...args: string[]): Promise<Pty> {
  const pty = await Pty.start(COLUMNS, ROWS, [PROGRAM, "--no-resolve", ...args]);
  await pty.until("every 1s");
  return pty;
}

export interface Head {
  readonly tcp: number;
  readonly openedPerS: number;
  /** Since the program's start: it says so in its head when there is one. */
  readonly lost: number;
}

/** null: the head is not on the screen yet. */
export async function headOf(pty: Pty): Promise<Head | null> {
  const [, counts] = await pty.screen(), number = (text: string) => Number(text.replaceAll(",", ""));
  const match = /([\d,]+) tcp .*\+([\d,]+)\/s opened .*\/s closed(?: +([\d,]+) lost)?/.exec(counts);
  return match && { tcp: number(match[1]), openedPerS: number(match[2]), lost: number(match[3] ?? "0") };
}

/** Looks once a second until so many TCP sockets are in the head, with a bound. */
export async function untilFlows(pty: Pty, count: number): Promise<void> {
  for (let second = 0; second < SECONDS; second++) {
    if ((await headOf(pty) ?? { tcp: 0 }).tcp >= count) return;
    await pty.count(1000);
  }
  throw new Error(`not ${count} flows on the screen:\n${(await pty.screen()).join("\n")}`);
}
