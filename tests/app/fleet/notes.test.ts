import { strictEqual } from "node:assert/strict";
import type { Link } from "../../../src/app/fleet/link.ts";
import { notesOfAll } from "../../../src/app/fleet/notes.ts";

Deno.test("notesOfAll() says what becomes of the flows of a host that is silent: they are shown as they were, or left out", () => {
  const heardWallMs = new Date(2026, 0, 2, 3, 4, 5).getTime(), last = { source: { notes: [] } };
  const link = { name: "b", last, problem: null, heardWallMs, aheadMs: null } as unknown as Link;
  const said = (areKept: boolean) => notesOfAll([link], () => true, areKept).map(({ message }) => message).join();
  strictEqual(said(true), "b: silent since 03:04:05: its figures are those of then. It is tried again");
  strictEqual(said(false), "b: silent since 03:04:05: its flows are left out. It is tried again");
});
