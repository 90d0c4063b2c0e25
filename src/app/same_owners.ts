/** Which flows have the same owner, so that each owner is asked for once, and its part of a line is made once. */
import { asWords, type FlowArrays } from "../flow/columns.ts";
import type { EventArrays } from "../flow/event_log.ts";
import { hasSameName } from "../flow/owner.ts";

const SLOTS = 256;
const NONE = -1;
const LEAST_ROWS = 1 << 10;

export class SameOwners {
  /** The row met last whose owner has this place. */
  readonly #slots = new Int32Array(SLOTS);
  #like = new Int32Array(LEAST_ROWS);

  /** For each row an earlier one of which the same is known about the owner, or itself where none is at hand. Good until the next call. */
  of(flows: FlowArrays, length: number): Int32Array {
    if (this.#like.length < length) this.#like = new Int32Array(length * 2);
    const like = this.#like, slots = this.#slots;
    const { tgid, how, unknown, uid, netns, ownerStartNs, cgroupId, comm } = flows;
    const names = asWords(comm);
    slots.fill(NONE);
    for (let row = 0; row < length; row++) {
      // A process's flows differ in how it is known whose they are: as often as not both kinds take turns.
      const slot = (tgid[row] ^ tgid[row] >>> 8 ^ how[row] << 5 ^ unknown[row] << 2) & SLOTS - 1, other = slots[slot];
      const isSame = other !== NONE && tgid[row] === tgid[other] && how[row] === how[other] &&
        unknown[row] === unknown[other] && uid[row] === uid[other] && netns[row] === netns[other] &&
        ownerStartNs[row] === ownerStartNs[other] && cgroupId[row] === cgroupId[other] &&
        hasSameName(names, row, other);
      like[row] = isSame ? other : row;
      if (!isSame) slots[slot] = row;
    }
    return like;
  }

  /** The same for the main thread: into the column `alike`. */
  ofEvents(events: EventArrays, length: number): Int32Array {
    const like = this.of(events, length), { alike } = events;
    for (let row = 0; row < length; row++) alike[row] = row - like[row];
    return like;
  }
}
