/** Composition: options in, exit status out. */
import type { Options } from "../options.ts";
import { ClosedPipe } from "../output/stdout.ts";
import { type Identity, invokingIdentity, invokingUser } from "../system/identity.ts";
import { ExitStatus } from "../errors.ts";
import { nowMs } from "./clock.ts";
import { ContainerNames, localEngines } from "./container_names.ts";
import type { Output } from "./output.ts";
import { openOutputs } from "./outputs.ts";
import { LiveScreen } from "./screen.ts";
import { Session } from "./session.ts";
import { shimIsInside, shimPath } from "./paths.ts";
import { isScreen, TTY } from "./tty.ts";

/** Runs until the asked-for samples are out, the reader has gone or a signal comes. Throws TcptopError. */
export async function run(options: Options): Promise<ExitStatus> {
  const screen = wantsScreen(options) ? new LiveScreen(options, TTY, Deno.stdin) : null;
  const outputs = await openOutputs(options, Deno.stdout.isTerminal(), owner(), screen);
  const session = openSession(options);
  const left = Promise.withResolvers<void>();
  const stop = () => {
    session.stop();
    left.resolve();
  };
  screen?.control({
    stop,
    setInterval: (ms) => session.setInterval(ms),
    commandLine: (process) => session.commandLine(process),
  });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  try {
    await show(session, outputs, options.count);
    // The last picture of a recording stays until its reader has seen enough.
    if (screen !== null && options.replay !== null && options.count === null) await left.promise;
    if (screen !== null && screen.failure !== null) throw screen.failure;
    return ExitStatus.done;
  } catch (error) {
    if (error instanceof ClosedPipe) return ExitStatus.done;
    throw error;
  } finally {
    await screen?.close();
    for (const signal of signals) Deno.removeSignalListener(signal, stop);
    await session.close();
    for (const output of outputs) await output.close?.();
  }
}

function openSession(options: Options): Session {
  const { record, replay } = options;
  return new Session({
    source: options.source,
    // A recording needs no shim, and may be played where there is none.
    shimPath: shimPath(),
    shimIsInside: shimIsInside(),
    ringBytes: options.ringBytes,
    udpTimeoutMs: options.udpTimeoutMs,
    watchDns: options.watchDns,
    intervalMs: options.intervalMs,
    euid: Deno.uid(),
    dropTo: options.keepPrivileges ? null : invokingIdentity(variable),
    names: namesWanted(options),
    events: options.events,
    openings: options.events || record !== null,
    record: record === null ? null : { path: record, owner: owner() },
    replay: replay === null ? null : { path: replay, paced: wantsScreen(options) },
  }, containerNames(replay === null && Deno.build.os === "linux"));
}

/** `here`: the flows are this machine's, and so are the engines. */
function containerNames(here: boolean): ContainerNames {
  const user = Deno.uid() === 0 ? invokingIdentity(variable).uid : Deno.uid();
  const names = new ContainerNames(here ? localEngines(variable, user, nowMs) : {});
  names.begin();
  return names;
}

function namesWanted(options: Options): boolean {
  return options.resolve ?? wantsScreen(options);
}

/** A terminal, and nothing else that writes to it. */
function wantsScreen({ batch, once, json, events, csv }: Options): boolean {
  return isScreen() && !batch && !once && !json && !events && csv !== "-";
}

const variable = (name: string) => Deno.env.get(name);

/** Whom new files are given to: the user behind sudo, else the user that tcptop runs as. */
function owner(): Identity {
  const ours = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };
  return ours.uid === 0 ? invokingUser(variable) ?? ours : ours;
}

async function show(session: Session, outputs: readonly Output[], count: number | null): Promise<void> {
  let shown = 0;
  for await (const news of session.news()) {
    if (news.type === "events") {
      for (const output of outputs) await output.events?.(news.batch);
    } else if (news.sample.number === 0) {
      for (const output of outputs) output.start?.(news.sample);
    } else {
      for (const output of outputs) await output.sample?.(news.sample);
      if (++shown === count) session.stop();
    }
  }
}
