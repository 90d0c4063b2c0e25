import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Account } from "../../../src/app/otlp/account.ts";
import { otlpConfig } from "../../../src/app/otlp/config.ts";
import { type Outcome, retryAfterMs } from "../../../src/app/otlp/post.ts";
import { Queue } from "../../../src/app/otlp/queue.ts";
import { Sender } from "../../../src/app/otlp/sender.ts";
import type { Signal } from "../../../src/output/otlp/encode.ts";

const CONFIG = otlpConfig({ url: "http://user:secret@h:1", logs: true }, () => undefined, () => "");
const request = (items: number, bytes: number, signal: Signal = "logs") => (
  { signal, items, body: new Uint8Array(bytes) }
);

/** A sender whose requests are answered by hand, and whose pauses end at once. */
function scene() {
  const account = new Account(CONFIG), queue = new Queue((waiting) => account.lost(waiting), 100, 1);
  const pauses: number[] = [], posted: number[] = [];
  let answer = Promise.withResolvers<Outcome>(), asked = Promise.withResolvers<void>();
  const poster = {
    post: (body: Uint8Array, stopped: AbortSignal) => {
      posted.push(body.length);
      asked.resolve();
      stopped.addEventListener(
        "abort",
        () => answer.resolve({ kind: "again", why: "stopped", answered: false, afterMs: null }),
      );
      return answer.promise;
    },
    close: () => {},
  };
  const after = (ms: number, call: () => void) => {
    pauses.push(ms);
    queueMicrotask(call);
    return () => {};
  };
  const sender = new Sender("logs", queue, poster, account, after, () => 1);
  return {
    account,
    queue,
    pauses,
    posted,
    sender,
    asked: () => asked.promise,
    /** Answers the request that is under way, and waits for the next one. */
    async answer(outcome: Outcome): Promise<void> {
      const { resolve } = answer;
      answer = Promise.withResolvers();
      asked = Promise.withResolvers();
      resolve(outcome);
      await asked.promise;
    },
    last: (outcome: Outcome) => answer.resolve(outcome),
  };
}

const again = (afterMs: number | null, answered = true): Outcome => ({
  kind: "again",
  why: "it answers 503",
  answered,
  afterMs,
});
const SENT: Outcome = { kind: "sent", refused: 0, why: "" };

Deno.test("Sender tries again, later each time or when it was asked to, and goes on in order", async () => {
  const { queue, sender, pauses, posted, account, ...rest } = scene();
  queue.add(request(23, 11));
  queue.add(request(31, 13));
  sender.wake();
  await rest.asked();
  for (const afterMs of [null, null, 7000, 1e9, null]) await rest.answer(again(afterMs));
  deepStrictEqual(pauses, [1000, 2000, 7000, 300_000, 16_000]);
  strictEqual(account.notes(queue)[0].message, "54 log records wait for http://h:1/v1/logs: it answers 503");
  await rest.answer(SENT);
  rest.last({ kind: "sent", refused: 5, why: "too old" });
  await sender.stop();
  deepStrictEqual(posted, [11, 11, 11, 11, 11, 11, 13]);
  strictEqual(account.allLost, 5);
  deepStrictEqual(account.sentences(), [
    "5 log records did not arrive at http://h:1/v1/logs: it takes a part only: too old",
  ]);
});

Deno.test("Sender drops what is refused for good, and stop() breaks off what is under way", async () => {
  const { queue, sender, account, ...rest } = scene();
  for (const items of [23, 31]) queue.add(request(items, 11));
  sender.wake();
  await rest.asked();
  await rest.answer({ kind: "refused", why: "it answers 404" });
  account.ending = true;
  await sender.stop();
  queue.clear();
  deepStrictEqual(account.losses().filter(({ count }) => count > 0), [
    { signal: "logs", why: "refused", count: 23 },
    { signal: "logs", why: "end", count: 31 },
  ]);
  deepStrictEqual([queue.size, queue.bytes], [0, 0]);
});

Deno.test("Queue never holds more than it may: the oldest go, but for what is under way", () => {
  const lost: number[] = [], queue = new Queue(({ items }) => lost.push(items), 100, 1);
  for (const items of [1, 2, 3]) queue.add(request(items, 31));
  queue.add(request(4, 7, "metrics"));
  const first = queue.take("logs")!;
  queue.add(request(5, 31));
  deepStrictEqual([first.items, lost, queue.bytes], [1, [2], 100]);
  queue.again(first);
  queue.add(request(6, 31));
  deepStrictEqual([lost, queue.bytes, queue.items("logs"), queue.items("metrics")], [[2, 1], 100, 14, 4]);
  queue.add(request(7, 101));
  deepStrictEqual([lost, queue.size], [[2, 1, 3, 4, 5, 6, 7], 0]);
});

