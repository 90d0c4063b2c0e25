import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { subjectText, whenFacts, whenText, whenVariables } from "../../src/output/when.ts";
import { columnById } from "../../src/view/column.ts";
import { parseCondition } from "../../src/view/condition.ts";
import { groupRows } from "../../src/view/group.ts";
import { fakeSample } from "../view/fake_sample.ts";

const host = (name: string) => ({ name, staleSinceMs: null, aheadMs: 0, version: null });

/** That the condition began to hold for a connection of the second of these hosts; without: of this machine. */
function changeOf(...hosts: string[]) {
  const fleet = hosts.length === 0 ? {} : { fleet: hosts.map(host) };
  const sample = fakeSample([{ process: "curl", pid: 17, local: ["10.0.0.2", 5000], remote: ["1.1.1.1", 443] }], fleet);
  if (hosts.length > 0) sample.flows.host[0] = 2;
  const facts = whenFacts(sample, { of: "flow", rows: [0], group: null, name: null }, null);
  const condition = parseCondition("port:443", null), wallMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  return { condition, change: "begins", wallMs, heldMs: 0, facts } as const;
}

Deno.test("whenText() and whenVariables() name the host where there are several", () => {
  const line = (who: string) => `2026-01-02T03:04:05.000000Z begins port:443  ${who} 10.0.0.2:5000 -> 1.1.1.1:443`;
  strictEqual(whenText(changeOf()), line("curl[17]"));
  strictEqual(whenText(changeOf("a", "d\x1bb")), line("curl[17]@d␛b"));
  const hostIn = (variables: readonly string[]) => variables.filter((one) => one.startsWith("TCPTOP_HOST="));
  deepStrictEqual(hostIn(whenVariables(changeOf())), []);
  deepStrictEqual(hostIn(whenVariables(changeOf("a", "db"))), ["TCPTOP_HOST=db"]);
});

Deno.test("subjectText() counts the flows of a group, or all", () => {
  const sample = fakeSample([{ process: "curl" }, { process: "curl" }]),
    [group] = groupRows(sample, [0, 1], "process", {
      column: columnById("process")!,
      descending: false,
    });
  const text = (rows: readonly number[], of: "all" | "group") =>
    subjectText(whenFacts(sample, { of, rows, group: of === "all" ? null : group, name: null }, "process"));
  deepStrictEqual([text([0, 1], "group"), text([0], "group")], ["process curl, 2 flows", "process curl, 1 flow"]);
  deepStrictEqual([text([0, 1], "all"), text([0], "all"), text([], "all")], ["2 flows", "1 flow", "0 flows"]);
});
