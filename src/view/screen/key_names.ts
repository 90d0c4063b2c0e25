/** What keys are called: by other programs, and to the user. */

/** Where a hand that knows htop goes, or less and vim. */
export const LIKE_OTHERS: ReadonlyMap<string, string> = new Map(Object.entries({
  f1: "?",
  f3: "/",
  f4: "/",
  "\\": "/",
  f6: "s",
  f9: "K",
  f10: "q",
  G: "end",
  "ctrl-f": "pagedown",
  "ctrl-d": "pagedown",
  "ctrl-b": "pageup",
  "ctrl-u": "pageup",
  wordleft: "left",
  wordright: "right",
}));

/** The key as it is named in the help: x, ^X, ^_, F2, tab. */
export function keyText(name: string): string {
  // A control character is 0x40 below the sign that it is named by; "ctrl-" has the one 0x20 above that.
  if (name.startsWith("ctrl-")) return `^${String.fromCharCode(name.charCodeAt(5) - 0x20)}`;
  if (name === "backtab") return "shift-tab";
  return /^f\d+$/.test(name) ? name.toUpperCase() : name;
}
