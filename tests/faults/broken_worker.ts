/** A Worker as the program's, to which something happens after its second sample: what the URL's hash says. */
import "../../src/app/worker.ts";

declare const self: { postMessage(message: { readonly type: string }, transfer?: Transferable[]): void; close(): void };

const what = new URL(import.meta.url).hash, post = self.postMessage.bind(self);
let samples = 0;

self.postMessage = (message, transfer) => {
  post(message, transfer);
  if (message.type === "sample" && ++samples === 2) setTimeout(happen, 0);
};

function happen(): void {
  if (what === "#throws") throw new Error("a fault of the test's");
  if (what === "#rejects") Promise.reject(new Error("a fault of the test's"));
  if (what === "#ends") self.close();
  if (what === "#hangs") { for (;;); }
}
