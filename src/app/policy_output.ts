/** What is told of a whole run once it has ended: what was learnt, and what is not allowed. */
import { ExitStatus, TcptopError } from "../errors.ts";
import type { Sample } from "../flow/sample.ts";
import type { Options } from "../options.ts";
import { learnedText } from "../output/learned.ts";
import { judgeOf, PolicyError, readPolicy, refusals } from "../output/policy.ts";
import { Seen } from "../output/seen.ts";
import { writeError } from "../output/stderr.ts";
import type { Identity } from "../system/identity.ts";
import { OutputFile } from "../system/output_file.ts";
import { compileFilter } from "../view/filter/compile.ts";
import { chosenRows } from "../view/selection.ts";
import { outputFiles } from "./files.ts";
import type { Output } from "./output.ts";

const MOST_BYTES = 16 << 20;
const decoder = new TextDecoder();

export class PolicyOutput implements Output {
  readonly seen: Seen;
  #status: number | null = null;

  private constructor(readonly options: Options, readonly learned: OutputFile | null) {
    const { filter, protocol, allow, inside } = options;
    const choice = { filter: filter === null ? null : compileFilter(filter), protocol, listeners: false };
    const judge = allow.length === 0 ? null : judgeOf(allow.flatMap((path) => rulesOf(path)), inside);
    this.seen = new Seen((sample) => chosenRows(sample, choice), judge);
  }

  /** Files are opened, and a failure thrown, at once. */
  static async open(options: Options, owner: Identity): Promise<PolicyOutput> {
    const rules = new PolicyOutput(options, null);
    if (options.learn === null) return rules;
    const file = new OutputFile(options.learn, owner, await outputFiles());
    // What cannot be read back is not written over.
    readPolicyFile(options.learn, decoder.decode(file.read(0, Math.min(file.byteLength, MOST_BYTES))));
    return new PolicyOutput(options, file);
  }

  start(sample: Sample): void {
    this.seen.add(sample);
  }

  sample(sample: Sample): void {
    this.seen.add(sample);
  }

  /** Another exit status than that of the run; null: none. */
  get status(): number | null {
    return this.#status;
  }

  close(): void {
    const { options, learned, seen } = this;
    if (learned !== null) {
      const before = decoder.decode(learned.read(0, learned.byteLength));
      const flows = seen.flows.filter(({ inside }) => options.inside || !inside), after = learnedText(flows, before);
      if (after !== before) learned.replace(new TextEncoder().encode(after));
      learned.close();
      const { ended, open } = seen.further;
      if (ended + open > 0) writeError(`${ended + open} flows came after the first ${seen.most}, and were not learnt`);
    }
    if (seen.judge === null) return;
    const sentences = refusals(seen);
    for (const sentence of sentences) writeError(sentence);
    if (sentences.length > 0 && !options.warn) this.#status = ExitStatus.notAllowed;
  }
}

function rulesOf(path: string) {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Deno.errors.PermissionDenied
      ? "permission denied"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new TcptopError(`Cannot read ${path}: ${reason}`, ExitStatus.failed, { cause: error });
  }
  return readPolicyFile(path, text);
}

function readPolicyFile(path: string, text: string) {
  try {
    return readPolicy(path, text);
  } catch (error) {
    if (error instanceof PolicyError) throw new TcptopError(error.message, ExitStatus.usage);
    throw error;
  }
}
