/** What is told of a whole run once it has ended: what was learnt, and what is not allowed. */
import { ExitStatus, TcptopError } from "../errors.ts";
import type { Sample } from "../flow/sample.ts";
import type { Options } from "../options.ts";
import { secondText } from "../output/by_peer.ts";
import { learnedText } from "../output/learned.ts";
import { judgeOf, PolicyError, readPolicy, refusals, refusalSentences, type Rule } from "../output/policy.ts";
import type { Judge, Seen } from "../output/seen.ts";
import { writeError } from "../output/stderr.ts";
import type { Identity } from "../system/identity.ts";
import { OutputFile } from "../system/output_file.ts";
import { outputFiles } from "./files.ts";
import { asksForCommands, matchesNothing } from "../view/filter/told.ts";
import { textOf } from "./input_text.ts";
import type { Output } from "./output.ts";

const MOST_BYTES = 16 << 20;
const decoder = new TextDecoder();

export class PolicyOutput implements Output {
  #status: number | null = null;
  readonly #told = new Set<string>();

  private constructor(
    readonly options: Options,
    readonly seen: Seen,
    readonly rules: readonly Rule[],
    readonly learned: OutputFile | null,
  ) {}

  /** Files are opened, and a failure thrown, at once. `seen` is judged by `rules`. */
  static async open(options: Options, owner: Identity, seen: Seen, rules: readonly Rule[]): Promise<PolicyOutput> {
    if (options.learn === null) return new PolicyOutput(options, seen, rules, null);
    const file = new OutputFile(options.learn, owner, await outputFiles());
    // What cannot be read back is not written over.
    readPolicyFile(options.learn, decoder.decode(file.read(0, Math.min(file.byteLength, MOST_BYTES))));
    return new PolicyOutput(options, seen, rules, file);
  }

  get wantsCommands(): boolean {
    return this.rules.some(({ filter }) => asksForCommands(filter));
  }

  /** Says of which lines nothing can match, each reason once. */
  start({ source }: Sample): void {
    for (const { place, filter } of this.rules) {
      const why = matchesNothing(filter, source);
      if (why === null || this.#told.has(why)) continue;
      this.#told.add(why);
      writeError(`${place}: ${why}.`);
    }
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
      try {
        if (after !== before) learned.replace(new TextEncoder().encode(after));
      } finally {
        learned.discard();
      }
      const { ended, open } = seen.further;
      if (ended + open > 0) writeError(`${ended + open} flows came after the first ${seen.most}, and were not learnt`);
    }
    for (const { message } of seen.silences.notes()) writeError(message);
    if (seen.isCut && seen.last !== null) writeError(this.#cut(secondText(seen.last.wallMs)));
    if (seen.judge === null) return;
    const sentences = refusalSentences(refusals(seen));
    for (const sentence of sentences) writeError(sentence);
    if (sentences.length > 0 && !options.warn) this.#status = ExitStatus.notAllowed;
  }

  #cut(time: string): string {
    const { learned, seen } = this, done = [learned === null ? "" : "learnt", seen.judge === null ? "" : "judged"];
    return `What came after ${time} UTC was not ${done.filter((word) => word !== "").join(" and not ")}`;
  }
}

/** The lines of the files of --allow. A failure is thrown. */
export function rulesOf({ allow }: Options): Rule[] {
  return allow.flatMap((path) => readPolicyFile(path, textOf(path)));
}

/** null: nothing is to be judged. */
export function policyOf({ allow, inside }: Options, rules: readonly Rule[]): Judge | null {
  return allow.length === 0 ? null : judgeOf(rules, inside);
}

function readPolicyFile(path: string, text: string) {
  try {
    return readPolicy(path, text);
  } catch (error) {
    if (error instanceof PolicyError) throw new TcptopError(error.message, ExitStatus.usage);
    throw error;
  }
}
