/** What every run has: a session as the options ask for it, and its news handed to the outputs. */
import type { Options } from "../options.ts";
import { type EventBatch, eventWallMs } from "../flow/sample.ts";
import { ClosedPipe } from "../output/stdout.ts";
import type { ScopeOptions } from "../source/source.ts";
import { type Identity, invokingIdentity, invokingUser } from "../system/identity.ts";
import { begin, readsKernel, shimPlace, wantsOpenings } from "./begin.ts";
import { nowMs } from "./clock.ts";
import { ContainerNames, localEngines } from "./container_names.ts";
import type { Output } from "./output.ts";
import { folderOwner } from "./record_folder.ts";
import type { WorkerOptions } from "./protocol.ts";
import { Session } from "./session.ts";
import { isScreen } from "./tty.ts";

/** `outputs`: what is done with its news. */
export async function openSession(
  options: Options,
  outputs: readonly Output[] = [],
  scope: ScopeOptions | null = null,
): Promise<Session> {
  await begin(options);
  const { record, replay, keep } = options, folder = folderOwner(options, owner());
  const asked: WorkerOptions = {
    source: options.source,
    // A recording needs no shim, and may be played where there is none.
    ...shimPlace(),
    ringBytes: options.ringBytes,
    udpTimeoutMs: options.udpTimeoutMs,
    watchDns: options.watchDns,
    intervalMs: options.intervalMs,
    euid: Deno.uid(),
    dropTo: options.keepPrivileges
      ? null
      : options.hosts.length > 0
      ? invokingUser(variable)
      : folder ?? invokingIdentity(variable),
    allowKill: options.kill?.dryRun === false || options.allowKill && wantsScreen(options),
    names: namesWanted(options),
    commands: options.commandLines || outputs.some(({ wantsCommands }) => wantsCommands),
    events: options.events,
    eventsAlone: wantsEventsAlone(options),
    // Which groups were open is told by a sample.
    eventsSuffice: options.events && options.group === null && !wantsLast(options),
    openings: wantsOpenings(options),
    historyMs: wantsScreen(options) ? options.historyMs : 0,
    from: options.from,
    to: options.to,
    record: record === null ? null : { path: record, owner: folder ?? owner(), keep },
    scope,
    hosts: options.hosts.length === 0 ? null : { names: options.hosts, keepStale: wantsScreen(options) },
    replay: replay === null ? null : {
      path: replay,
      paced: wantsScreen(options),
      still: wantsScreen(options) && options.at,
      stays: wantsScreen(options) && options.count === null,
    },
  };
  return new Session(
    asked,
    containerNames(replay === null && options.hosts.length === 0 && Deno.build.os === "linux"),
  );
}

/** `here`: the flows are this machine's, and so are the engines. */
function containerNames(here: boolean): ContainerNames {
  const user = Deno.uid() === 0 ? invokingIdentity(variable).uid : Deno.uid();
  const names = new ContainerNames(here ? localEngines(variable, user, nowMs) : {});
  names.begin();
  return names;
}

/** Whether something is told of all that a run saw, so that its last moment counts. */
export function wantsAll({ command, learn, allow, summary, report }: Options): boolean {
  return command !== null || learn !== null || allow.length > 0 || summary !== null || report !== null;
}

/** Whether a recording is played for a file about it alone. */
export function isFiled({ replay, summary, report }: Options): boolean {
  return replay !== null && (summary !== null || report !== null);
}

/** The same of what is sent on: the last moment counts. */
export function wantsLast(options: Options): boolean {
  return wantsAll(options) || options.otlp !== null;
}

/** A filter or a column may ask for anything that is known of a flow. */
function wantsEventsAlone(options: Options): boolean {
  const { events, group, columns, filter, csv, metrics, when, record, map, hosts } = options;
  if (!events || group !== null || columns !== null || filter !== null || when.length > 0 || hosts.length > 0) {
    return false;
  }
  return csv === null && metrics === null && record === null && map === null && !wantsLast(options);
}

