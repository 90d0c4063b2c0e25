import type { Note } from "../../system/source_info.ts";
import type { Names, RecordingInfo } from "./info.ts";

/** Takes what a source has told, in the order in which it was told. */
export interface Keeper {
  /** First of all, and whenever it has changed. */
  info(info: RecordingInfo): void;
  /** Whole records. The bytes are the caller's again after the call. */
  records(bytes: Uint8Array): void;
  names(names: Names): void;
  /** The records before, back to the last one, make a sample. */
  sample(): void;
  /** Whether the tables of the sample that has just ended are wanted, with all that is known: state(). */
  readonly wantsState?: boolean;
  /** As StateWriter makes them. `wallMs`: the latest time of day of this sample and of those before it. */
  state?(bytes: Uint8Array, wallMs: number): void;
  /** What comes next does not go on from what came before. Whoever has not got it cannot keep such a thing. */
  jumped?(): void;
  /** Whether the next snapshot is to describe every flow in full, since the last call. */
  wantsAll?(): boolean;
  /** What is to be said of the recording. */
  notes?(): readonly Note[];
  /** Whether nothing can be taken for now: its reader is slow. */
  readonly isFull?: boolean;
  /** Whether nothing is wanted any more. */
  readonly isClosed?: boolean;
  /** Nothing comes any more. Resolves when all of it has been written. */
  end(): void | Promise<void>;
  /** Nothing has come, nor will. */
  discard(): void;
}
