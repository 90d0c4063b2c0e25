/** The memory of a sample's flows, which goes back to the Worker when all have looked at the sample: who wants to keep it gives other memory back
 * in its place, rather than to copy what may be megabytes. */
export class LentFlows {
  #back: ArrayBuffer | null;
  /** For how many rows there should be room in the next sample's, behind its own. */
  wanted = 0;
  /** Until when (CLOCK_BOOTTIME) no other sample is needed while nothing moves; 0: each is. */
  restsUntilNs = 0;

  /** `room`: rows for which there is room behind those of the sample. */
  constructor(readonly buffer: ArrayBuffer, readonly room = 0) {
    this.#back = buffer;
  }

  /** What goes back; null: nothing. */
  get back(): ArrayBuffer | null {
    return this.#back;
  }

  /** `instead`: nobody looks at it any more. */
  keep(instead: ArrayBuffer | null): void {
    this.#back = instead;
  }
}
