import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Decoder } from "../../../src/decode/decode.ts";
import { unpackFlows } from "../../../src/flow/columns.ts";
import { FlowTables } from "../../../src/flow/tables.ts";
import { FrameAssembler } from "../../../src/source/nettop/frames.ts";
import { Tracker } from "../../../src/source/nettop/tracker.ts";
import { PlayedMac, type Step } from "./played.ts";

const step: fc.Arbitrary<Step> = fc.record({
  births: fc.array(fc.constantFrom("tcp", "udp", "quic", "listener", "equal"), { maxLength: 2 }),
  deeds: fc.array(
    fc.record({
      who: fc.nat(40),
      what: fc.constantFrom(
        "move",
        "zero",
        "minus",
        "low",
        "no rx",
        "empty",
        "left out",
        "left out",
        "end",
        "closed",
        "pass",
      ),
      amount: fc.nat(5000),
    }),
    { maxLength: 12 },
  ),
  noise: fc.boolean(),
  restart: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  turn: fc.nat(7),
});
const QUIET: Step = { births: [], deeds: [], noise: false, restart: false, turn: 0 };
const OLD: Step = { ...QUIET, births: ["tcp", "tcp", "udp", "quic", "listener", "equal", "equal", "equal"] };

/** Everything between nettop's lines and samples, on the played frames. */
function play(steps: readonly Step[]) {
  const mac = new PlayedMac(), tables = new FlowTables(), decoder = new Decoder(tables);
  const tracker = new Tracker({ uidOf: () => null, interfaceIndex: () => 0 });
  const sums = new Map<number, { rx: number; tx: number }>(), total = { opened: 0, closed: 0, failed: 0 };
  let second = 0, number = 0, ignored = 0, frames = assembler();

  function assembler() {
    return new FrameAssembler((frame) => {
      number = frame.number;
      tracker.apply(frame);
      if (!frame.isPreliminary && frame.isWhole) sample();
    }, number);
  }
  function sample() {
    tracker.snapshot((bytes) => void decoder.decode(bytes), second * 1e9, second * 1e9);
    const sample = tables.takeSample(), { length } = sample, flows = unpackFlows(sample.flows, length);
    total.opened += sample.opened;
    total.closed += sample.closed;
    total.failed += sample.failed;
    for (let i = 0; i < length; i++) {
      const port = flows.localPort[i], sum = sums.get(port) ?? { rx: 0, tx: 0 };
      sums.set(port, { rx: sum.rx + flows.rxDelta[i], tx: sum.tx + flows.txDelta[i] });
      const socket = mac.sockets.find((socket) => socket.port === port && socket.isListed)!;
      if (!flows.closed[i]) {
        strictEqual(flows.tgid[i], socket.shownPid, `process of ${socket.label} in frame ${number}`);
      }
    }
  }
  for (const [i, each] of [{ ...OLD, deeds: [] }, ...steps, QUIET, QUIET, QUIET, QUIET].entries()) {
    second++;
    if (each.restart) {
      ignored += frames.ignored;
      frames = assembler();
    }
    const lines = mac.frame(each, i > steps.length);
    for (const line of lines) frames.line(line, second * 1e9);
    frames.end();
  }
  strictEqual(decoder.invalid, 0);
  return { mac, sums, total, ignored: ignored + frames.ignored };
}

Deno.test("over random frames the sums of deltas are the growth of the played counters, and nothing opens, ends or changes hands that did not", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 30 }), (steps) => {
      const { mac, sums, total, ignored } = play(steps);
      deepStrictEqual(total, { opened: mac.opened, closed: mac.closed, failed: 0 });
      strictEqual(ignored, mac.noise);
      const expected = new Map<number, { rx: number; tx: number }>();
      for (const { port, seen, before } of mac.sockets) {
        const sum = expected.get(port) ?? { rx: 0, tx: 0 };
        if (before !== null) expected.set(port, { rx: sum.rx + seen.rx - before.rx, tx: sum.tx + seen.tx - before.tx });
      }
      deepStrictEqual(new Map([...sums].sort()), new Map([...expected].sort()));
    }),
    { numRuns: 500 },
  );
});
