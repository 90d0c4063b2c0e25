import { deepStrictEqual } from "node:assert/strict";
import { acceptQueue } from "../../src/flow/row.ts";
import { AcceptOverflows } from "../../src/flow/overflows.ts";
import { fakeSample } from "../view/fake_sample.ts";

interface Listener {
  readonly cookie: number;
  /** What it has dropped so far. */
  readonly drops: number;
  readonly netns?: number;
  /** It began after tcptop. */
  readonly fresh?: boolean;
}

/** Samples of listeners, and ListenOverflows of each namespace: what is said of each listener. */
class Machine {
  counts: Record<number, number | null> = {};
  asked = 0;
  readonly #overflows = new AcceptOverflows((pid) => {
    this.asked++;
    return this.counts[pid] ?? null;
  });

  /** `exact at most` of each. */
  sample(counts: Record<number, number | null>, ...listeners: Listener[]): string[] {
    this.counts = counts;
    const { flows, length } = fakeSample(
      listeners.map(({ cookie, netns = 1, fresh }) => ({
        cookie,
        pid: netns,
        state: "LISTEN",
        remote: ["0.0.0.0", 0] as const,
        ...fresh ? { ageMs: 100 } : {},
      })),
    );
    listeners.forEach(({ drops, netns = 1 }, row) => {
      flows.unsent[row] = drops;
      flows.limitsKnown[row] = 1;
      flows.netns[row] = netns;
    });
    this.#overflows.judge(flows, length);
    return listeners.map((_, row) => {
      const { overflows, overflows_at_most } = acceptQueue(flows, row)!;
      return `${overflows} ${overflows_at_most}`;
    });
  }
}

Deno.test("AcceptOverflows is exact where drops of all listeners are the namespace's overflows", () => {
  const machine = new Machine();
  deepStrictEqual(machine.sample({ 1: 900 }, { cookie: 1, drops: 307 }, { cookie: 2, drops: 0 }), ["0 0", "0 0"]);
  deepStrictEqual(machine.sample({ 1: 943 }, { cookie: 1, drops: 330 }, { cookie: 2, drops: 20 }), ["23 23", "20 20"]);
  deepStrictEqual(machine.sample({ 1: 943 }, { cookie: 1, drops: 330 }, { cookie: 2, drops: 20 }), ["23 23", "20 20"]);
});

Deno.test("AcceptOverflows asks for no namespace where nothing was dropped", () => {
  const machine = new Machine();
  machine.sample({ 1: 7 }, { cookie: 1, drops: 307 });
  const { asked } = machine;
  for (let i = 0; i < 3; i++) machine.sample({ 1: 7 }, { cookie: 1, drops: 307 });
  deepStrictEqual([asked, machine.asked], [1, 1]);
});

Deno.test("AcceptOverflows says at most where other packets were dropped too, but of the only listener that did", () => {
  const machine = new Machine(), [a, b] = [{ cookie: 1, drops: 0 }, { cookie: 2, drops: 0 }];
  machine.sample({ 1: 0, 2: 0 }, a, b, { cookie: 3, drops: 0, netns: 2 });
  const after = [{ cookie: 1, drops: 11 }, { cookie: 2, drops: 5 }, { cookie: 3, drops: 17, netns: 2 }];
  deepStrictEqual(machine.sample({ 1: 13, 2: 14 }, ...after), ["null 11", "null 5", "null 17"]);
  deepStrictEqual(machine.sample({ 1: 13, 2: 14 }, ...after), ["null 11", "null 5", "14 14"]);
  // It stays a bound for the two, whatever comes.
  const later = [{ cookie: 1, drops: 12 }, { cookie: 2, drops: 5 }, { cookie: 3, drops: 18, netns: 2 }];
  deepStrictEqual(machine.sample({ 1: 14, 2: 15 }, ...later), ["null 12", "null 5", "15 15"]);
});

Deno.test("AcceptOverflows is not misled by counts that were read a moment apart while connections are turned away", () => {
  const machine = new Machine();
  machine.sample({ 1: 100 }, { cookie: 1, drops: 0 });
  deepStrictEqual(machine.sample({ 1: 145 }, { cookie: 1, drops: 43 }), ["43 43"]);
  deepStrictEqual(machine.sample({ 1: 190 }, { cookie: 1, drops: 89 }), ["89 89"]);
  deepStrictEqual(machine.sample({ 1: 190 }, { cookie: 1, drops: 90 }), ["90 90"]);
});

Deno.test("AcceptOverflows says at most where the namespace cannot be asked, and none where nothing was dropped", () => {
  const machine = new Machine();
  deepStrictEqual(machine.sample({}, { cookie: 1, drops: 5 }, { cookie: 2, drops: 0 }), ["0 0", "0 0"]);
  deepStrictEqual(machine.sample({}, { cookie: 1, drops: 12 }, { cookie: 2, drops: 0 }), ["null 7", "0 0"]);
});

Deno.test("AcceptOverflows counts a listener that began after tcptop from its beginning, and one modulo 2^32", () => {
  const machine = new Machine(), old = { cookie: 1, drops: 2 ** 32 - 3 };
  machine.sample({ 1: 50 }, old);
  const fresh = { cookie: 2, drops: 6, fresh: true };
  deepStrictEqual(machine.sample({ 1: 56 }, old, fresh), ["0 0", "6 6"]);
  deepStrictEqual(machine.sample({ 1: 61 }, { cookie: 1, drops: 2 }, fresh), ["5 5", "6 6"]);
});

Deno.test("AcceptOverflows gives to nobody what a listener that has gone may have turned away", () => {
  const machine = new Machine();
  machine.sample({ 1: 0 }, { cookie: 1, drops: 0 }, { cookie: 2, drops: 0 });
  deepStrictEqual(machine.sample({ 1: 9 }, { cookie: 2, drops: 4 }), ["null 4"]);
  deepStrictEqual(machine.sample({ 1: 9 }, { cookie: 2, drops: 4 }), ["null 4"]);
  deepStrictEqual(machine.sample({ 1: 12 }, { cookie: 3, drops: 3, fresh: true }), ["3 3"]);
});
