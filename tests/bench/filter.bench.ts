/** deno bench: a filter over 10,000 flows. The screen draws at most four times a second; 10 ms is what it may take of that. */
import { compileFilter } from "../../src/view/filter/compile.ts";
import { parseFilter } from "../../src/view/filter/parse.ts";
import { type FakeFlow, fakeSample } from "../view/fake_sample.ts";

const flows = Array.from({ length: 10000 }, (_, i): FakeFlow => ({
  process: `process-${i % 300}`,
  local: [i % 3 ? "10.1.2.3" : "2001:db8::1", 1024 + i % 60000],
  remote: [i % 3 ? `10.${i >> 8 & 255}.${i & 255}.9` : `2001:db8::${(i % 4000).toString(16)}:7`, 443],
  rttUs: i,
}));
const sample = fakeSample(flows);

for (
  const text of ["nothing", "2001:db8::9", "remote:10.7.0.0/16 or process:s-29", "not (port:80 rtt>5ms or user:bob)"]
) {
  const test = compileFilter(parseFilter(text)!);
  Deno.bench({
    name: text,
    group: "filter, 10,000 flows",
    fn() {
      for (let row = 0; row < sample.length; row++) test(sample, row);
    },
  });
}
