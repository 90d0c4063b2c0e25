/** Writes tests/render/golden.ts: what the screens of tests/render/scenes.ts look like now. Look at the difference. */
import { SCENES } from "../tests/render/scenes.ts";

const screens = Object.entries(SCENES).map(([name, draw]) => {
  const canvas = draw(),
    lines = Array.from({ length: canvas.rows }, (_, y) => `    ${JSON.stringify(canvas.line(y))},\n`);
  return `  ${JSON.stringify(name)}: [\n${lines.join("")}  ],\n`;
});
const text = `// Made by \`deno task golden\`: the screens of scenes.ts, a string a line. Each one has been looked at.
export const GOLDEN: Readonly<Record<string, readonly string[]>> = {\n${screens.join("")}};\n`;
Deno.writeTextFileSync(new URL("../tests/render/golden.ts", import.meta.url), text);
