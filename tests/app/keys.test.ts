import { deepStrictEqual } from "node:assert/strict";
import { inputs } from "../../src/app/keys.ts";

const encoder = new TextEncoder();

/** What inputs() makes of reads that come so many milliseconds apart; a number is a pause, an Error a read that fails. */
async function typed(...steps: readonly (string | number | Error)[]): Promise<string[]> {
  const left = [...steps], keys: string[] = [];
  const read = async (buffer: Uint8Array): Promise<number | null> => {
    const step = left.shift();
    if (step === undefined) return null;
    if (step instanceof Error) throw step;
    if (typeof step === "string") return encoder.encodeInto(step, buffer).written;
    await new Promise((resolve) => setTimeout(resolve, step));
    return await read(buffer);
  };
  for await (const batch of inputs({ read })) {
    for (const input of batch) keys.push(input.type === "key" ? input.key : input.type);
  }
  return keys;
}

Deno.test("inputs() gives keys in order, and ends where no more come", async () => {
  deepStrictEqual(await typed("q", "ab", "\x1b[A"), ["q", "a", "b", "up"]);
  deepStrictEqual(await typed(), []);
});

Deno.test("inputs() takes an ESC for a key when nothing follows it, and for the beginning of a sequence when that does", async () => {
  deepStrictEqual(await typed("\x1b", 150, "[A"), ["escape", "[", "A"]);
  deepStrictEqual(await typed("\x1b", "[A"), ["up"]);
  // What no hand types may come in parts: an answer of the terminal, the mark before a paste.
  deepStrictEqual(await typed("\x1b[?62", 100, ";4cj", "\x1b[20", 100, "0~q\x1b[201~"), ["j", "paste"]);
});

Deno.test("inputs() ends when a read fails: the terminal has gone", async () => {
  deepStrictEqual(await typed("a", new Error("EIO"), "b"), ["a"]);
});

Deno.test("inputs() looks again where a read does not wait for keys", async () => {
  deepStrictEqual(await typed(new Deno.errors.WouldBlock("EAGAIN"), "a", new Deno.errors.WouldBlock("EAGAIN"), "b"), [
    "a",
    "b",
  ]);
});
