/** `tcptop run`: a command under watch, from before its first instruction to its end. */
import { errorText, ExitStatus, TcptopError } from "../errors.ts";
import type { CommandOptions, Options } from "../options.ts";
import { writeError } from "../output/stderr.ts";
import { ClosedPipe } from "../output/stdout.ts";
import type { Output } from "./output.ts";
import { openOutputs } from "./outputs.ts";
import { openSession, owner, show } from "./running.ts";
import { SummaryOutput } from "./summary_output.ts";
import type { Watched } from "./watched.ts";

/** Ends with the command's status, or its own where it failed to watch a command that was fine. Throws a TcptopError where the command was not
 * started. */
export async function runCommand(options: Options, command: CommandOptions): Promise<number> {
  if (Deno.build.os !== "linux") throw new TcptopError("'run' takes Linux", ExitStatus.unsupported);
  const watched = new (await import("./watched.ts")).Watched(command);
  try {
    const outputs = await openOutputs(options, false, owner(), null);
    const summary = isTold(options) ? null : new SummaryOutput(options, watched.note);
    const failure = await watch(watched, options, summary === null ? outputs : [...outputs, summary]);
    const end = await watched.result();
    if (end.failure === null) summary?.tell(command.words, end);
    const refused = outputs.find(({ status }) => status)?.status;
    if (refused) return refused;
    return end.status !== 0 || failure === null ? end.status : failure;
  } finally {
    await watched.close();
  }
}

/** Whether something else than the summary is asked for. */
function isTold({ json, events, batch, csv, metrics }: Options): boolean {
  return json || events || batch || csv !== null || metrics !== null;
}

/** null, or a status: of what went wrong while the command ran, which goes on. */
async function watch(watched: Watched, options: Options, outputs: readonly Output[]): Promise<number | null> {
  const session = openSession(options, watched.scope);
  watched.begin(() => session.finish());
  try {
    await show(session, outputs, null, () => watched.start());
    return null;
  } catch (error) {
    if (!watched.started) throw error;
    if (error instanceof ClosedPipe) return null;
    writeError(`${errorText(error)}. The command goes on, and is not watched any more`);
    return error instanceof TcptopError ? error.status : ExitStatus.failed;
  } finally {
    await session.close();
    for (const output of outputs) await output.close?.();
  }
}
