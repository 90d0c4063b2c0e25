/** One tool under one load. */
import { lines, within } from "../support/lines.ts";
import type { Held, Seen } from "./report.ts";
import type { Tool } from "./tools.ts";
import { type Outcome, together, type Workload } from "./workloads.ts";
import { Program } from "./workload_program.ts";

export interface Measurement<T> extends Outcome {
  /** What was read when the measured time began, and at its end. */
  readonly before: T;
  readonly after: T;
  readonly seconds: number;
  readonly seen: Seen;
}

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The tool ended before the load did: what it said of it. */
export class ToolEnded extends Error {}

/** Two seconds for the tool to be at work before the load, and two to report after it or, for a load that is held, to get over its
 * beginning: the same for each. */
const SETTLE_MS = 2000;
const GREETS_WITHIN_SECONDS = 15;

/** A connection that opens and ends. */
export async function oneEnd(): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using _client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  (await listener.accept()).close();
}

/** The load alone. */
export function alone(workload: Workload): Promise<Outcome> {
  return load(workload, () => {}, () => {});
}

/** What is to be undone if the bench itself is ended: a tool would go on for ever. */
let undo = () => {};
export function endCleanly(more = () => {}): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      undo();
      more();
      Deno.exit(1);
    });
  }
}

/** `read` is asked for the tool's figures at the beginning and the end of the time that is measured. What the tool writes goes to a
 * file, so that it never waits for a reader, and is read when it has ended. */
export async function measure<T>(tool: Tool, workload: Workload, read: (pid: number) => T): Promise<Measurement<T>> {
  const file = await Deno.makeTempFile({ prefix: "tcptop-bench-" });
  try {
    const child = new Deno.Command("bash", {
      args: ["-c", 'exec "$@" >"$0"', file, ...tool.command],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    undo = () => {
      kill(child, "SIGKILL");
      Deno.removeSync(file);
    };
    const said = new Response(child.stderr).text();
    const { held, ...measured } = await attend(child, tool, workload, read, file)
      .finally(() => end(child)).catch(async (error) => {
        throw error instanceof ToolEnded ? new ToolEnded(reason(await said, await Deno.readTextFile(file))) : error;
      });
    const output = await Deno.open(file);
    return { ...measured, seen: await tool.reads(lines(output.readable), measured.truth, held) };
  } finally {
    undo = () => {};
    await Deno.remove(file);
  }
}

async function attend<T>(
  child: Deno.ChildProcess,
  tool: Tool,
  workload: Workload,
  read: (pid: number) => T,
  file: string,
): Promise<Omit<Measurement<T>, "seen"> & { readonly held: Held }> {
  let ended = false;
  child.status.then(() => ended = true);
  const greeted = async () => {
    while (!ended && (await Deno.stat(file)).size === 0) {
      if (tool.wantsEnds) await oneEnd();
      await delay(20);
    }
  };
  if (tool.greets) await within(GREETS_WITHIN_SECONDS, `the first words of ${tool.name}`, greeted());
  await delay(SETTLE_MS);
  const marks: { readonly value: T; readonly ms: number; readonly wallMs: number }[] = [];
  const mark = () => {
    if (ended) throw new ToolEnded();
    marks.push({ value: read(child.pid), ms: performance.now(), wallMs: Date.now() });
  };
  const outcome = await load(workload, mark, mark), [first, last] = marks;
  return {
    ...outcome,
    before: first.value,
    after: last.value,
    seconds: (last.ms - first.ms) / 1000,
    held: workload.holdSeconds > 0 ? [first.wallMs, last.wallMs] : null,
  };
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch { /* it has ended */ }
}

async function end(child: Deno.ChildProcess): Promise<void> {
  kill(child, "SIGINT");
  const killer = setTimeout(() => kill(child, "SIGKILL"), 5000);
  await child.status;
  clearTimeout(killer);
}

/** The last line that a tool says is mostly the general one; the first that speaks of an error is the cause. */
function reason(...texts: readonly string[]): string {
  const said = texts.join("\n").split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return said.find((line) => /fail|error|cannot|not found|no such|denied/i.test(line)) ?? said[0] ?? "it said nothing";
}

async function load(workload: Workload, begins: () => void, ends: () => void): Promise<Outcome> {
  const programs = Array.from({ length: workload.copies }, () => new Program(workload.options));
  try {
    if (workload.holdSeconds === 0) begins();
    else {
      for (const program of programs) await program.until("ready");
      await delay(SETTLE_MS);
      begins();
      await delay(workload.holdSeconds * 1000);
      ends();
      for (const program of programs) await program.goOn();
    }
    const outcomes = [];
    for (const program of programs) outcomes.push(workload.outcome(await program.until("done")));
    if (workload.holdSeconds === 0) await delay(SETTLE_MS).then(ends);
    return together(outcomes);
  } finally {
    for (const program of programs) await program.end();
  }
}
