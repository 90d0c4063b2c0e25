/** The screens whose looks are agreed on, by name. golden.ts is made from them by `deno task golden`. */
import type { Canvas } from "../../src/view/canvas.ts";
import { scene, SIZES } from "./scene.ts";

function pressed(columns: number, rows: number, ...keys: string[]): () => Canvas {
  return () => {
    const model = scene(columns, rows, 20);
    for (const key of keys) model.input({ type: "key", key });
    return model.draw();
  };
}

export const SCENES: Readonly<Record<string, () => Canvas>> = {
  ...Object.fromEntries(SIZES.map(([columns, rows]) => [`${columns}x${rows}`, () => scene(columns, rows).draw()])),
  "80x24 graph": pressed(80, 24, "v"),
  "200x50 graph of a line": pressed(200, 50, "down", "v", "v", "B"),
  "80x24 details": pressed(80, 24, "down", "enter"),
  "120x40 details": pressed(120, 40, "down", "enter"),
  "80x24 groups": pressed(80, 24, "g", "down", "enter"),
  "80x24 help": pressed(80, 24, "?"),
  "80x24 filter": pressed(80, 24, "/", ..."rtt>50ms"),
  "80x24 wrong filter": pressed(80, 24, "/", ..."rtt>50"),
  "80x24 sort menu": pressed(80, 24, "s"),
  "40x10 help": pressed(40, 10, "?"),
};
