import { parseLabel } from "./parser.ts";

type Label = ReturnType<typeof parseLabel>;

/** Remembers what the labels of this frame and the one before say: most of them come again. */
export class LabelMemory {
  #now = new Map<string, Label>();
  #before = new Map<string, Label>();

  readonly read = (text: string): Label => {
    let label = this.#now.get(text);
    if (label === undefined) {
      label = this.#before.get(text) ?? parseLabel(text);
      this.#now.set(text, label);
    }
    return label;
  };

  /** A frame has begun: what was only in the one before the last is forgotten. */
  turn(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }
}
