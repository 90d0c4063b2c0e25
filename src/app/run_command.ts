/** `tcptop run`: a command under watch, from before its first instruction to its end. */
import { errorText, ExitStatus, TcptopError } from "../errors.ts";
import type { CommandOptions, Options } from "../options.ts";
import { writeError } from "../output/stderr.ts";
import type { CommandEnd } from "../system/command.ts";
import { nowMs } from "./clock.ts";
import type { Output } from "./output.ts";
import { openOutputs } from "./outputs.ts";
import { openSession, owner, show } from "./running.ts";
import type { Watched } from "./watched.ts";

/** Ends with the command's status, or its own where it failed to watch a command that was fine. Throws a TcptopError where the command was not
 * started. */
export async function runCommand(options: Options, command: CommandOptions): Promise<number> {
  if (Deno.build.os !== "linux") throw new TcptopError("'run' takes Linux", ExitStatus.unsupported);
  const watched = new (await import("./watched.ts")).Watched(command);
  try {
    const outputs = await openOutputs(options, false, owner(), null, watched.note);
    const { end, failure } = await watch(watched, options, command.words, outputs);
    const refused = outputs.find(({ status }) => status)?.status;
    if (refused) return refused;
    return end.status !== 0 || failure === null ? end.status : failure;
  } finally {
    await watched.close();
  }
}

/** How the command ended. `failure`: null, or a status, of what went wrong while it ran, which it then goes on to do. */
async function watch(
  watched: Watched,
  options: Options,
  words: readonly string[],
  outputs: readonly Output[],
): Promise<{ readonly end: CommandEnd; readonly failure: number | null }> {
  const session = await openSession(options, outputs, watched.scope);
  let beganMs = 0, ms = 0, failure: number | null = null;
  watched.begin(() => {
    ms = nowMs() - beganMs;
    session.finish();
  });
  try {
    try {
      const begun = () => {
        beganMs = nowMs();
        watched.start();
      };
      await show(session, outputs, null, { begun, goesOn: true });
    } catch (error) {
      failure = failureOf(error, watched);
      for (const output of outputs) output.failed?.();
    } finally {
      await session.close();
    }
    const end = await watched.result();
    const told = end.failure === null ? outputs : [];
    for (const output of told) await output.ended?.({ words, ...end, ms });
    return { end, failure };
  } finally {
    for (const output of outputs) await output.close?.();
  }
}

/** A status. Throws where the command was not started. */
function failureOf(error: unknown, watched: Watched): number {
  if (!watched.started) throw error;
  writeError(`${errorText(error)}. The command goes on, and is not watched any more`);
  return error instanceof TcptopError ? error.status : ExitStatus.failed;
}
