import { strictEqual } from "node:assert/strict";

/** Runs `body`, which returns the events that were lost meanwhile: none may be. */
export async function losingNothing(body: () => Promise<number>): Promise<void> {
  strictEqual(await body(), 0);
}
