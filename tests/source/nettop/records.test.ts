import { strictEqual } from "node:assert/strict";
import { stateNumber } from "../../../src/source/nettop/records.ts";
import { TCP_STATES } from "../../../src/view/flow.ts";

Deno.test("stateNumber() gives the state that the view names alike", () => {
  const names = {
    Established: "ESTABLISHED",
    Listen: "LISTEN",
    TimeWait: "TIME_WAIT",
    CloseWait: "CLOSE_WAIT",
    Closed: "CLOSED",
  };
  for (
    const [name, shown] of Object.entries({
      ...names,
      FinWait1: "FIN_WAIT1",
      FinWait2: "FIN_WAIT2",
      LastAck: "LAST_ACK",
    })
  ) {
    strictEqual(TCP_STATES[stateNumber(name)], shown);
  }
});

Deno.test("stateNumber() does not guess at a state that it does not know", () => {
  strictEqual(stateNumber("Wondering"), 0);
  strictEqual(stateNumber(null), 0);
});
