/** `tcptop kill`: says which connections a filter matches, asks, and ends them. */
import { ExitStatus, TcptopError } from "../errors.ts";
import { killTarget, socketKey } from "../flow/kill_target.ts";
import type { KillResult, KillTarget } from "../system/kill.ts";
import type { Sample } from "../flow/sample.ts";
import type { KillOptions, Options } from "../options.ts";
import { flowFacts } from "../output/flow_facts.ts";
import { killedText, killJson } from "../output/kill.ts";
import { writeError } from "../output/stderr.ts";
import { writeJson, writeText } from "../output/stdout.ts";
import { compileFilter } from "../view/filter/compile.ts";
import { matchesNothing } from "../view/filter/told.ts";
import { folded } from "../view/pairs.ts";
import { killText } from "../view/screen/kill.ts";
import { chosenRows } from "../view/selection.ts";
import { counted } from "../view/units.ts";
import { openSession } from "./running.ts";
import type { Session } from "./session.ts";

/** Notes about sockets that are not seen, or whose owner is not. */
const HIDES: ReadonlySet<string> = new Set([
  "own_processes_only",
  "processes_refused",
  "processes_hidden",
  "pid_namespace",
  "namespaces_closed",
  "namespaces_unseen",
  "tcp_unavailable",
]);

/** So many are ended by one message: the thread that does it has more to do. */
const AT_ONCE = 256;

interface Named {
  readonly target: KillTarget;
  readonly text: string;
  /** Its document, where it is asked for. */
  readonly json: string;
}

/** `done` when all of them are ended, or had gone; `failed` when not, or when there is none. */
export async function killCommand(options: Options, { dryRun, yes }: KillOptions): Promise<number> {
  if (Deno.build.os !== "linux") throw new TcptopError("'kill' takes Linux", ExitStatus.unsupported);
  if (!dryRun && !yes && !Deno.stdin.isTerminal()) {
    throw new TcptopError(
      "'kill' asks before it ends anything, and here nobody answers: --yes, or --dry-run",
      ExitStatus.usage,
    );
  }
  const session = await openSession(options);
  try {
    const sample = await afterAnInterval(session), all = namedOf(sample, options);
    if (all.length === 0) {
      writeError("No connection matches");
      for (const reason of reasons(sample, options)) writeError(reason);
      return ExitStatus.failed;
    }
    if (dryRun) {
      await tell(all, null, options.json);
      return ExitStatus.done;
    }
    if (!yes && !await isConfirmed(all)) return ExitStatus.failed;
    const results = await endAll(session, all);
    await tell(all, results, options.json);
    return results.every(({ how }) => how === "killed" || how === "gone") ? ExitStatus.done : ExitStatus.failed;
  } finally {
    await session.close();
  }
}

/** results: null: what would be ended. */
async function tell(all: readonly Named[], results: readonly KillResult[] | null, json: boolean): Promise<void> {
  if (json) return await writeJson(all.map((one, i) => killJson(one.json, results?.[i] ?? null)));
  if (results === null) {
    return await writeText([...all.map(({ text }) => `${text}\n`), `${count(all.length)} would be ended\n`]);
  }
  await writeText(all.map(({ text }, i) => `${killedText(text, results[i])}\n`));
}

const count = (connections: number) => counted(connections, "[connection|connections]");

/** By then UDP has shown itself, and names are known. */
async function afterAnInterval(session: Session): Promise<Sample> {
  for await (const news of session.news()) {
    if (news.type === "sample" && news.sample.number > 0) return news.sample;
  }
  throw new TcptopError("The source has come to its end", ExitStatus.failed);
}

/** Why there may be more than is seen, or why nothing can match. */
function reasons({ source }: Sample, { filter, commandLines }: Options): string[] {
  const never = filter === null ? null : matchesNothing(filter, source, commandLines);
  const hiding = source.notes.filter(({ code }) => HIDES.has(code));
  const limits = hiding.map(({ message, remedy }) => remedy === null ? message : `${message}. ${remedy}`);
  return never === null ? limits : [never];
}

/** A socket is one, whatever number of rows it has; so are both ends of a connection inside this machine, of which ending one ends the other. */
function namedOf(sample: Sample, { filter, protocol, listeners, json }: Options): Named[] {
  const choice = { filter: filter === null ? null : compileFilter(filter), protocol, listeners };
  const named = new Map<string, Named>();
  for (const row of folded(sample, chosenRows(sample, choice))) {
    if (sample.flows.closed[row]) continue;
    const target = killTarget(sample.flows, row), key = socketKey(target);
    if (named.has(key)) continue;
    named.set(key, { target, text: killText(sample, row), json: json ? JSON.stringify(flowFacts(sample, row)) : "" });
  }
  return [...named.values()];
}

async function endAll(session: Session, all: readonly Named[]): Promise<KillResult[]> {
  const results: KillResult[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    results.push(...await session.kill(all.slice(at, at + AT_ONCE).map(({ target }) => target)));
  }
  return results;
}

async function isConfirmed(all: readonly Named[]): Promise<boolean> {
  for (const { text } of all) writeError(text);
  writeError(`End ${all.length === 1 ? "it" : `these ${count(all.length)}`}? y, and enter`);
  const answer = new Uint8Array(64), bytes = await Deno.stdin.read(answer) ?? 0;
  return /^\s*y(es)?\s*$/i.test(new TextDecoder().decode(answer.subarray(0, bytes)));
}
