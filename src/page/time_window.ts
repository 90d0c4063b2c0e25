/** Which part of the run is shown, for all pictures and the table together. Times are ms since the run began. */
const LEAST_MS = 1;

export class TimeWindow {
  #from = 0;
  #to: number;
  readonly #listeners: (() => void)[] = [];

  /** `whole`: the length of the run, above 0. */
  constructor(readonly whole: number) {
    this.#to = whole;
  }

  get from(): number {
    return this.#from;
  }

  get to(): number {
    return this.#to;
  }

  get isWhole(): boolean {
    return this.#from === 0 && this.#to === this.whole;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Kept within the run, and from a millisecond up. */
  set(from: number, to: number): void {
    const span = Math.min(this.whole, Math.max(Math.min(LEAST_MS, this.whole), to - from));
    const start = Math.min(Math.max(0, from), this.whole - span), end = start + span;
    if (start === this.#from && end === this.#to) return;
    this.#from = start;
    this.#to = end;
    for (const listener of this.#listeners) listener();
  }

  all(): void {
    this.set(0, this.whole);
  }

  /** `by`: 0.5 shows half as much; `around`: what stays where it is. */
  zoom(by: number, around = (this.#from + this.#to) / 2): void {
    this.set(around - (around - this.#from) * by, around + (this.#to - around) * by);
  }

  /** `by`: a part of what is shown, below 0 to what was earlier. */
  move(by: number): void {
    const way = (this.#to - this.#from) * by;
    this.set(this.#from + way, this.#to + way);
  }
}
