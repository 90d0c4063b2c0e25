/** Several recordings in one file or stream, as `--record - >> FILE` leaves them. */
import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Platform } from "../../../src/source/platform.ts";
import { openReplay, openStream } from "../../../src/source/replay/platform.ts";
import { Receiver } from "../../support/otlp_receiver.ts";
import { execute, tcptop } from "../../support/tcptop.ts";
import { ended, join, live, opened, tick } from "../../support/records.ts";
import { record, type Step } from "../../support/recording.ts";
import { parts } from "../../support/parts.ts";

const FOLDER = Deno.makeTempDirSync();
addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));

const stepsOf = (cookie: number): Step[] => [
  { snapshot: [join(live({ cookie, uid: 1000 }), tick(1000))] },
  { drained: [opened({ cookie: cookie + 1, timeNs: 1500 })] },
  { drained: [ended({ cookie: cookie + 1, timeNs: 1700, rxBytes: 1009 })], snapshot: [tick(2_000_000_000)] },
];
const STEPS = [1, 101, 201].map(stepsOf);
const EACH = await Promise.all(STEPS.map((steps) => record(steps)));
const ALL = join(...EACH);
const RESTART = "restart";

/** Records sample by sample, and where everything begins anew. */
async function play(platform: Platform): Promise<unknown[]> {
  const source = platform.openSource(), told: unknown[] = [];
  let records: number[] = [];
  const sink = (bytes: Uint8Array) => void records.push(...bytes);
  for (let more = true; more;) {
    if (source.pace!.hasNews) {
      source.snapshot(sink);
      told.push(records);
      records = [];
    }
    more = await source.wait(100);
    if (source.takeRestart!()) told.push(RESTART);
    source.drain(sink);
  }
  await source.close();
  return told;
}

const stream = async (bytes: Uint8Array, sizes = [1009]) =>
  await play(await openStream(parts(bytes, sizes), { path: "standard input", paced: false }, () => performance.now()));

function file(bytes: Uint8Array): string {
  const path = `${FOLDER}/file`;
  Deno.writeFileSync(path, bytes);
  return path;
}

const WHOLE = STEPS.flatMap((steps, i) => {
  const samples = [steps[0].snapshot!, [...steps[1].drained!, ...steps[2].snapshot!]];
  return [...i === 0 ? [] : [RESTART], ...samples.map((records) => [...join(...records)])];
});

Deno.test("recordings that stand one behind the other are played as one, each of which begins anew", async () => {
  deepStrictEqual(await play(openReplay({ path: file(ALL), paced: false })), WHOLE);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 9 }), async (sizes) => {
      deepStrictEqual(await stream(ALL, sizes), WHOLE);
    }),
    { numRuns: 20 },
  );
});

Deno.test("what follows the end of a recording and is none is told of, behind what was played", async () => {
  const cases: [Uint8Array, string][] = [
    [new TextEncoder().encode("x"), "is not a recording of tcptop"],
    [new Uint8Array(4096), "is not a recording of tcptop"],
    [EACH[1].subarray(0, 31), "was cut short within its first bytes"],
    [EACH[1].with(30, EACH[1][30] ^ 1), "is damaged in its first bytes"],
  ];
  for (const [rubbish, why] of cases) {
    for (
      const [before, ends] of [[EACH[0], EACH[0].length], [
        join(EACH[0], EACH[1]),
        EACH[0].length + EACH[1].length,
      ]] as const
    ) {
      const bytes = join(before, rubbish), told = ` ends at byte ${ends}, and what follows was not played: it ${why}`;
      await rejects(play(openReplay({ path: file(bytes), paced: false })), {
        message: `${FOLDER}/file${told}`,
        status: 1,
      });
      await rejects(stream(bytes), { message: `standard input${told}`, status: 1 });
    }
  }
});

Deno.test("a recording that was cut short and has another behind it is told to be damaged", async () => {
  const bytes = join(EACH[0].subarray(0, EACH[0].length - 24), EACH[1]);
  await rejects(play(openReplay({ path: file(bytes), paced: false })), /is damaged at byte \d+/);
});

Deno.test("--replay plays all of a file that was appended to, by a name or through a pipe, and tells of rubbish", async () => {
  const path = file(ALL),
    lines = async (command: string) => {
      const { code, stdout, stderr } = await execute(["bash", "-c", command]);
      return [code, stdout.trimEnd().split("\n").length, stderr];
    };
  const program = tcptop(["--json", "--replay"]).join(" ");
  for (const source of [path, `- < ${path}`, `<(cat ${path})`]) {
    deepStrictEqual(await lines(`${program} ${source}`), [0, 3, ""], source);
  }
  Deno.writeFileSync(path, new TextEncoder().encode("rubbish"), { append: true });
  const [code, samples, stderr] = await lines(`${program} ${path}`);
  deepStrictEqual([code, samples], [1, 3]);
  match(
    String(stderr),
    new RegExp(`^tcptop: ${path} ends at byte ${ALL.length}, and what follows was not played: it is not a`),
  );
  strictEqual(ALL.length, EACH.reduce((sum, { length }) => sum + length, 0));
});

Deno.test("--replay tells of what was lost of each of several recordings, and of all of it at the end", async () => {
  const lost = (eventsLost: number, at: number) => tick(at, { eventsLost: BigInt(eventsLost) });
  const each = [7, 3, 0].map((count) => record([{ snapshot: [lost(0, 1000)] }, { snapshot: [lost(count, 2e9)] }]));
  const path = file(join(...await Promise.all(each))), summary = `${FOLDER}/summary.md`;
  const { stdout, stderr } = await execute(tcptop(["--replay", path, "--json", "--events"]));
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  deepStrictEqual(events.map(({ event, count }) => [event, count]), [["lost", 7], ["lost", 3]]);
  match(stderr, /^tcptop: 10 /);
  strictEqual((await execute(tcptop(["--replay", path, "--summary", summary]))).code, 0);
  match(await Deno.readTextFile(summary), /^> 10 records were lost/m);
  await using receiver = new Receiver();
  strictEqual((await execute(tcptop(["--replay", path, "--otlp", receiver.url]))).code, 0);
  strictEqual(receiver.sum("tcptop.record.lost"), 10);
});

Deno.test("--replay says so where a recording has no sample, unless events are told", async () => {
  const path = file(await record([{ snapshot: [join(live(), tick(1000))] }]));
  for (const [output, says] of [["--json", true], ["--once", true], ["--csv=-", true], ["--events", false]] as const) {
    const { code, stdout, stderr } = await execute(tcptop(["--replay", path, output]));
    deepStrictEqual([code, stdout], [0, ""], output);
    strictEqual(/^tcptop: The recording ends before its first sample: .*\n$/.test(stderr), says, output);
  }
});
