/** What the user does, as the screen understands it. */
export type Input =
  /** A character, or the name of a key: up, down, left, right, pageup, pagedown, home, end, enter, escape, tab, backtab, backspace,
   * delete, f1 to f12, ctrl-x. */
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "paste"; readonly text: string }
  /** Cells from 0. */
  | {
    readonly type: "mouse";
    readonly action: "press" | "wheelup" | "wheeldown";
    readonly x: number;
    readonly y: number;
  };
