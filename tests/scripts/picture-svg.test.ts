import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { GROUND, LOOKS } from "../../scripts/picture-row.ts";
import { film, still } from "../../scripts/picture-svg.ts";
import { Canvas, Role } from "../../src/view/canvas.ts";

Deno.test("still() draws words on the grid, and escapes what XML would read", () => {
  const canvas = new Canvas(20, 2);
  canvas.put(0, 0, "a <&> b    c", Role.received);
  canvas.put(0, 1, "日 ▼", Role.title);
  canvas.put(4, 1, "▁█", Role.title);
  const text = still(canvas, "1 < 2");
  ok(text.includes("<title>1 &lt; 2</title>"));
  const words = Array.from(
    text.matchAll(
      /<text class="c(\d+)" x="([\d.]+)".* textLength="([\d.]+)".*>(.*)<\/text>/g,
    ),
  );
  deepStrictEqual(words.map((match) => match.slice(1)), [
    [String(Role.received), "12", "58.8", "a &lt;&amp;&gt; b"],
    [String(Role.received), "104.4", "8.4", "c"],
    [String(Role.title), "12", "16.8", "日"],
    [String(Role.title), "37.2", "8.4", "▼"],
  ]);
  // An eighth and eight eighths of a bar.
  deepStrictEqual(
    text.match(/d="(.*)"/)![1],
    "M45.6 47v-2h8.4v2zM54 47v-16h8.4v16z",
  );
});

Deno.test("film() keeps a line that stays once, and says when the others are seen", () => {
  const frames = ["one", "two", "two", "one"].map((word, i) => {
    const canvas = new Canvas(8, 3);
    canvas.put(0, 0, "stays");
    canvas.put(0, 1, word);
    if (i === 3) canvas.put(0, 2, "late");
    return { canvas, forMs: [500, 250, 250, 1000][i] };
  });
  const text = film(frames, "a film");
  const count = (word: string) => text.split(`>${word}</text>`).length - 1;
  deepStrictEqual(["stays", "one", "two", "late"].map(count), [1, 2, 1, 1]);
  const steps = (name: string) =>
    text.match(
      new RegExp(`@keyframes ${name}\\{(.*)\\}\\.${name}\\{animation:(.*)\\}`),
    )?.slice(1);
  const playing = (name: string) => `${name} 2s step-end infinite`;
  deepStrictEqual(steps("f0-1"), [
    "0%{visibility:visible}25%{visibility:hidden}100%{visibility:hidden}",
    playing("f0-1"),
  ]);
  deepStrictEqual(steps("f1-3"), [
    "0%{visibility:hidden}25%{visibility:visible}50%{visibility:hidden}100%{visibility:hidden}",
    playing("f1-3"),
  ]);
  deepStrictEqual(steps("f3-4"), [
    "0%{visibility:hidden}50%{visibility:visible}100%{visibility:visible}",
    playing("f3-4"),
  ]);
  // Without motion the first frame is all that is seen.
  deepStrictEqual(
    Array.from(text.matchAll(/<g class="(.*)">/g), ([, name]) => name),
    [
      "f0-1",
      "later f1-3",
      "later f3-4",
      "later f3-4",
    ],
  );
  strictEqual(/<script|<foreignObject|href|url\(/.test(text), false);
});

Deno.test("every look has a contrast of 4.5 (WCAG 2, AA)", () => {
  for (
    const [role, { colour, ground = GROUND }] of Object.entries(LOOKS)
  ) {
    const [lighter, darker] = [luminance(colour), luminance(ground)].sort((
      a,
      b,
    ) => b - a);
    ok((lighter + 0.05) / (darker + 0.05) >= 4.5, role);
  }
});

/** https://www.w3.org/TR/WCAG20/#relativeluminancedef */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
