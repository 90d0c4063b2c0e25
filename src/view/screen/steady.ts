/** A figure in whole steps that stays until what it stands for has left its step by more than a margin: one that trembles between
 * two steps would be written with every frame and say nothing. */
export class Steady {
  #shown: number | null = null;

  /** `step` is the number shown for a value, and does not fall where the value rises. */
  constructor(readonly step: (value: number) => number, readonly margin: number) {}

  take(value: number): number {
    const { step, margin } = this, shown = this.#shown;
    const stays = shown !== null && step(value - margin) <= shown && shown <= step(value + margin);
    return stays ? shown : this.#shown = step(value);
  }
}
