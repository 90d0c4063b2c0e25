/** What each role looks like, as parameters of SGR. Sixteen colours and the terminal's own foreground and background, so that
 * it is legible on dark and on light; without colour the attributes alone tell things apart. */
import { Role, SELECTED } from "../view/canvas.ts";

export type Theme = (style: number) => string;

/** [with colour, without]. Blue is too dark on black and yellow too pale on white for text; dim is avoided where it matters. */
const LOOKS: Readonly<Record<Role, readonly [string, string]>> = {
  [Role.text]: ["", ""],
  [Role.dim]: ["2", "2"],
  [Role.strong]: ["1", "1"],
  [Role.label]: ["36", ""],
  [Role.title]: ["7", "7"],
  [Role.sorted]: ["7;1", "7;1"],
  [Role.received]: ["32", ""],
  [Role.sent]: ["35", ""],
  [Role.warning]: ["31;1", "1"],
  [Role.error]: ["31", "1"],
  [Role.fresh]: ["32;1", "1"],
  [Role.bar]: ["", ""],
  [Role.key]: ["36;1", "1"],
  [Role.frame]: ["2", "2"],
  [Role.badge]: ["30;46", "7"],
  [Role.listening]: ["36", ""],
  [Role.network]: ["32", ""],
  [Role.peer]: ["35", ""],
  [Role.buffer]: ["36", ""],
  [Role.partNetwork]: ["30;42", ""],
  [Role.partLoss]: ["30;41", "1"],
  [Role.partPeer]: ["30;45", ""],
  [Role.partBuffer]: ["30;46", ""],
  [Role.partReader]: ["1;37;41", "1"],
  [Role.partApplication]: ["7", ""],
};

/** A selected cell is in reverse whatever its role: its colours then stand on their own ground. */
export function theme(colour: boolean): Theme {
  const known = new Map<number, string>();
  return (style) => {
    let look = known.get(style);
    if (look === undefined) known.set(style, look = lookOf(style, colour));
    return look;
  };
}

function lookOf(style: number, colour: boolean): string {
  const look = LOOKS[(style & ~SELECTED) as Role][colour ? 0 : 1];
  if ((style & SELECTED) === 0) return `\x1b[0${look === "" ? "" : `;${look}`}m`;
  // Dim in reverse is hard to read, and so is a colour as ground: bold is what remains.
  return `\x1b[0;7${/\b1\b/.test(look) ? ";1" : ""}m`;
}
