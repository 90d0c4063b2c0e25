import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Canvas, Role } from "../../src/view/canvas.ts";
import { asciiText } from "../../src/view/charset.ts";
import { drawHelp, helpPage, helpTop } from "../../src/view/screen/help.ts";

const ROWS = 60;
const keysFrom = (top: number) => ({ kind: "help", top }) as const;

/** What stands in each line, apart: [key, its column of text, text]. */
function lines(columns: number): [string, number, string][] {
  const canvas = new Canvas(columns, ROWS), found: [string, number, string][] = [];
  drawHelp(canvas, keysFrom(0));
  for (let y = 1; y < ROWS - 1; y++) {
    const roles = Array.from({ length: columns }, (_, x) => canvas.role(x, y)), begin = roles.indexOf(Role.label);
    if (begin < 0) continue;
    const end = roles.findIndex((role, x) => x > begin && role !== Role.label), row = canvas.texts.slice(y * columns);
    let at = end;
    while (row[at] === " ") at++;
    found.push([row.slice(begin, end).join(""), at, row.slice(at, columns - 1).join("").trimEnd()]);
  }
  return found;
}

Deno.test("drawHelp() begins every explanation in one column, and cuts none at 80", () => {
  const at80 = lines(80);
  strictEqual(at80.length > 30, true);
  deepStrictEqual(new Set(at80.map(([, at]) => at)).size, 1);
  deepStrictEqual(at80.map(([, , text]) => text), lines(129).map(([, , text]) => text));
});

Deno.test("drawHelp() cuts no explanation where keys and filters stand side by side", () => {
  const whole = lines(80).map(([, , text]) => text);
  for (const columns of [130, 159, 160, 161, 200]) {
    const shown = lines(columns).map(([, , text]) => text).join("\n");
    deepStrictEqual([columns, whole.filter((text) => !shown.includes(text))], [columns, []]);
  }
});

Deno.test("drawHelp() names keys that can be told apart and pressed where there is but ASCII", () => {
  const all = lines(80).map(([key]) => key.trim()), keys = all.slice(0, all.indexOf("mouse") + 1);
  strictEqual(keys.length > 15, true);
  deepStrictEqual(keys.map(asciiText), keys);
  const sets = keys.map((key) => key.split(" ").sort().join(" "));
  strictEqual(new Set(sets).size, keys.length);
});

Deno.test("drawHelp() shows every line of both columns as it is scrolled, and goes no further than its end", () => {
  for (const [columns, rows] of [[20, 5], [80, 24], [140, 16], [140, 60]]) {
    const canvas = new Canvas(columns, rows), seen = new Set<string>(), page = helpPage(canvas);
    const all = new Canvas(columns, 200), row = (of: Canvas, y: number) => of.line(y).slice(1, -1).trim();
    for (let top = 0;; top += page) {
      drawHelp(canvas, keysFrom(top));
      for (let y = 1; y < rows - 1; y++) row(canvas, y).split(/ {3,}/).forEach((part) => seen.add(part));
      if (helpTop(canvas, keysFrom(top)) < top) break;
    }
    drawHelp(all, keysFrom(0));
    for (let y = 1; y < 199; y++) {
      deepStrictEqual(row(all, y).split(/ {3,}/).filter((part) => !seen.has(part)), [], `${columns} cells, line ${y}`);
    }
    strictEqual(canvas.line(rows - 1).includes(" more line"), false);
  }
});

Deno.test("drawHelp() has every word of what must be known, however narrow the terminal is, and may be scrolled", () => {
  const notes = [
    "UDP flows are not seen. Run it with sudo",
    `Cannot read /${"x".repeat(50)}`,
    "日本語サーバ 日本語サーバ",
  ];
  for (const columns of [12, 40, 80, 240]) {
    const canvas = new Canvas(columns, 60), inside = (y: number) => canvas.line(y).slice(2, -1).trim();
    drawHelp(canvas, { kind: "notes", top: 0, notes });
    const shown = Array.from({ length: 58 }, (_, y) => inside(y + 1)).join(" ").replaceAll(/[! ]/g, "");
    strictEqual(shown, notes.join("").replaceAll(" ", ""), `${columns}`);
    strictEqual(helpTop({ columns, rows: 3 }, { kind: "notes", top: 99, notes }) >= 2, true);
  }
  const none = new Canvas(80, 5);
  drawHelp(none, { kind: "notes", top: 0, notes: [] });
  strictEqual(none.line(1).includes("Nothing must be known."), true);
});
