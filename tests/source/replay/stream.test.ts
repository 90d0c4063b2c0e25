import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { TcptopError } from "../../../src/errors.ts";
import { openStream } from "../../../src/source/replay/platform.ts";
import { counters, ended, join, live, opened, tick } from "../../support/records.ts";
import { HOST, record, type Step } from "../../support/recording.ts";
import { parts } from "../../support/parts.ts";

const STEPS: Step[] = [
  { snapshot: [join(live({ cookie: 1, uid: 1000 }), tick(1000))] },
  { drained: [opened({ cookie: 2, timeNs: 1500 })] },
  { drained: [ended({ cookie: 2, timeNs: 1700, rxBytes: 1009 })] },
  { snapshot: [join(counters({ cookie: 1, rxBytes: 10007 }), tick(2_000_000_000))] },
];

/** The records of a stream, sample by sample, as the Worker's loop would have them. */
async function play(read: (buffer: Uint8Array) => Promise<number | null>) {
  const options = { path: "standard input", paced: false }, samples: number[][] = [[]];
  const platform = await openStream(read, options, () => performance.now()), source = platform.openSource();
  const sink = (records: Uint8Array) => samples.at(-1)!.push(...records);
  for (let more = true; more;) {
    if (source.pace!.hasNews) {
      source.snapshot(sink);
      samples.push([]);
    }
    more = await source.wait(100);
    source.drain(sink);
  }
  return { host: platform.host, samples, user: await platform.userName(1000) };
}

const bytesOf = (...records: readonly Uint8Array[]) => [...join(...records)];

Deno.test("a recording that comes in parts of any size is played as the file is", async () => {
  const bytes = await record(STEPS);
  const whole = [
    bytesOf(...STEPS[0].snapshot!),
    bytesOf(...STEPS[1].drained!, ...STEPS[2].drained!, ...STEPS[3].snapshot!),
    [],
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 9 }), async (sizes) => {
      deepStrictEqual(await play(parts(bytes, sizes)), { host: HOST, samples: whole, user: "ann" });
    }),
    { numRuns: 20 },
  );
});

Deno.test("a recording that comes is told of as far as it is whole, and then that it was cut short", async () => {
  const bytes = await record(STEPS);
  for (const length of [0, 7, 31, 40, bytes.length - 1]) {
    await rejects(play(parts(bytes.subarray(0, length), [11])), (error) => {
      ok(error instanceof TcptopError);
      ok(/^standard input (is empty|was cut short|is not a recording)/.test(error.message), error.message);
      return true;
    });
  }
  await rejects(play(parts(new TextEncoder().encode("sudo: a password is required\n".repeat(9)), [64])), {
    message: "standard input is not a recording of tcptop",
  });
});

Deno.test("a recording that is cut short while more of it is waited for is told of too", async () => {
  const bytes = await record(STEPS), begin = parts(bytes.subarray(0, -1), [1 << 16]);
  const { promise: end, resolve } = Promise.withResolvers<null>();
  const read = async (buffer: Uint8Array) => await begin(buffer) ?? await end;
  const platform = await openStream(read, { path: "standard input", paced: false }, () => performance.now());
  const source = platform.openSource();
  for (let samples = 0; samples < 2; source.drain(() => {})) {
    if (source.pace!.hasNews) {
      source.snapshot(() => {});
      samples++;
    }
    strictEqual(await source.wait(1), true);
  }
  const waits = source.wait(100);
  resolve(null);
  await rejects(waits, { message: /^standard input was cut short: what is whole, up to byte \d+, was used$/ });
});

Deno.test("what has been read ahead of a recording that comes is bounded, and names are waited for", async () => {
  const bytes = await record([...STEPS, { drained: Array<Uint8Array>(64).fill(join(...Array(1500).fill(opened()))) }]);
  let read = 0;
  const begin = parts(bytes, [1 << 16]);
  const forever = async (buffer: Uint8Array) => {
    const some = await begin(buffer);
    if (some !== null) read += some;
    // Never an end: as of a recorder that goes on.
    return some ?? await new Promise<number>(() => {});
  };
  const platform = await openStream(forever, { path: "standard input", paced: false }, () => performance.now());
  const source = platform.openSource();
  await source.wait(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  ok(read < bytes.length && read <= (8 << 20) + (5 << 20), `${read} of ${bytes.length} bytes were read ahead`);
  strictEqual(await platform.userName(1000), "ann");
  const unknown = platform.userName(4711);
  ok(unknown instanceof Promise);
  await source.close();
  strictEqual(await source.wait(1), false);
});
