/** A screen on which nothing changes costs the terminal, and the line to it, nothing. */
import { ok, strictEqual } from "node:assert/strict";
import { Pty } from "../support/pty.ts";
import { tcptop } from "../support/tcptop.ts";
import { unchanging } from "../support/unchanging.ts";

const LISTENED_MS = 3000, TIMES = 10;

Deno.test("tcptop writes nothing while nothing changes", async () => {
  await using recording = await unchanging(LISTENED_MS * TIMES / 1000 + 10);
  await using pty = await Pty.start(160, 50, tcptop(["--no-resolve", "--replay", recording.path]));
  await pty.until("every 1s");
  // Own CPU time and memory are in the head, and change until the program has warmed up.
  const written: number[] = [];
  do written.push((await pty.count(LISTENED_MS)).bytes); while (written.at(-1)! > 0 && written.length < TIMES);
  strictEqual(written.at(-1), 0, `bytes in ${LISTENED_MS} ms each: ${written}`);
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
