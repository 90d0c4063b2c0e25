/** What is written to the terminal when nothing has changed. */
import type { Pty } from "../support/pty.ts";
import { unchanging } from "../support/unchanging.ts";
import { type Figure, figure } from "./figures.ts";
import { liveScreen } from "./live.ts";

/** Until the compiler has had its way with what runs each second. */
const SETTLE_MS = 10000;
const SECONDS = 10;

async function figures(pty: Pty, what: string, goal: number | null): Promise<Figure[]> {
  await pty.count(SETTLE_MS);
  const bytes: number[] = [];
  for (let second = 0; second < SECONDS; second++) bytes.push((await pty.count(1000)).bytes);
  const sum = bytes.reduce((sum, one) => sum + one, 0), silent = bytes.filter((one) => one === 0).length;
  return [
    figure(`${what}: bytes a second`, sum / SECONDS, "B/s", goal),
    figure(`${what}: seconds of ${SECONDS} with a byte`, SECONDS - silent, "s", goal),
  ];
}

/** Live, the head has what the whole machine does, whatever the filter: where others are at work it is not nothing. */
export async function idle(): Promise<Figure[]> {
  const all: Figure[] = [];
  {
    await using recording = await unchanging(SETTLE_MS / 1000 + SECONDS + 5);
    await using pty = await liveScreen("--replay", recording.path);
    all.push(...await figures(pty, "unchanging recording", 0));
  }
  await using pty = await liveScreen("--filter", "process:nothing-is-called-this");
  all.push(...await figures(pty, "live, none matches", null));
  await pty.key(" ");
  all.push(...await figures(pty, "live, frozen", 0));
  return all;
}
