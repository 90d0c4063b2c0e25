import { type Invocation, invocations } from "../../../src/source/nettop/child.ts";
import type { Frame } from "../../../src/source/nettop/frames.ts";
import type { Timing } from "../../../src/source/nettop/run.ts";
import { Supervisor } from "../../../src/source/nettop/supervisor.ts";

export const FAKE_NETTOP = new URL("fake_nettop", import.meta.url).pathname;
export const FAKE_SCRIPT = new URL("fake_script", import.meta.url).pathname;

/** As the real ones, but shorter: the fake nettop of these tests gives five frames a second. */
export const FAST: Timing = {
  pauseMs: 50,
  headerWithinMs: 1000,
  staleAfterMs: 700,
  everyMs: 200,
  firstBackOffMs: 20,
  lastBackOffMs: 100,
  wellAfterMs: 10_000,
  lookEveryMs: 10,
};
const SECONDS = 20;

export interface Told {
  readonly frames: Frame[];
  readonly failed: (readonly [note: string | null, why: string])[];
  restarts: number;
  ignored: number;
}

/** Sets the variables that tell the fake what to play, which children inherit, and unsets them after `body`. */
export async function playing(mode: string, body: () => Promise<void>): Promise<void> {
  const variables = { FAKE_NETTOP: mode, FAKE_EVERY: "0.2", FAKE_STATE: `${Deno.makeTempDirSync()}/state` };
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    await body();
  } finally {
    for (const name of Object.keys(variables)) Deno.env.delete(name);
    Deno.removeSync(variables.FAKE_STATE.replace("/state", ""), { recursive: true });
  }
}

/** Runs the fake until `enough` of what is told, and stops it. Resolves to what was told, and to what run() resolved to. */
export async function runFake(mode: string, enough: (told: Told) => boolean): Promise<Told & { stopped: boolean }> {
  const told: Told = { frames: [], failed: [], restarts: 0, ignored: 0 };
  let stopped = false;
  await playing(mode, async () => {
    const stopWhenEnough = () => void (enough(told) && supervisor.stop());
    const supervisor = new Supervisor(
      {
        frame: (frame) => {
          told.frames.push(frame);
          stopWhenEnough();
        },
        failed: ({ note }: Invocation, why) => {
          told.failed.push([note, why]);
          stopWhenEnough();
        },
        restarted: () => {
          told.restarts++;
          stopWhenEnough();
        },
        ignored: (lines) => void (told.ignored += lines),
      },
      () => performance.now(),
      FAST,
    );
    const bound = setTimeout(() => supervisor.stop(), SECONDS * 1000);
    stopped = await supervisor.run(invocations(FAKE_NETTOP, FAKE_SCRIPT));
    clearTimeout(bound);
  });
  return { ...told, stopped };
}

/** Processes that run the fake. */
export async function fakesAlive(): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (line.split("\0").slice(0, 2).includes(FAKE_NETTOP)) count++;
  }
  return count;
}
