/** Composition: options in, exit status out. */
import type { Options } from "../options.ts";
import { writeError } from "../output/stderr.ts";
import { ClosedPipe } from "../output/stdout.ts";
import { ExitStatus, TcptopError } from "../errors.ts";
import type { Output } from "./output.ts";
import { openOutputs } from "./outputs.ts";
import { LiveScreen } from "./screen.ts";
import { leavesAtOnce, openSession, outlivesReader, owner, show, wantsLast, wantsScreen } from "./running.ts";
import { onSignals } from "../system/signals.ts";
import { keyboard, tty } from "./tty.ts";

/** A recording is nothing to look at, nor to type. */
function refuseTerminal({ record, replay }: Options): void {
  const refused = (option: string, why: string) => new TcptopError(`${option}: ${why}`, ExitStatus.usage);
  if (record === "-" && Deno.stdout.isTerminal()) {
    throw refused("--record -", "standard output is a terminal. Try: tcptop --record - | tcptop --replay -");
  }
  if (replay === "-" && Deno.stdin.isTerminal()) {
    throw refused(
      "--replay -",
      "standard input is a terminal. Try: ssh HOST sudo tcptop --record - | tcptop --replay -",
    );
  }
}

function liveScreen(options: Options): LiveScreen {
  const keys = keyboard(options.replay === "-");
  return new LiveScreen(options, tty(keys), keys);
}

const NO_SAMPLE = "The recording ends before its first sample: it has nothing but what was found when it began";

/** What was asked for goes before what has failed. */
function statusOf(outputs: readonly Output[]): number {
  const all = outputs.flatMap(({ status }) => status || []);
  return all.find((status) => status !== ExitStatus.failed) ?? all[0] ?? ExitStatus.done;
}

/** Runs until the asked-for samples are out, the reader has gone or a signal comes. Throws TcptopError. */
export async function run(options: Options): Promise<number> {
  if (options.command !== null) return await (await import("./run_command.ts")).runCommand(options, options.command);
  refuseTerminal(options);
  if (options.kill !== null) return await (await import("./kill_command.ts")).killCommand(options, options.kill);
  const screen = wantsScreen(options) ? liveScreen(options) : null;
  const outputs = await openOutputs(options, Deno.stdout.isTerminal(), owner(), screen);
  const session = await openSession(options, outputs);
  let stops = 0, stopped = false, closing = false;
  const stop = () => {
    stopped = true;
    if (closing) return outputs.forEach((output) => output.hurry?.());
    screen?.ends();
    if (options.replay === null && wantsLast(options) && stops++ === 0) session.finish();
    else session.stop();
  };
  screen?.control({
    stop,
    stir: () => session.stir(),
    setInterval: (ms) => session.setInterval(ms),
    commandLine: (process) => session.commandLine(process),
    look: (fromNs, step) => session.look(fromNs, step),
    keep: () => session.keep(),
    kill: (targets) => session.kill(targets),
    speed: (speed) => session.speed(speed),
    skip: (ms) => session.skip(ms),
  });
  onSignals(stop);
  let left = false;
  try {
    const count = options.at && screen === null ? 1 : options.count;
    left = await show(session, outputs, count, {
      leaves: screen === null && leavesAtOnce(options),
      goesOn: outlivesReader(options),
      cuts: options.replay !== null,
      rests: screen !== null && options.record === null && count === null,
      none: () => options.replay !== null && screen === null && !options.events && !stopped && writeError(NO_SAMPLE),
    });
    if (screen !== null && screen.failure !== null) throw screen.failure;
  } catch (error) {
    if (!(error instanceof ClosedPipe)) {
      for (const output of outputs) output.failed?.();
      throw error;
    }
  } finally {
    await screen?.close();
    closing = true;
    if (!left) await session.close();
    for (const output of outputs) await output.close?.();
  }
  const status = statusOf(outputs);
  screen?.device.exit?.(status);
  return status;
}
