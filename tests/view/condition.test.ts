import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { parseCondition } from "../../src/view/condition.ts";

const kind = (text: string, by: Parameters<typeof parseCondition>[1] = null) => {
  const { of, forNs, rows, listeners } = parseCondition(text, by);
  return [of, forNs, rows !== null, listeners];
};

Deno.test("parseCondition() knows what a condition holds for, and for how long", () => {
  deepStrictEqual(kind("rx/s>100MiB for 30s"), ["flow", 30e9, true, false]);
  deepStrictEqual(kind("rtt>50ms FOR 3s"), ["flow", 3e9, true, false]);
  deepStrictEqual(kind("sport:5432 and state:listen for 250ms"), ["flow", 250e6, true, true]);
  deepStrictEqual(kind("flows>1000 and state:close-wait"), ["all", 0, true, false]);
  deepStrictEqual(kind("flows>1000 and state:close-wait for 1.5m", "process"), ["group", 90e9, true, false]);
  deepStrictEqual(kind("rx/s>1MiB or flows>3", "process"), ["group", 0, false, false]);
  deepStrictEqual(kind("state:close-wait", "process"), ["group", 0, true, false]);
  deepStrictEqual(kind("totals.closed>100 for 1h"), ["all", 3600e9, false, false]);
  deepStrictEqual(kind("health.events_lost>0 or health.self_rss_bytes>200MiB", "process"), ["all", 0, false, false]);
  deepStrictEqual(kind("new remote"), ["remote", 0, false, false]);
  deepStrictEqual(kind("new process and user:ann"), ["process", 0, true, false]);
  deepStrictEqual(kind("NEW remote (dport:443 or dport:80)"), ["remote", 0, true, false]);
  // Words, not a question for what is new; and a time that is a part of a word.
  deepStrictEqual(kind('"new" remotes'), ["flow", 0, true, false]);
  deepStrictEqual(kind("new york port:443"), ["flow", 0, true, false]);
  for (
    const text of ['"new"', '"new" and port:1', 'port:1 and "new"', "process:new", 'new "york"', "port:1 new york"]
  ) {
    deepStrictEqual(kind(text), ["flow", 0, true, false], text);
  }
  deepStrictEqual(kind("wait for it"), ["flow", 0, true, false]);
});

Deno.test("parseCondition() says what is wrong, and where", () => {
  const wrong = (text: string, sentence: RegExp, position: number, by: Parameters<typeof parseCondition>[1] = null) =>
    throws(() => parseCondition(text, by), (error: unknown) => {
      const { problem, position: at } = error as { problem: string; position: number };
      strictEqual(sentence.test(problem), true, problem);
      strictEqual(at, position);
      return true;
    });
  wrong("", /a condition must stand here/, 0);
  wrong("flows>3 or state:listen", /'or' and 'not' cannot join what holds of all flows/, 0);
  wrong("rx/s>1 or rtt>1ms", /'or' and 'not' cannot join what holds of a group/, 0, "process");
  wrong("new remotes", /behind 'new' stands remote or process/, 0);
  for (
    const text of ["new", " NEW ", "new and port:17001", "new port:17001", "new or a", "new (a or b)", "new for 3s"]
  ) {
    wrong(text, /behind 'new' stands remote or process/, text.search(/\S/));
  }
  for (const text of ["new remotes and port:443", "new rx/s>1MiB", "new not a", "new process:curl", "new !a"]) {
    wrong(text, /behind 'new' stands remote or process/, 0);
  }
  wrong("port:1 and new", /behind 'new' stands remote or process/, 11);
  wrong("not (a new)", /behind 'new' stands remote or process/, 7);
  wrong("port:1 and new remote", /'new …' stands at the beginning, and once/, 11);
  wrong("new remote and new process", /'new …' stands at the beginning, and once/, 15);
  wrong("rx/s>1 MiB for 3s", /write rx\/s>1MiB;/, 7);
  wrong("new foo", /behind 'new' stands remote or process/, 0);
  wrong("rtt>1ms for", /behind 'for' stands a time/, 11);
  wrong("rtt>1ms for 3", /'3' is no time such as 500ms/, 12);
  wrong("rtt>1ms for 25h", /a day at most/, 12);
  for (const text of ["rtt>1ms for 2 s", "rtt>1ms for -1s", "rtt>1ms for 2s and tcp", "rtt>1ms (for 2s)"]) {
    wrong(text, /'for' and a time such as 30s stand at the end/, text.indexOf("for"));
  }
  wrong("new remote for 3s", /it takes no 'for'/, 10);
  wrong("new remote and rtx>3", /'rtx' cannot be compared/, 15);
  wrong("totals.nothing>3", /'totals.nothing' cannot be compared/, 0);
  wrong("totals.flows:3", /no field is called 'totals.flows'/, 0);
  wrong("totals.flows>3ms", /'ms' is no unit here/, 13);
});
