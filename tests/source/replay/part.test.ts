/** A part of a recording: what is told is of that time alone. */
import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert/strict";
import { execute, type SampleDocument, tcptop } from "../../support/tcptop.ts";
import { comm, ended, join, live, opened, tick } from "../../support/records.ts";
import { record, type Step } from "../../support/recording.ts";

const FOLDER = Deno.makeTempDirSync(), PATH = `${FOLDER}/recording`;
addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));

const SECOND = 1e9, WALL_MS = Date.UTC(2026, 0, 2, 3, 4, 0);
/** Records that were lost by the end of each sample. */
const LOST = [2, 7, 7, 10, 10];

const at = (second: number, fields = {}) =>
  tick(Math.round((100 + second) * SECOND), {
    wallNs: BigInt(WALL_MS + second * 1000) * 1_000_000n,
    eventsLost: BigInt(LOST[second]),
    ...fields,
  });

/** Each second a connection lives from 0.3 to 0.4 and another from 0.7 to 0.8; `old` is there at the start and ends in the first second. */
function second(number: number): Step[] {
  const moment = (part: number) => (99 + number + part) * SECOND, name = comm(`of-${number}`);
  const lives = (cookie: number, part: number) => {
    const openedNs = moment(part);
    return join(
      opened({ cookie, timeNs: openedNs, openedNs, comm: name }),
      ended({ cookie, timeNs: moment(part + 0.1), openedNs, comm: name }),
    );
  };
  const old = number === 1 ? [ended({ cookie: 1, timeNs: moment(0.2), openedNs: 0, comm: comm("old") })] : [];
  return [{ drained: [...old, lives(number * 10, 0.3), lives(number * 10 + 1, 0.7)] }, { snapshot: [at(number)] }];
}

const START: Step = { snapshot: [join(live({ cookie: 1, openedNs: 0, comm: comm("old") }), at(0))] };
Deno.writeFileSync(PATH, await record([START, ...[1, 2, 3, 4].flatMap(second)]));

const time = (ms: number) => new Date(WALL_MS + ms).toISOString();
const played = (...args: (string | number)[]) => execute(tcptop(["--replay", PATH, ...args]));

async function events(...args: (string | number)[]): Promise<string[]> {
  const { code, stdout } = await played("--events", "--json", ...args);
  strictEqual(code, 0);
  const documents = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  return documents.map(({ event, time, count }) => count ?? `${event} ${(Date.parse(time) - WALL_MS) / 1000}`);
}

Deno.test("events of a part are those of its time, to the millisecond, and of so many samples those until the last", async () => {
  const between = (first: number, last: number) =>
    Array.from({ length: last - first }, (_, i) => first + i).flatMap((number) => [
      ...[0.3, 0.7].flatMap((part) => [`opened ${number + part}`, `closed ${(number + part + 0.1).toFixed(1)}`]),
    ]);
  const withoutLost = async (...args: (string | number)[]) =>
    (await events(...args)).filter((event) => typeof event === "string");
  const all = await withoutLost();
  deepStrictEqual(all, ["closed 0.2", ...between(0, 4)]);
  deepStrictEqual(await withoutLost("--from", time(1500), "--to", time(2500)), between(1, 3).slice(2, 6));
  deepStrictEqual(await withoutLost("--from", time(1000)), between(1, 4));
  deepStrictEqual(await withoutLost("--to", time(2000)), ["closed 0.2", ...between(0, 2)]);
  deepStrictEqual(await withoutLost("--at", time(1500)), between(1, 2).slice(2));
  for (const count of [1, 3]) {
    deepStrictEqual(await withoutLost("--count", count), ["closed 0.2", ...between(0, count)]);
  }
});

Deno.test("events of a part go on in a further recording, also before that has told the time of day", async () => {
  const path = `${FOLDER}/joined`, openedNs = 103.9 * SECOND, cookie = 777;
  const early = join(
    opened({ cookie, timeNs: openedNs, openedNs }),
    ended({ cookie, timeNs: openedNs + 1e8, openedNs }),
  );
  const further = await record([{ drained: [early] }, { snapshot: [at(4)] }]);
  Deno.writeFileSync(path, join(await record([START, ...[1, 2, 3].flatMap(second)]), further));
  const args = ["--from", time(2500), "--events", "--json"],
    { stdout } = await execute(tcptop(["--replay", path, ...args]));
  const told = stdout.trimEnd().split("\n").map((line) => JSON.parse(line)).filter(({ event }) => event !== "lost");
  deepStrictEqual(told.map(({ event }) => event), ["opened", "closed", "opened", "closed"]);
});

Deno.test("what was lost before a part is none of it, in samples, events and summaries", async () => {
  const { stdout } = await played("--json", "--from", time(1500));
  const samples = stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as SampleDocument);
  deepStrictEqual(samples.map(({ health }) => health.events_lost), [0, 3, 3]);
  deepStrictEqual((await events("--from", time(1500))).filter((event) => typeof event === "number"), [3]);
  deepStrictEqual((await events()).filter((event) => typeof event === "number"), [2 + 5, 3]);
});

Deno.test("a summary, a report and a policy of a part have its time and its flows, and nothing that had ended before", async () => {
  const [summary, report, learned] = ["summary.md", "report.html", "learned"].map((name) => `${FOLDER}/${name}`);
  const files = ["--summary", summary, "--report", report, "--learn", learned, "--inside"];
  strictEqual((await played("--from", time(2500), ...files)).code, 0);
  const text = await Deno.readTextFile(summary);
  match(text, /^## Traffic of `elsewhere`, 2026-01-02 03:04:02 to 2026-01-02 03:04:04 UTC$/m);
  match(text, /^> 3 records were lost/m);
  match(await Deno.readTextFile(report), /2026-01-02 03:04:02 to 03:04:04 UTC/);
  const policy = await Deno.readTextFile(learned);
  match(policy, /of-3/);
  for (const name of [/old/, /of-[12]/]) doesNotMatch(text + policy, name);
});

Deno.test("a condition holds from the first sample of a part on, the names of which are not new", async () => {
  const when = async (condition: string) => {
    const { stdout } = await played("--from", time(2500), "--json", "--when", condition);
    return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  };
  deepStrictEqual((await when("process:old")).length, 0);
  const [first] = await when("process:of-");
  deepStrictEqual([first.change, first.time], ["begins", time(3000).replace("Z", "000Z")]);
  deepStrictEqual((await when("new process")).map(({ new: name }) => name), ["of-4"]);
});
