import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { frameDiff } from "../../src/render/diff.ts";
import { theme } from "../../src/render/theme.ts";
import type { Canvas } from "../../src/view/canvas.ts";
import type { ScreenModel } from "../../src/view/screen/model.ts";
import { emulator } from "./emulator.ts";
import { GOLDEN } from "./golden.ts";
import { byRtt, scene, SIZES } from "./scene.ts";
import { SCENES } from "./scenes.ts";

/** What a terminal shows of it. */
async function shown(canvas: Canvas): Promise<string[]> {
  const screen = emulator(canvas.columns, canvas.rows);
  await screen.write(frameDiff(null, canvas, theme(true)));
  return screen.lines().map((line) => line.trimEnd());
}

for (const [name, draw] of Object.entries(SCENES)) {
  Deno.test(`ScreenModel.draw() looks as agreed: ${name}`, async () => {
    const canvas = draw();
    deepStrictEqual(await shown(canvas), GOLDEN[name]);
    deepStrictEqual(await shown(canvas), Array.from({ length: canvas.rows }, (_, y) => canvas.line(y)));
  });
}

Deno.test("ScreenModel.draw() keeps numbers aligned whatever stands in the cells before them", () => {
  for (const [columns, rows] of SIZES) {
    const canvas = scene(columns, rows).draw(), title = 2, at = canvas.line(title).indexOf("RX/s");
    const end = at + "RX/s▼".length;
    for (let y = title + 1; y < Math.min(rows - 1, 10); y++) {
      strictEqual(
        /[sB-]/.test(canvas.texts[y * columns + end - 1]),
        true,
        `${columns}x${rows} line ${y}: ${canvas.line(y)}`,
      );
      strictEqual(canvas.texts[y * columns + end] ?? " ", " ");
    }
  }
});

Deno.test("ScreenModel.draw() lets nothing through that a terminal would obey", () => {
  for (const [columns, rows] of SIZES) {
    for (const changes of [{}, { details: true }, { group: "process" as const }]) {
      const text = scene(columns, rows, 60, changes).draw().texts.join("");
      // deno-lint-ignore no-control-regex
      strictEqual(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]/.test(text), false);
    }
  }
});

Deno.test("ScreenModel.draw() draws at any size", () => {
  for (let columns = 1; columns < 60; columns += 3) {
    for (let rows = 1; rows < 30; rows += 2) {
      const model = scene(columns, rows, 5, { details: columns % 2 === 0 });
      for (const key of ["?", "x", "s", "escape", "c", "escape", "/", "a", "escape", "g", "enter", "end", "enter"]) {
        model.input({ type: "key", key });
        const canvas = model.draw();
        strictEqual(canvas.texts.length, columns * rows);
      }
    }
  }
});

/** The lines of the table from the title on. */
function table(model: ScreenModel): string[] {
  const canvas = model.draw();
  return Array.from({ length: canvas.rows - 4 }, (_, i) => canvas.line(3 + i));
}

Deno.test("ScreenModel.input() sorts, and says by what in the titles", () => {
  const model = scene(80, 24);
  const press = (...keys: string[]) => keys.forEach((key) => model.input({ type: "key", key }));
  press(">", ">");
  deepStrictEqual(model.state.sort.column.id, "pid");
  strictEqual(model.draw().line(2).includes("PID▼"), true);
  press("r");
  strictEqual(model.draw().line(2).includes("PID▲"), true);
  model.input({ type: "mouse", action: "press", x: 77, y: 2 });
  deepStrictEqual(model.state.sort, byRtt);
  strictEqual(table(model)[0].includes("␛[31mred"), true);
});