/** Whether it is watched to the end although the reader of standard output has gone: a command, and a recording that something is told of as a whole. */
export function outlivesReader(options: Options): boolean {
  return options.command !== null || options.replay !== null && wantsAll(options);
}

function namesWanted(options: Options): boolean {
  return options.resolve ?? (wantsScreen(options) || wantsAll(options));
}

/** A terminal, and nothing else that writes to it. A recording that a file is made of is not looked at. */
export function wantsScreen(options: Options): boolean {
  const { batch, once, json, events, csv, command, map, record, replay, whenExit } = options;
  // What waits for something is for a script, on a terminal too.
  if (whenExit !== null) return false;
  if (command !== null || map !== null || batch || once || json || events || isFiled(options)) return false;
  return csv !== "-" && record !== "-" && isScreen(replay === "-");
}

const variable = (name: string) => Deno.env.get(name);

/** Whom new files are given to: the user behind sudo, else the user that tcptop runs as. */
export function owner(): Identity {
  const ours = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };
  return ours.uid === 0 ? invokingUser(variable) ?? ours : ours;
}

/** Whether nothing is left to be told after the last sample that is wanted: the kernel takes down by itself what the Worker has open there, and need not
 * be waited for. */
export function leavesAtOnce(options: Options): boolean {
  return readsKernel(options) && options.record === null && !options.events && !wantsLast(options);
}

/** They are in the order of their times. */
function eventsUntil(batch: EventBatch, endMs: number): EventBatch {
  let { length } = batch;
  while (length > 0 && eventWallMs(batch, length - 1) > endMs) length--;
  return length === batch.length ? batch : { ...batch, length };
}

interface Showing {
  /** Called when the source is open, and what there was has been looked at. */
  readonly begun?: () => void;
  /** The session is not stopped after the last sample, and the return value is true then. */
  readonly leaves?: boolean;
  /** An output whose reader has gone is given up, and the others go on; else a ClosedPipe is thrown. */
  readonly goesOn?: boolean;
  /** Events behind the last sample that is wanted are none: a recording is read ahead. */
  readonly cuts?: boolean;
  /** Samples that say what the one before did may be left out, where no output needs them. */
  readonly rests?: boolean;
  /** Called where the source has come to its end before a first sample. */
  readonly none?: () => void;
}

export async function show(
  session: Session,
  outputs: readonly Output[],
  count: number | null,
  { begun = () => {}, leaves = false, goesOn = false, cuts = false, rests = false, none = () => {} }: Showing = {},
): Promise<boolean> {
  const told = new Set(outputs);
  const tell = async (what: (output: Output) => void | Promise<void>) => {
    for (const output of told) {
      try {
        await what(output);
      } catch (error) {
        if (!goesOn || !(error instanceof ClosedPipe)) throw error;
        told.delete(output);
      }
    }
  };
  let shown = 0, endMs = Infinity;
  for await (const news of session.news()) {
    if (news.type === "events") {
      const batch = eventsUntil(news.batch, endMs);
      await tell((output) => output.events?.(batch));
    } else if (news.type === "atEnd") {
      await tell((output) => output.atEnd?.());
    } else if (news.sample.number === 0) {
      await tell((output) => output.start?.(news.sample));
      begun();
    } else {
      await tell((output) => output.sample?.(news.sample, news.lent));
      if (rests) {
        const untilNs = news.lent.restsUntilNs = Math.min(...outputs.map(({ restsUntilNs = 0 }) => restsUntilNs));
        if (untilNs > 0) { for (const output of outputs) output.rests?.(untilNs); }
      }
      if (++shown === count) {
        if (leaves) return true;
        if (cuts) endMs = news.sample.wallMs;
        session.stop();
      }
    }
    if (outputs.some(({ done }) => done)) session.stop();
  }
  if (shown === 0) none();
  return false;
}
