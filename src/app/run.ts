/** Composition: options in, exit status out. */
import type { Options } from "../options.ts";
import type { Sample } from "../flow/sample.ts";
import { COLUMNS } from "../view/column.ts";
import { compileFilter } from "../view/filter/compile.ts";
import { groupRows } from "../view/group.ts";
import { selectRows } from "../view/selection.ts";
import { type Host, jsonDocument } from "../output/json.ts";
import { groupTable, textTable } from "../output/text.ts";
import { ClosedPipe, writeOut } from "../output/stdout.ts";
import { invokingIdentity } from "../source/identity.ts";
import { ExitStatus } from "../errors.ts";
import { VERSION } from "../version.ts";
import { Session } from "./session.ts";
import { shimPath } from "./paths.ts";

const TEXT_ROWS = 50;
const HOME_AND_CLEAR = "\x1b[H\x1b[2J";

/** Runs until the asked-for samples are out, the reader has gone or a signal comes. Throws TcptopError. */
export async function run(options: Options): Promise<ExitStatus> {
  const session = new Session({
    source: options.source,
    shimPath: shimPath(),
    ringBytes: options.ringBytes,
    intervalMs: options.intervalMs,
    euid: Deno.uid(),
    dropTo: options.keepPrivileges ? null : invokingIdentity((name) => Deno.env.get(name)),
  });
  const stop = () => session.stop();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  try {
    await show(session, options);
    return ExitStatus.done;
  } catch (error) {
    if (error instanceof ClosedPipe) return ExitStatus.done;
    throw error;
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, stop);
    await session.close();
  }
}

async function show(session: Session, options: Options): Promise<void> {
  let shown = 0;
  for await (const sample of session.samples()) {
    if (sample.number === 0) continue;
    await writeOut(render(sample, options));
    if (++shown === options.count) session.stop();
  }
}

function render(sample: Sample, options: Options): Iterable<string> {
  const limit = options.limit ?? (options.json ? 0 : TEXT_ROWS);
  const filter = options.filter === null ? null : compileFilter(options.filter);
  const rows = selectRows(sample, { ...options, filter, limit: options.group === null ? limit : 0 });
  if (options.json) return jsonDocument(sample, rows, host(), VERSION);
  const live = !options.batch && !options.once && Deno.stdout.isTerminal();
  const columns = options.columns ?? COLUMNS, { group } = options;
  if (group === null) return [(live ? HOME_AND_CLEAR : "") + textTable(sample, rows, columns)];
  const groups = groupRows(sample, rows, group, options.sort).slice(0, limit || undefined);
  return [(live ? HOME_AND_CLEAR : "") + groupTable(sample, groups, columns, group)];
}

function host(): Host {
  return { hostname: Deno.hostname(), os: Deno.build.os, kernel: Deno.osRelease(), arch: Deno.build.arch };
}
