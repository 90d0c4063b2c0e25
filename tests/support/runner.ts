/** action.yml as a GitHub runner carries it out: inputs to environment, files for outputs and summary, conditions of steps. */
import { parse } from "yaml";

const ROOT = new URL("../../", import.meta.url).pathname;

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export async function readAction(): Promise<Action> {
  return parse(await Deno.readTextFile(`${ROOT}action.yml`));
}

export interface Used {
  readonly code: number;
  /** Both streams, as a job's log has them. */
  readonly log: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** What is handed to upload-artifact; null: the step is skipped. */
  readonly upload: Readonly<Record<string, string>> | null;
}

/** One job: a use of the action sees what an earlier one has left. */
export class Runner implements AsyncDisposable {
  #uses = 0;

  private constructor(
    readonly action: Action,
    readonly folder: string,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(env: Readonly<Record<string, string>>): Promise<Runner> {
    const folder = await Deno.makeTempDir();
    await Deno.chmod(folder, 0o755);
    await Deno.mkdir(`${folder}/temp`);
    await Deno.mkdir(`${folder}/workspace`);
    return new Runner(await readAction(), folder, {
      PATH: Deno.env.get("PATH")!,
      DENO_DIR: Deno.env.get("DENO_DIR")!,
      ...env,
    });
  }

  async use(inputs: Readonly<Record<string, string>>): Promise<Used> {
    const [watch, upload] = this.action.runs.steps, place = `${this.folder}/${++this.#uses}`;
    const known = Object.entries(this.action.inputs).map((
      [name, { default: usual = "" }],
    ) => [name, inputs[name] ?? usual]);
    const values: Record<string, string> = Object.fromEntries(known.map(([name, value]) => [`inputs.${name}`, value]));
    Object.assign(values, { "github.action_repository": "some/where", "github.job": "unit" });
    await Deno.mkdir(place);
    for (const name of ["output", "summary", "log"]) await Deno.writeTextFile(`${place}/${name}`, "");
    await Deno.writeTextFile(`${place}/script`, watch.run!);
    const env = Object.fromEntries(Object.entries(watch.env!).map(([name, text]) => [name, evaluated(text, values)]));
    const shell = `exec bash --noprofile --norc -e -o pipefail ${place}/script >${place}/log 2>&1 </dev/null`;
    const { code } = await new Deno.Command("bash", {
      args: ["-c", shell],
      cwd: `${this.folder}/workspace`,
      clearEnv: true,
      stdout: "null",
      stderr: "null",
      env: {
        ...this.env,
        ...env,
        CI: "true",
        GITHUB_ACTIONS: "true",
        GITHUB_ACTION_PATH: ROOT.slice(0, -1),
        GITHUB_OUTPUT: `${place}/output`,
        GITHUB_REPOSITORY: "some/where-else",
        GITHUB_STEP_SUMMARY: `${place}/summary`,
        RUNNER_TEMP: `${this.folder}/temp`,
      },
    }).output();
    const [log, summary, output] = await Promise.all(
      ["log", "summary", "output"].map((name) => Deno.readTextFile(`${place}/${name}`)),
    );
    const outputs: Record<string, string> = Object.fromEntries(
      output.trim().split("\n").filter(Boolean).map((line) => line.split(/=(.*)/s)),
    );
    for (const [name, value] of Object.entries(outputs)) values[`steps.watch.outputs.${name}`] = value;
    const uploads = upload.if === "always() && steps.watch.outputs.artifact != ''" && "artifact" in outputs;
    return {
      code,
      log,
      summary,
      outputs: Object.fromEntries(
        Object.entries(this.action.outputs).map(([name, { value }]) => [name, evaluated(value, values)]),
      ),
      upload: uploads
        ? Object.fromEntries(Object.entries(upload.with!).map(([name, text]) => [name, evaluated(text, values)]))
        : null,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Of a job that is not one of a matrix. */
const OF_MATRIX = "strategy.job-total > 1 && format('-{0}', strategy.job-index) || ''";

function evaluated(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
    if (expression === OF_MATRIX) return "";
    if (expression.startsWith("steps.")) return values[expression] ?? "";
    if (!(expression in values)) throw new Error(`no value for ${expression}`);
    return values[expression];
  });
}
