import { deepStrictEqual } from "node:assert/strict";
import { Naming } from "../../src/app/naming.ts";
import { Columns, FLOW_SCHEMA } from "../../src/flow/columns.ts";
import type { EventArrays } from "../../src/flow/event_log.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import type { Platform } from "../../src/source/platform.ts";
import { OwnerHow } from "../../src/wire/layout.ts";

const ROWS = 2;

/** Flows of these processes, a uid each. */
function flowsOf(...owners: readonly (readonly [pid: number, uid: number])[]): EventArrays {
  const columns = new Columns(FLOW_SCHEMA);
  for (const [pid, uid] of owners) {
    const row = columns.add(), { tgid, ownerStartNs, how } = columns.arrays;
    [tgid[row], columns.arrays.uid[row], ownerStartNs[row], how[row]] = [pid, uid, 5, OwnerHow.connect];
  }
  return { ...columns.arrays, timeNs: new Float64Array(ROWS), alike: new Uint16Array(ROWS) } as unknown as EventArrays;
}

Deno.test("Naming tells each name once, whether a sample or events need it first", async () => {
  const asked: string[] = [], names: [number, string][] = [[7, "seven"]];
  const platform = {
    userName: (uid: number) => (asked.push(`user ${uid}`), `user${uid}`),
    commandLine: (pid: number) => (asked.push(`command ${pid}`), `sleep ${pid}`),
    newProcessNames: () => names.splice(0),
  } as unknown as Platform;
  const tables = new FlowTables(null), naming = new Naming(platform, () => tables, true);
  const told = ({ users, commands, processes }: ReturnType<typeof naming.ofFlows>) => ({ users, commands, processes });

  const flows = flowsOf([31, 1], [32, 1]);
  await naming.askUsers(flows, ROWS);
  deepStrictEqual(told(naming.ofFlows(flows, ROWS)), {
    users: [[1, "user1"]],
    commands: [[31, 5, "sleep 31"], [32, 5, "sleep 32"]],
    processes: [[7, "seven"]],
  });
  deepStrictEqual(told(naming.ofEvents(flowsOf([32, 1], [33, 2]), ROWS)), {
    users: [[2, "user2"]],
    commands: [[33, 5, "sleep 33"]],
    processes: [],
  });
  deepStrictEqual(told(naming.ofFlows(flowsOf([33, 2], [31, 1]), ROWS)), { users: [], commands: [], processes: [] });
  deepStrictEqual(asked, ["user 1", "command 31", "command 32", "user 2", "command 33"]);
});

Deno.test("Naming has no command lines where nobody wants them, and asks the tables that count now", () => {
  const tables = [new FlowTables(null), new FlowTables(null)], asked: FlowTables[] = [];
  const naming = new Naming(
    { userName: () => null } as unknown as Platform,
    () => (asked.push(tables[0]), tables[0]),
    false,
  );
  const flows = flowsOf([31, 1], [32, 1]);
  deepStrictEqual(naming.ofFlows(flows, ROWS).commands, null);
  tables.shift();
  asked.length = 0;
  naming.ofFlows(flows, ROWS);
  deepStrictEqual(new Set(asked), new Set(tables));
});
