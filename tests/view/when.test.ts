import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseCondition } from "../../src/view/condition.ts";
import { pidOf } from "../../src/view/flow.ts";
import { type Change, When } from "../../src/view/when.ts";
import { type FakeFlow, fakeSample, NOW_NS } from "./fake_sample.ts";

const CHOICE = { filter: null, protocol: null, listeners: false } as const;
const OTHERS = { pid: 9, cookie: 99, rxDelta: 5 } as const;

/** What changes at which millisecond: pids, of a group its key, or how many rows. */
function played(
  text: string,
  steps: readonly (readonly [ms: number, flows: readonly FakeFlow[]])[],
  by: Parameters<typeof parseCondition>[1] = null,
) {
  const when = new When(parseCondition(text, by), by, CHOICE, (sample, { of, rows, group, name }) => {
    if (name !== null) return name;
    if (of === "flow") return pidOf(sample.flows, rows[0]);
    return of === "group" ? `${group!.key} ${rows.length}` : rows.length;
  });
  return steps.flatMap(([ms, flows], number) => {
    const sample = fakeSample(flows, { number, timeNs: NOW_NS + ms * 1e6 });
    return when.take(sample).map(({ change, heldMs, facts }: Change<unknown>) => [ms, change, facts, heldMs]);
  });
}

const busy = { pid: 1, cookie: 1, rxDelta: 1001 }, idle = { pid: 1, cookie: 1, rxDelta: 1000 };

Deno.test("a condition holds just over its time, and not just under", () => {
  const over = played("rx/s>1000 for 3s", [[0, [busy]], [2999, [busy]], [3000, [busy]], [3001, [idle]], [4000, []]]);
  deepStrictEqual(over, [[3000, "begins", 1, 3000], [3001, "ends", 1, 3001]]);
  deepStrictEqual(played("rx/s>1000 for 3s", [[0, [busy]], [1000, [busy]], [2999, [busy]], [3001, [idle]]]), []);
  deepStrictEqual(played("rx/s>1000", [[0, [idle]], [7, [busy]], [9, []]]), [[7, "begins", 1, 0], [9, "ends", 1, 2]]);
});

Deno.test("a condition that flaps begins its time anew, and ends at once", () => {
  const steps = Array.from({ length: 101 }, (_, i) => [i * 1000, [i % 2 === 0 ? busy : idle]] as const);
  deepStrictEqual(played("rx/s>1000 for 2s", steps), []);
  strictEqual(played("rx/s>1000", steps).length, 101);
  const anew = played("rx/s>1000 for 2s", [
    [0, [busy]],
    [1000, [busy]],
    [1900, [idle]],
    [2000, [busy]],
    [3999, [busy]],
    [4000, [
      busy,
    ]],
  ]);
  deepStrictEqual(anew, [[4000, "begins", 1, 2000]]);
});

Deno.test("what held in one recording ends with it, and in the next one nothing has held yet", () => {
  const steps = [[0, 0], [4000, 1], [9_000_000, 0], [9_002_000, 1], [9_003_000, 2], [1000, 0], [5000, 1]] as const;
  const when = new When(parseCondition("rx/s>1000 for 3s", null), null, CHOICE, () => 0);
  const changes = steps.flatMap(([ms, number]) =>
    when.take(fakeSample([busy], { number, timeNs: NOW_NS + ms * 1e6, wallMs: ms }))
  );
  deepStrictEqual(changes.map(({ change, wallMs, heldMs }) => [change, wallMs, heldMs]), [
    ["begins", 4000, 4000],
    ["ends", 4000, 4000],
    ["begins", 9_003_000, 3000],
    ["ends", 9_003_000, 3000],
    ["begins", 5000, 4000],
  ]);
});

Deno.test("what the first sample of a further recording has is new, if it is", () => {
  const when = new When(parseCondition("new process", null), null, CHOICE, (_, { name }) => name);
  const taken = [["a", 0], ["a", 1], ["b", 0], ["b", 1], ["a", 0]] as const;
  const changes = taken.flatMap(([process, number]) => when.take(fakeSample([{ process }], { number })));
  deepStrictEqual(changes.map(({ facts }) => facts), ["b"]);
});

Deno.test("each of many flows has its own time", () => {
  const many = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({ pid: from + i, cookie: from + i, rxDelta: 2001 }));
  const changes = played("rx/s>2000 for 1s", [[0, many(1, 5001)], [700, many(1, 7002)], [1000, many(3, 7002)], [
    1700,
    many(
      3,
      7002,
    ),
  ], [1900, []]]);
  const told = (ms: number, change: string) => changes.filter((one) => one[0] === ms && one[1] === change).length;
  deepStrictEqual([told(1000, "begins"), told(1700, "begins"), told(1900, "ends")], [4998, 2001, 6999]);
  strictEqual(changes.length, 2 * 6999);
});

