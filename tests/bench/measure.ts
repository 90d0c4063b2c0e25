/** One tool under one load. */
import { type Use, useOf } from "./process.ts";
import type { Tool } from "./tools.ts";
import type { Outcome, Workload } from "./workloads.ts";

export interface Measurement extends Outcome, Use {
  readonly endsSeen: number | null;
  readonly bytesSeen: number | null;
}

const WORKLOAD = new URL("../../build/workload", import.meta.url).pathname;
const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The tool ended before the load did: what it said of it. */
export class ToolEnded extends Error {}

/** Collects what a child writes, so that it never waits for a reader. */
class Output {
  text = "";
  readonly done: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.done = this.#read(stream);
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.text += text;
  }
}

/** Two seconds for the tool to be at work before the load and two after it to report: the same for each. */
const SETTLE_MS = 2000;

export async function measure(tool: Tool | null, workload: Workload): Promise<Measurement> {
  if (tool === null) return { ...await load(workload), cpuSeconds: 0, peakMiB: 0, endsSeen: null, bytesSeen: null };
  const [program, ...args] = tool.command;
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  const output = new Output(child.stdout), complaints = new Output(child.stderr);
  let ended = false;
  child.status.then(() => ended = true);
  await delay(SETTLE_MS);
  const before = useOf(child.pid);
  const outcome = await load(workload);
  await delay(SETTLE_MS);
  const after = useOf(child.pid);
  if (ended) throw new ToolEnded(complaints.text.trim().split("\n")[0] || output.text.trim().split("\n")[0]);
  child.kill("SIGINT");
  const killer = setTimeout(() => ended || child.kill("SIGKILL"), 5000);
  await Promise.all([child.status, output.done, complaints.done]);
  clearTimeout(killer);
  return {
    ...outcome,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    peakMiB: after.peakMiB,
    endsSeen: tool.endsSeen?.(output.text, outcome.pids) ?? null,
    bytesSeen: tool.bytesSeen?.(output.text, outcome.pids) ?? null,
  };
}

async function load(workload: Workload): Promise<Outcome> {
  const child = new Deno.Command(WORKLOAD, { args: [...workload.options], stdin: "piped", stdout: "piped" }).spawn();
  const output = new Output(child.stdout);
  const input = child.stdin.getWriter();
  if (workload.holdSeconds > 0) {
    while (!output.text.includes('"phase":"ready"')) await delay(10);
    await delay(workload.holdSeconds * 1000);
  }
  await input.close();
  const [status] = await Promise.all([child.status, output.done]);
  const last = JSON.parse(output.text.trim().split("\n").at(-1) ?? "{}");
  if (!status.success || last.phase !== "done") throw new Error(`the load failed: ${JSON.stringify(last)}`);
  return workload.outcome(last);
}
