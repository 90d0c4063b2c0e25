/** The documents and the commands in them: blocks of indented lines, and code in a line of text that begins as a command does. */

const ROOT = new URL("../../", import.meta.url).pathname;

/** Pages by their path. CHANGELOG and decisions tell of the past: only their links are checked. */
export async function pages(): Promise<string[]> {
  const found = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"];
  for await (const { name } of Deno.readDir(`${ROOT}docs`)) if (name.endsWith(".md")) found.push(`docs/${name}`);
  return found.sort();
}

export const read = (page: string) => Deno.readTextFile(ROOT + page);

/** Commands that are not run here, by how they begin, and why. */
export const ELSEWHERE: readonly (readonly [begin: string, why: string])[] = [
  ["kernel            shim", "a figure, no command"],
  ["base=https://", "downloads a release, which only the releases page has"],
  ["sudo apt install ./tcptop_VERSION", "a package of the releases page; tests/executable makes and installs one"],
  ["tcptop screen", "a name in the bench's table, no command"],
  ["timeout 30 tcptop --when", "waits for a server that is not here; tests/kernel/when.test.ts does"],
  ["sudo tcptop kill ", "ends with 1 where nothing matches; tests/kernel/kill.test.ts"],
  ["deno compile", "a name, no command; tests/executable runs scripts/compile"],
  ["sudo tcptop --otlp http", "wants a receiver; tests/kernel/otlp.test.ts has one"],
  ["10.0.0.0/8 ", "lines of a file, no command"],
  ["setcap ", "needs the executable; tests/kernel/privileges.test.ts sets capabilities of a file"],
  ["./scripts/test", "runs this test, and all others"],
  ["./scripts/compile", "tests/executable runs it"],
  ["./scripts/package", "tests/executable runs it"],
  ["./scripts/bench", "takes minutes, and wants a machine with nothing else to do"],
  ["TCPTOP_BIN=$PWD/dist/tcptop ./scripts/bench", "takes minutes, and wants a machine with nothing else to do"],
  ["./scripts/comparison", "takes more than a minute, and wants a machine with nothing else to do"],
  ["./scripts/collector", "builds with Go, for minutes; tests/kernel/otlp_collector.test.ts uses what there is"],
  ["./scripts/soak", "takes half an hour"],
  ["./scripts/faults", "runs tests that ./scripts/test runs"],
  ["./scripts/fuzz", "takes minutes"],
  ["./scripts/sanitize", "builds the shim anew, for minutes"],
  ["./scripts/matrix", "boots kernels, for minutes; ./scripts/test does"],
  ["TCPTOP_NETTOP=", "is refused to root; tests/terminal/nettop_program.test.ts runs it as another user"],
  ["xattr ", "a program of macOS"],
  ["./scripts/check-mac", "checks a Mac; tests/release/workflows.test.ts tries what it says elsewhere"],
  ["tcptop --replay examples/demo.tcptop --map dot | dot", "Graphviz is not among what the tests install"],
  ["deno task ", "writes into the sources; tests compare what it would write"],
  ["deno fmt", "./scripts/test runs it"],
  ["deno lint", "./scripts/test runs it"],
  ["--bits ", "lines of an options file, no command"],
  ["--interval 2s", "the same"],
  ["--columns process", "the same"],
  ["--filter 'not", "the same"],
  ["- uses: OWNER/tcptop", "steps of a workflow; tests/kernel/action.test.ts plays their runner"],
  ["- run: npm test", "the same"],
  ["process=node ", "a line of a policy, no command"],
  ["process=git ", "a line of a policy, no command"],
  ["./scripts/run --replay examples/demo.tcptop --once --columns process,NEW", "NEW stands for what one adds"],
  ["./scripts/run --replay examples/demo.tcptop --once --filter 'NEW:VALUE'", "NEW stands for what one adds"],
];

