/** What is measured while it rests: tcptop's screen, nethogs, and the least that a Deno program of this shape can be. */
import { liveScreen } from "../live.ts";

export interface Running extends AsyncDisposable {
  readonly pid: number;
}

export interface Subject {
  readonly name: string;
  readonly start: () => Promise<Running>;
}

/** A command until it is disposed of; what it writes is thrown away. `ends`: the signal that it ends by. */
export function child(command: readonly string[], ends: Deno.Signal = "SIGINT"): Running {
  const [program, ...args] = command;
  const process = new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  let gone = false;
  process.status.then(() => gone = true);
  return {
    get pid() {
      if (gone) throw new Error(`${program} has ended`);
      return process.pid;
    },
    async [Symbol.asyncDispose]() {
      const killer = setTimeout(() => process.kill("SIGKILL"), 5000);
      try {
        process.kill(ends);
      } catch { /* it has ended */ }
      await process.status;
      clearTimeout(killer);
    },
  };
}

const REFERENCE = new URL("./reference.ts", import.meta.url).pathname;

/** Deno in a file of its own: the program that measures has no share in its pages, as it has none in those of tcptop's executable. */
async function ownDeno(): Promise<string> {
  const copy = new URL("../../../build/reference-deno", import.meta.url).pathname, original = Deno.execPath();
  const [made, from] = await Promise.all([Deno.stat(copy).catch(() => null), Deno.stat(original)]);
  if (made === null || made.size !== from.size || made.mtime! < from.mtime!) await Deno.copyFile(original, copy);
  return copy;
}

export const SCREEN: Subject = { name: "tcptop screen", start: () => liveScreen() };
export const NETHOGS: Subject = {
  name: "nethogs",
  start: () => Promise.resolve(child(["nethogs", "-t", "-a", "-d", "1"])),
};
/** With the settings of V8 that scripts/run gives tcptop. */
export const REFERENCE_PROGRAM: Subject = {
  name: "Deno with a Worker",
  start: async () =>
    child([
      await ownDeno(),
      ...["run", "--quiet", "--no-prompt", "--no-config", "--no-check", "--v8-flags=--max-semi-space-size=2"],
      `--allow-read=${REFERENCE}`,
      REFERENCE,
    ]),
};