Deno.test("Queue keeps bodies of its own, in memory that it uses again", () => {
  const queue = new Queue(() => {}, 100, 10), body = new Uint8Array([1, 2, 3]);
  queue.add({ signal: "logs", items: 1, body });
  body.fill(9);
  const first = queue.take("logs")!;
  deepStrictEqual([[...first.body], queue.bytes], [[1, 2, 3], 10]);
  queue.done(first);
  queue.add(request(1, 7));
  strictEqual(queue.take("logs")!.body.buffer, first.body.buffer);
  queue.add(request(1, 11));
  strictEqual(queue.bytes, 30);
});

Deno.test("Queue takes little memory for what waits long, and gives each request as it came", () => {
  const lost: number[] = [], plain = 4 << 10, most = 64 << 10;
  const queue = new Queue(({ items }) => lost.push(items), most, 1 << 10, plain);
  const bodyOf = (items: number) =>
    new TextEncoder().encode(`${items} of what is much the same `.repeat(100)).slice(0, 2048);
  for (let items = 1; items <= 40; items++) {
    queue.add({ signal: "logs", items, body: bodyOf(items) });
    ok(queue.bytes <= most && queue.memoryBytes <= plain + most / 8, `${queue.memoryBytes} bytes`);
  }
  deepStrictEqual([lost, queue.bytes, queue.size], [[1, 2, 3, 4, 5, 6, 7, 8], most, 32]);
  for (let items = 9; items <= 40; items++) {
    const waiting = queue.take("logs")!;
    deepStrictEqual(waiting.body, bodyOf(items));
    queue.again(waiting);
    strictEqual(queue.take("logs"), waiting);
    deepStrictEqual(waiting.body, bodyOf(items));
    queue.done(waiting);
  }
  deepStrictEqual([queue.size, queue.bytes, queue.memoryBytes], [0, 0, 0]);
});

Deno.test("retryAfterMs() reads seconds and dates", () => {
  const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  deepStrictEqual(
    ["7", "Fri, 02 Jan 2026 03:04:12 GMT", "Fri, 02 Jan 2026 03:00:00 GMT", "soon", null].map((text) =>
      retryAfterMs(text, nowMs)
    ),
    [7000, 7000, 0, null, null],
  );
});

/** A sender in a pause after a first attempt that nobody has answered, or that was answered with `afterMs`. */
async function paused(outcome: Outcome) {
  const account = new Account(CONFIG), queue = new Queue((waiting) => account.lost(waiting), 100, 1);
  let posted = 0, inPause = Promise.withResolvers<void>(), isCut = false;
  const poster = { post: () => (posted++, Promise.resolve(outcome)), close: () => {} };
  const sender = new Sender("logs", queue, poster, account, () => (inPause.resolve(), () => isCut = true), () => 1);
  queue.add(request(23, 11));
  sender.wake();
  await inPause.promise;
  return {
    sender,
    /** Attempts after ends(), once it is in a pause again or has not left the one it was in. */
    async ends(triesOnce: boolean): Promise<number> {
      inPause = Promise.withResolvers();
      isCut = false;
      const before = posted;
      sender.ends(triesOnce);
      if (isCut) await inPause.promise;
      return posted - before;
    },
  };
}

Deno.test("Sender.ends() tries at once what waits, and knows when that was the last attempt", async () => {
  for (const triesOnce of [true, false]) {
    const { sender, ends } = await paused(again(null, false));
    strictEqual(sender.hasGivenUp, false);
    strictEqual(await ends(triesOnce), 1);
    strictEqual(sender.hasGivenUp, triesOnce);
    await sender.stop();
  }
  const busy = await paused(again(null));
  strictEqual(await busy.ends(true), 1);
  strictEqual(busy.sender.hasGivenUp, false);
  await busy.sender.stop();
});

Deno.test("Sender.ends() leaves a receiver alone that has asked for patience", async () => {
  const { sender, ends } = await paused(again(7000));
  strictEqual(await ends(true), 0);
  strictEqual(sender.hasGivenUp, false);
  await sender.stop();
});