/** Lines that stand in for another, and why. */
export const STAND_INS: ReadonlyMap<string, readonly [line: string, why: string]> = new Map([
  ["sudo pkill -INT -x tcptop && wait", ["wait", "other tcptops may run on this machine; this one ends by its bound"]],
  ["tcptop completions fish | source", ["tcptop completions fish | fish -c 'source -'", "a line of fish's"]],
  ["sudo tcptop --record flights --keep 24h", [
    "install -d -o nobody -m 700 flights; tcptop --record flights --keep 24h --count 1 --interval 300ms",
    "there is nobody behind sudo here, whom the directory could be given to",
  ]],
  ["ssh HOST sudo tcptop --record - | tcptop --replay -", [
    "tcptop --record - | tcptop --replay - --once",
    "there is no other host here; tests/kernel/pipe.test.ts compares what both ends tell",
  ]],
  ["tcptop --hosts web1,web2,ann@db1", ["true", "there are no such hosts here; tests/kernel/fleet.test.ts makes some"]],
  ["tcptop --hosts @fleet --once --json", ["true", "the same"]],
  ["tcptop --hosts web1,web2,db1", ["true", "the same"]],
  ["sudo -n tcptop --record - --interval 1000ms", ["tcptop --record - --count 1 >flight", "sudo is not needed here"]],
  ["./run-my-tests", ["true", "the reader's own"]],
  ["sudo tcptop run -- npm test", ["tcptop run -- true", "the reader's own tests"]],
  ["sudo tcptop run --learn allowed.txt -- npm test", ["tcptop run --learn allowed.txt -- true", "the same"]],
  ["sudo tcptop run --allow allowed.txt -- npm test", ["tcptop run --allow allowed.txt -- true", "the same"]],
  ["sudo tcptop run --report build.html -- npm test", ["tcptop run --report build.html -- true", "the same"]],
  ['sudo tcptop run --summary "$GITHUB_STEP_SUMMARY" -- npm test', [
    "tcptop run --summary summary.md -- true",
    "the same",
  ]],
]);

/** Lines to run in one shell, in their order. */
export interface Commands {
  readonly page: string;
  readonly lines: readonly string[];
}

const INLINE = /`((?:sudo |[A-Z_]+=\S+ )?(?:\.\/scripts\/|\.\/tcptop\b|tcptop |deno |man |apt |jq )[^`]*)`/g;

/** What of a page a shell is meant to read. */
export function commandsOf(page: string, text: string): Commands[] {
  const blocks = [...text.matchAll(/(?:^|\n\n)((?: {4}.*(?:\n|$))+)/g)].map(([, block]) => linesOf(block));
  const prose = text.replace(/(?:^|\n\n)(?: {4}.*(?:\n|$))+/g, "\n\n");
  const inline = [...prose.matchAll(INLINE)].map(([, code]) => [code.replaceAll("\\|", "|").replaceAll("\n", " ")]);
  return [...blocks, ...inline].filter((lines) => lines.length > 0).map((lines) => ({ page, lines }));
}

/** With prompts, what stands behind them; the rest is what was answered. A line that is indented further goes on. */
function linesOf(block: string): string[] {
  const lines = block.replace(/\n {6,}/g, " ").split("\n").map((line) => line.slice(4).trimEnd()).filter(Boolean);
  const prompted = lines.filter((line) => /^[$#] /.test(line));
  return prompted.length > 0 ? prompted.map((line) => line.slice(2)) : lines;
}

/** So that it comes to an end, and soon: one sample, or as many as are asked for, faster. */
export function bounded(line: string): string {
  return line.replaceAll(/\bsudo /g, "").replaceAll(/(?:\.\/)?\btcptop (?=-)|\.\/scripts\/run\b ?|^tcptop$/g, "tcptop ")
    .replace(/--count 60\b/, "--count 2").replace(/\btcptop (?=-|$)(.*)/, (whole, rest: string) => {
      if (/--(?:once|count|replay|version|help|schema)\b/.test(rest)) return whole;
      return `tcptop --count 1 ${/--interval/.test(rest) ? "" : "--interval 300ms "}${rest}`;
    });
}

export async function allCommands(): Promise<Commands[]> {
  return (await Promise.all((await pages()).map(async (page) => commandsOf(page, await read(page))))).flat();
}
