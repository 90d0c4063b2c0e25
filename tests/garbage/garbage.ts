/** What the stages leave to the garbage collector, beside what they did when the figures were agreed on: a guard that asks no clock. */

export const FLOWS = 10_000;
/** Beside the figure; and what is always allowed: the first objects of a stage that makes none are no tenth more. */
const ROOM = 0.1, LEAST_BYTES = 4096;
const PATH = new URL("figures.json", import.meta.url);
export const RENEW = "deno task garbage";

/** V8 compiles by counts of what was run, in one thread and from one seed, so the same is compiled each time. */
const V8 = [
  "--expose-gc",
  "--min-semi-space-size=128",
  "--max-semi-space-size=128",
  "--single-threaded",
  "--random-seed=1",
  "--hash-seed=1",
];

export type Figures = Readonly<Record<string, number>>;

export async function measured(): Promise<Figures> {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const program = new URL("measure.ts", import.meta.url).pathname;
  const options = ["--quiet", "--no-prompt", "--cached-only", "--no-check", "--config", config];
  const args = ["run", ...options, `--v8-flags=${V8.join(",")}`, program];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

export const agreed = (): Figures => JSON.parse(Deno.readTextFileSync(PATH));

/** Whether it is neither more than agreed on nor so much less that the guard would sleep; what to say of it. */
export function judged(name: string, bytes: number, figure: number | undefined): string | null {
  const renew = `\`${RENEW}\` writes tests/garbage/figures.json anew`;
  if (figure === undefined) return `${name}: no figure is agreed on: ${renew}`;
  const room = Math.max(LEAST_BYTES, ROOM * figure), each = (value: number) => (value / FLOWS).toFixed(2);
  const said = `${name}: ${bytes} bytes of garbage a run of ${FLOWS} flows (${
    each(bytes)
  } a flow), agreed on are ${figure}`;
  if (bytes > figure + room) return `${said}, at most ${Math.floor(figure + room)}. If it must be more, ${renew}`;
  if (bytes < figure - room) return `${said}: it has become less. So that it stays so, ${renew}`;
  return null;
}

if (import.meta.main) {
  const before = agreed(), now = await measured();
  for (const [name, bytes] of Object.entries(now)) console.log(`${name.padEnd(24)}${before[name] ?? "-"} -> ${bytes}`);
  Deno.writeTextFileSync(PATH, `${JSON.stringify(now, null, 2)}\n`);
}
