/** A screen on which nothing changes costs the terminal, and the line to it, nothing; one that is played its clock. */
import { ok, strictEqual } from "node:assert/strict";
import { Pty } from "../support/pty.ts";
import { tcptop } from "../support/tcptop.ts";
import { unchanging } from "../support/unchanging.ts";

const LISTENED_MS = 3000, TIMES = 10;
/** A frame that moves the clock on: to its last digits and back, with its colours, in no more than this. One more frame may fall into the time. */
const CLOCK_BYTES = 64, MOST_BYTES = (LISTENED_MS / 1000 + 1) * CLOCK_BYTES;

Deno.test("tcptop writes a replay's clock and nothing else while nothing else changes", async () => {
  await using recording = await unchanging(LISTENED_MS * TIMES / 1000 + 10);
  await using pty = await Pty.start(160, 50, tcptop(["--no-resolve", "--replay", recording.path]));
  await pty.until("×1");
  // Own CPU time and memory are in the head, and change until the program has warmed up.
  const written: number[] = [];
  do written.push((await pty.count(LISTENED_MS)).bytes); while (written.at(-1)! > MOST_BYTES && written.length < TIMES);
  ok(written.at(-1)! <= MOST_BYTES, `bytes in ${LISTENED_MS} ms each: ${written}`);
  await pty.key(" ");
  await pty.until("PAUSED");
  await pty.count(500);
  strictEqual((await pty.count(LISTENED_MS)).bytes, 0);
});

Deno.test("tcptop writes nothing while it is frozen, whatever happens", async () => {
  await using pty = await Pty.start(160, 50, tcptop(["--no-resolve", "--interval", "200ms"]));
  await pty.until("every 200ms");
  ok(await pty.key(" ") !== null);
  await pty.until("FROZEN");
  await pty.count(500);
  strictEqual((await pty.count(LISTENED_MS)).bytes, 0);
  ok((await pty.screen())[0].includes("FROZEN"));
});
