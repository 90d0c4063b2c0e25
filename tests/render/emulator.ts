/** A terminal's screen without a terminal. */
import xterm from "@xterm/headless";

export interface Emulator {
  write(text: string): Promise<void>;
  resize(columns: number, rows: number): void;
  /** Lines as text, blanks at the end cut off. */
  lines(): string[];
  /** Every cell with its attributes: equal arrays are equal screens. */
  cells(): string[];
}

export function emulator(columns: number, rows: number): Emulator {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  const buffer = () => terminal.buffer.active;
  const line = (y: number) => buffer().getLine(buffer().viewportY + y)!;
  return {
    write: (text) => new Promise((resolve) => terminal.write(text, resolve)),
    resize: (columns, rows) => terminal.resize(columns, rows),
    lines: () => Array.from({ length: terminal.rows }, (_, y) => line(y).translateToString(true)),
    cells: () =>
      Array.from({ length: terminal.rows * terminal.cols }, (_, at) => {
        const cell = line(Math.floor(at / terminal.cols)).getCell(at % terminal.cols)!;
        const look = [cell.isBold(), cell.isDim(), cell.isInverse(), cell.getFgColor(), cell.getBgColor()].join();
        return `${cell.getChars() || " "} ${cell.getWidth()} ${look}`;
      }),
  };
}
