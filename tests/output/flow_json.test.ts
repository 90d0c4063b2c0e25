import { ByteText } from "../../src/output/byte_text.ts";
import { flowFacts } from "../../src/output/flow_facts.ts";
import { FlowJson } from "../../src/output/flow_json.ts";
import { BESIDE, compareLines, DROPS, ODD, oddRows } from "../support/odd_rows.ts";
import { fakeSample } from "../view/fake_sample.ts";

const ROWS = 5000;
const COMMANDS = new Map([[7, { startNs: 0, line: ODD }], [1234, { startNs: 1000, line: "curl -v" }]]);

Deno.test("FlowJson.put() writes what JSON.stringify() would", () => {
  for (const beside of [...BESIDE, { ...BESIDE.at(-1), commands: COMMANDS, intervalMs: 999.7 }, { intervalMs: 0 }]) {
    const flows = oddRows(ROWS), more = { dropsKnown: true, drops: new Map([[1, DROPS]]), ...beside };
    // The two ends of connections stand anywhere.
    flows.pair.forEach((_, row) => flows.pair[row] = row % 3 === 0 ? 0 : row % (ROWS / 2) + 1);
    const sample = { ...fakeSample([], more), flows, length: ROWS }, json = new FlowJson(), to = new ByteText();
    json.begin();
    const wanted = Array.from({ length: ROWS }, (_, row) => {
      json.put(to, sample, row);
      to.text("\n");
      return JSON.stringify(flowFacts(sample, row));
    });
    compareLines(new TextDecoder().decode(to.bytes), wanted);
  }
});
