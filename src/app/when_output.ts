/** --when: what begins to hold and ends to is told, handed to a command, and may end the run. */
import type { Sample } from "../flow/sample.ts";
import type { Options } from "../options.ts";
import { ExitStatus, TcptopError } from "../errors.ts";
import { writeError } from "../output/stderr.ts";
import { ClosedPipe, writeJson, writeText } from "../output/stdout.ts";
import { subjectText, type WhenFacts, whenFacts, whenJson, whenText, whenVariables } from "../output/when.ts";
import type { Identity } from "../system/identity.ts";
import { compileFilter } from "../view/filter/compile.ts";
import { type Change, When } from "../view/when.ts";
import { KnownNames } from "./known_names.ts";
import type { Output } from "./output.ts";
import { outlivesReader } from "./running.ts";
import { type Shown, toldBy } from "./told_names.ts";
import { WhenCommand } from "./when_command.ts";

/** Who is told. */
export interface Told {
  tell(changes: readonly Change<WhenFacts>[]): void | Promise<void>;
  /** What holds now, a line a condition; after each sample. */
  holds?(lines: readonly string[]): void;
  say(sentence: string): void;
}

export class WhenOutput implements Output {
  readonly #conditions: readonly When<WhenFacts>[];
  #status: number | null = null;
  #done = false;

  private constructor(
    readonly options: Options,
    readonly told: Told,
    readonly names: Shown,
    readonly known: KnownNames | null,
    readonly command: WhenCommand | null,
  ) {
    const { when, filter, protocol, listeners, group } = options;
    const choice = { filter: filter === null ? null : compileFilter(filter), protocol, listeners };
    this.#conditions = when.map((condition) =>
      new When(
        condition,
        group,
        choice,
        (sample, subject) => whenFacts(sample, subject, group),
        // Each condition has names of its own: what one does not look at stays new to it.
        condition.of === "remote" || condition.of === "process" ? new Set(known?.names[condition.of]) : new Set(),
        known === null,
      )
    );
  }

  /** Files are opened, the command's process is forked, and a failure thrown, at once. `told`: null: standard output, or in `run` standard error. */
  static async open(options: Options, owner: Identity, told: Told | null): Promise<WhenOutput> {
    const to = told ?? streams(options);
    const known = options.known === null ? null : await KnownNames.open(options.known, owner);
    const command = options.whenRun === null
      ? null
      : await commandOf(options.whenRun, told !== null, (sentence) => to.say(sentence));
    return new WhenOutput(options, to, told === null ? toldBy(options) : (sample) => sample, known, command);
  }

  get status(): number | null {
    return this.#status;
  }

  get done(): boolean {
    return this.#done;
  }

  async start(sample: Sample): Promise<void> {
    if (!sample.isBeforePart) await this.sample(sample);
  }

  async sample(sample: Sample): Promise<void> {
    if (this.#done) return;
    const told = this.names(sample), changes = this.#conditions.flatMap((when) => when.take(sample, told));
    for (const change of changes) {
      const { of } = change.condition, { new: name } = change.facts;
      if (name !== null && (of === "remote" || of === "process") && !this.known?.names[of].has(name)) {
        this.known?.names[of].add(name);
        this.known?.add(of, name);
      }
      this.command?.add(whenVariables(change), whenJson(change) + "\n");
    }
    this.told.holds?.(this.#conditions.flatMap(holdingLine));
    if (changes.length > 0) await this.told.tell(changes);
    if (this.options.whenExit !== null && changes.some(({ change }) => change !== "ends")) {
      this.#status = this.options.whenExit;
      this.#done = true;
    }
  }

  async close(): Promise<void> {
    for (const { condition, untold } of this.#conditions) {
      if (untold > 0) this.told.say(`--when '${condition.text}': no room for further names, met ${untold} times`);
    }
    this.known?.close();
    await this.command?.close();
  }
}

function holdingLine({ condition, holding }: When<WhenFacts>): string[] {
  if (holding.length === 0) return [];
  const more = holding.length > 1 ? `, and ${holding.length - 1} more` : "";
  return [`${condition.text}: ${subjectText(holding[0])}${more}`];
}

/** Of `run` the command has standard output, unless documents are asked for. Conditions go on where the run outlives their reader. */
function streams(options: Options): Told {
  const { json, command } = options;
  return {
    async tell(changes) {
      if (json) await documents(changes).catch((error) => forgive(error, options));
      else if (command === null) await lines(changes).catch((error) => forgive(error, options));
      else for (const change of changes) writeError(whenText(change));
    },
    say: writeError,
  };
}

async function documents(changes: readonly Change<WhenFacts>[]): Promise<void> {
  await writeJson(changes.map((change) => whenJson(change) + "\n"));
}

async function lines(changes: readonly Change<WhenFacts>[]): Promise<void> {
  await writeText(changes.map((change) => whenText(change) + "\n"));
}

function forgive(error: unknown, options: Options): void {
  if (!(error instanceof ClosedPipe) || !outlivesReader(options)) throw error;
}

async function commandOf(command: string, quiet: boolean, say: (sentence: string) => void): Promise<WhenCommand> {
  if (Deno.build.os !== "linux") throw new TcptopError("--when-run takes Linux", ExitStatus.unsupported);
  const { startRunner } = await import("./when_runner.ts");
  return new WhenCommand(startRunner(command, quiet), command, say);
}
