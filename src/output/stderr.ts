/** Standard error: sentences, which may name what somebody else has named. */
import { harmlessLines } from "../harmless.ts";
import { localeCharset } from "../view/charset.ts";

/** A sentence to the user. */
export function writeError(sentence: string): void {
  writeTrace(`tcptop: ${sentence}`);
}

/** Lines that only somebody asked for who looks for a fault. */
export function writeTrace(text: string): void {
  console.error(localeCharset((name) => Deno.env.get(name))(harmlessLines(withoutOrders(text))));
}

/** Names that a runner of CI would take for its orders: GitHub's reads them from whatever a step says, "::" at the beginning of a line and "##["
 * anywhere. */
export function withoutOrders(text: string): string {
  return text.replace(/^(\s*)::/gm, "$1\ufffd:").replaceAll("##[", "#\ufffd[");
}
