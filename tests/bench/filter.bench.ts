/** deno bench: a filter over all flows. The screen draws at most four times a second; 10 ms is what 10,000 flows may take of that. */
import { compileFilter } from "../../src/view/filter/compile.ts";
import { parseFilter } from "../../src/view/filter/parse.ts";
import { manyFlows, SIZES } from "./flows.ts";

const TEXTS = ["nothing", "2001:db8::9", "remote:10.7.0.0/16 or process:s-29", "not (port:80 rtt>5ms or user:bob)"];

for (const size of SIZES) {
  const sample = manyFlows(size);
  for (const text of TEXTS) {
    const test = compileFilter(parseFilter(text)!);
    Deno.bench({
      name: text,
      group: `filter, ${size} flows`,
      fn() {
        for (let row = 0; row < sample.length; row++) test(sample, row);
      },
    });
  }
}
