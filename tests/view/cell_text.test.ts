import { deepStrictEqual } from "node:assert/strict";
import { cellText } from "../../src/view/cell_text.ts";
import { columnById } from "../../src/view/column.ts";

Deno.test("cellText() has of who is at the other end what the address leaves, and a short name where all fits", () => {
  const of = (text: string, ...widths: number[]) => widths.map((width) => cellText(columnById("remote")!, text, width));
  deepStrictEqual(of("10.0.0.1:443 nc", 15, 14, 12, 11), [
    "10.0.0.1:443 nc",
    "10.0.0.1:443",
    "10.0.0.1:443",
    "10.0.…1:443",
  ]);
  deepStrictEqual(of("10.0.0.1:443 redis-server", 25, 18, 17, 16), [
    "10.0.0.1:443 redis-server",
    "10.0.0.1:443 redi…",
    "10.0.0.1:443 red…",
    "10.0.0.1:443",
  ]);
  deepStrictEqual(of("~db.example.org:5432", 20, 12), ["~db.example.org:5432", "~…e.org:5432"]);
});
