import { deepStrictEqual } from "node:assert/strict";
import { Watch } from "../../src/app/watch.ts";

/** A watch whose time goes on when told, and what it has done so far. */
function watched() {
  const done: string[] = [], timers = new Set<{ ms: number; call: () => void }>(), time = { ms: 0 };
  const after = (ms: number, call: () => void) => {
    const timer = { ms, call };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const pass = () => {
    const [timer] = timers;
    timers.delete(timer);
    time.ms += timer.ms;
    timer.call();
  };
  const watch = new Watch(() => done.push("ask"), () => done.push("gone"), after, () => time.ms);
  return { done, timers, time, pass, watch };
}

Deno.test("Watch asks after silence, and gives up when no answer comes", () => {
  const { watch, done, pass, timers } = watched();
  watch.heard();
  pass();
  deepStrictEqual(done, ["ask"]);
  pass();
  deepStrictEqual([done, timers.size], [["ask", "gone"], 0]);
});

Deno.test("Watch is satisfied by an answer, and begins again", () => {
  const { watch, done, pass } = watched();
  watch.heard();
  pass();
  watch.heard();
  pass();
  deepStrictEqual(done, ["ask", "ask"]);
});

Deno.test("Watch has one timer for many words, and asks when the last of them is long past", () => {
  const { watch, done, time, timers, pass } = watched();
  watch.heard();
  const [first] = timers;
  time.ms = 4_000;
  watch.heard();
  deepStrictEqual([...timers], [first]);
  time.ms = 0;
  pass();
  deepStrictEqual([done, [...timers].map(({ ms }) => ms)], [[], [4_000]]);
  pass();
  deepStrictEqual([done, time.ms], [["ask"], 14_000]);
});

Deno.test("Watch does nothing before the first word and after its stop", () => {
  const { watch, timers } = watched();
  deepStrictEqual(timers.size, 0);
  watch.heard();
  watch.stop();
  deepStrictEqual(timers.size, 0);
});
