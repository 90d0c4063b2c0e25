import { deepStrictEqual } from "node:assert/strict";
import { type RunFacts, runSummary } from "../../src/output/run_summary.ts";
import { Seen } from "../../src/output/seen.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { type FakeFlow, fakeSample } from "../view/fake_sample.ts";

const all = ({ length }: Sample) => [...Array(length).keys()];
const RUN: RunFacts = { words: ["npm", "test"], status: 0, signal: null, ms: 12_400 };

function summary(
  flows: readonly FakeFlow[],
  facts: Partial<RunFacts> = {},
  more: Partial<Sample> = {},
) {
  const seen = new Seen(all);
  seen.add(fakeSample(flows, more));
  return runSummary(seen, { ...RUN, ...facts });
}

Deno.test("runSummary() has a line for each process and peer, the most bytes first, and one for what stays inside", () => {
  deepStrictEqual(
    summary([
      { process: "curl", remote: ["1.1.1.1", 443], rx: 10, tx: 3, closed: true },
      { process: "curl", remote: ["1.1.1.1", 443], established: false, closed: true },
      { process: "日本", remote: ["2001:db8::1", 80], local: ["2001:db8::2", 5], rx: 2048 },
      { process: "sshd", remote: ["9.9.9.9", 5555], local: ["10.0.0.2", 22], direction: "in", rx: 1 },
      { process: "node", remote: ["127.0.0.1", 80], inside: true, rx: 7 },
    ]),
    [
      "tcptop: npm test ended with status 0 after 12s",
      "  日本  [2001:db8::1]:80/tcp    1 flow  in 2.00 KiB  out 0 B",
      "  curl  1.1.1.1:443/tcp         2 flows, 1 failed  in 10 B  out 3 B",
      "  sshd  9.9.9.9 to port 22/tcp  1 flow  in 1 B  out 0 B",
      "  never left this machine: 1 flow  in 7 B  out 0 B",
    ],
  );
});

Deno.test("runSummary() says how it ended, what was lost, and makes names harmless", () => {
  const [head, nothing, ...rest] = summary([], { words: ["x\x1b[2J"], signal: 15 }, {
    health: { ...fakeSample([]).health, eventsLost: 3 },
    source: { ...fakeSample([]).source, notes: [{ code: "a", message: "Something is missing", remedy: "Mend it" }] },
  });
  deepStrictEqual([head, nothing], ["tcptop: x␛[2J ended by signal 15 after 12s", "  nothing left this machine"]);
  deepStrictEqual(rest, [
    "! 3 records were lost on this machine meanwhile: --ring-size makes room",
    "! Something is missing. Mend it",
  ]);
});

Deno.test("runSummary() tells thirty lines, and the rest together", () => {
  const lines = summary([...Array(40).keys()].map((i): FakeFlow => ({ remote: [`1.1.1.${i}`, 443], rx: 100 - i })));
  deepStrictEqual([lines.length, lines.at(-1)], [32, "  and 10 further: 10 flows  in 655 B  out 0 B"]);
});

Deno.test("runSummary() of what was not watched to its end says until when it was, and what was seen until then", () => {
  const cut = (flows: readonly FakeFlow[]) => {
    const seen = new Seen(all);
    seen.add(fakeSample(flows, { wallMs: Date.UTC(2026, 0, 2, 3, 4, 5, 999) }));
    seen.isCut = true;
    return runSummary(seen, RUN);
  };
  const head = [
    "tcptop: npm test ended with status 0 after 12s",
    "! Watching failed: what came after 2026-01-02 03:04:05 UTC is not known",
  ];
  deepStrictEqual(cut([]), [...head, "  nothing was seen to leave this machine"]);
  deepStrictEqual(cut([{ process: "curl", remote: ["1.1.1.1", 443], rx: 10 }]), [
    ...head,
    "  curl  1.1.1.1:443/tcp  1 flow  in 10 B  out 0 B",
  ]);
});
