/** Standard error: sentences, which may name what somebody else has named. */
import { harmlessLines } from "../harmless.ts";
import { localeCharset } from "../view/charset.ts";

/** How often it is looked whether there is room again, and how many times: after a second the rest of it is dropped. */
const WAIT_MS = 10, MOST_WAITS = 100;
const encoder = new TextEncoder();

/** A sentence to the user. */
export function writeError(sentence: string): void {
  writeTrace(`tcptop: ${sentence}`);
}

/** Lines that only somebody asked for who looks for a fault. */
export function writeTrace(text: string): void {
  writeWhole(encoder.encode(`${localeCharset((name) => Deno.env.get(name))(harmlessLines(withoutOrders(text)))}\n`));
}

/** Where O_NONBLOCK is set, by whoever has the same open file, its reader is waited for. What nobody takes is not worth an end. */
function writeWhole(bytes: Uint8Array): void {
  for (let at = 0, waits = 0; at < bytes.length;) {
    try {
      at += Deno.stderr.writeSync(bytes.subarray(at));
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock) || ++waits > MOST_WAITS) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
}

/** Names that a runner of CI would take for its orders: GitHub's reads them from whatever a step says, "::" at the beginning of a line and "##["
 * anywhere. */
export function withoutOrders(text: string): string {
  return text.replace(/^(\s*)::/gm, "$1\ufffd:").replaceAll("##[", "#\ufffd[");
}