Deno.test("a flow that ended within the sample counts where no time is asked for", () => {
  const ended = { ...busy, closed: true };
  deepStrictEqual(played("rx/s>1000", [[0, []], [1000, [ended]], [2000, []]]), [
    [1000, "begins", 1, 0],
    [2000, "ends", 1, 1000],
  ]);
  deepStrictEqual(played("rx/s>1000 for 1s", [[0, [busy]], [1000, [ended]], [2000, []]]), []);
});

Deno.test("groups are judged by their sums, all flows by their number", () => {
  const of = (process: string, count: number, rxDelta: number) =>
    Array.from(
      { length: count },
      (_, i) => ({ process, cookie: process.length * 1000 + i, rxDelta, state: "CLOSE_WAIT" }),
    );
  const steps = [[0, of("a", 3, 40)], [1000, [...of("a", 3, 34), ...of("bb", 4, 25)]], [
    2000,
    of("bb", 5, 25),
  ]] as const;
  deepStrictEqual(
    played("rx/s>100", steps, "process"),
    [
      [0, "begins", "a 3", 0],
      [1000, "ends", "a 3", 1000].with(1, "ends"),
      [2000, "begins", "bb 5", 0],
    ].filter(([ms]) => ms !== 1000).toSpliced(1, 0, [2000, "ends", "a 3", 2000]),
  );
  deepStrictEqual(played("flows>3 and state:close-wait", steps, "process"), [[1000, "begins", "bb 4", 0]]);
  deepStrictEqual(played("flows>5 and state:close-wait", steps), [[1000, "begins", 7, 0], [2000, "ends", 5, 1000]]);
  deepStrictEqual(played("flows<4", [[0, of("a", 3, 1)], [1000, of("a", 4, 1)], [2000, []]], "process"), [
    [0, "begins", "a 3", 0],
    [1000, "ends", "a 4", 1000],
  ]);
  deepStrictEqual(played("flows>5 and state:listen", steps), []);
  deepStrictEqual(played("flows<5 and state:close-wait", steps), [[0, "begins", 3, 0], [1000, "ends", 7, 1000]]);
  deepStrictEqual(
    played("totals.flows>6 for 1s", [[0, steps[1][1]], [999, steps[1][1]], [1000, [OTHERS]], [2000, []]]),
    [],
  );
});

Deno.test("what is new is told once, and nothing that the first sample had", () => {
  const flow = (process: string, address: string) => ({ process, remote: [address, 443] as const });
  const steps = [
    [0, [flow("a", "1.1.1.1")]],
    [1000, [flow("b", "1.1.1.1"), flow("a", "2.2.2.2"), flow("c", "2.2.2.2")]],
    [2000, [flow("a", "1.1.1.1"), flow("b", "3.3.3.3")]],
  ] as const;
  deepStrictEqual(played("new remote", steps), [[1000, "new", "2.2.2.2", 0], [2000, "new", "3.3.3.3", 0]]);
  deepStrictEqual(played("new process", steps), [[1000, "new", "b", 0], [1000, "new", "c", 0]]);
  deepStrictEqual(played("new remote and process=b", steps), [[1000, "new", "1.1.1.1", 0], [
    2000,
    "new",
    "3.3.3.3",
    0,
  ]]);
});

Deno.test("what stands in the file is not new, whatever the first sample has", () => {
  const when = new When(
    parseCondition("new process", null),
    null,
    CHOICE,
    (_, { name }) => name,
    new Set(["a"]),
    false,
  );
  const sample = fakeSample([{ process: "a" }, { process: "b" }], { number: 0 });
  deepStrictEqual([when.take(sample), when.take(sample)].map((all) => all.map(({ facts }) => facts)), [["b"], []]);
});

Deno.test("what a condition holds for is told as it is now, with the figures of now", () => {
  const holding = (text: string, by: Parameters<typeof parseCondition>[1]) => {
    const when = new When(parseCondition(text, by), by, CHOICE, (_, { rows, group }) => [group?.key, rows.length]);
    return [3, 7, 2, 0].map((count, number) => {
      const flows = Array.from({ length: count }, (_, i) => ({ process: "a", cookie: i + 1, rxDelta: 1001 }));
      when.take(fakeSample([...flows, OTHERS], { number, timeNs: NOW_NS + number * 1e9 }));
      return when.holding;
    });
  };
  deepStrictEqual(holding("flows>1", null), [[[undefined, 4]], [[undefined, 8]], [[undefined, 3]], []]);
  deepStrictEqual(holding("rx/s>1000", "process"), [[["a", 3]], [["a", 7]], [["a", 2]], []]);
});
