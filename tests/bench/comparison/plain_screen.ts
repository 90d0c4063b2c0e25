/** A screen as tmux captures it with its attributes, as text alone. Pure. */

/** Between shift out and shift in stand line-drawing characters, as letters (VT100's special graphics). */
const DRAWN: Readonly<Record<string, string>> = {
  ...{ j: "┘", k: "┐", l: "┌", m: "└", n: "┼", q: "─", t: "├", u: "┤", v: "┴", w: "┬", x: "│", a: "▒" },
};

// deno-lint-ignore no-control-regex
const ATTRIBUTES = /\x1b\[[\d;:]*m/g, GRAPHICS = /\x0e([^\x0f]*)\x0f?/g;

export function plainScreen(text: string): string {
  return text.replaceAll(ATTRIBUTES, "").replaceAll(
    GRAPHICS,
    (_, drawn: string) => drawn.replaceAll(/[a-z]/g, (letter) => DRAWN[letter] ?? letter),
  );
}
