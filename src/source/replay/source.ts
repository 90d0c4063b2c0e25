import { Tag } from "../../wire/layout.ts";
import type { FlowSource, RecordSink, SourceInfo } from "../source.ts";

/** Plays records from memory, a snapshot for each tick record that they hold. */
export class ReplaySource implements FlowSource {
  readonly info: SourceInfo = { tcp: "replay", udp: "replay", notes: [] };
  readonly #records: Uint8Array;
  #at = 0;

  constructor(records: Uint8Array) {
    this.#records = records;
  }

  wait(_ms: number): Promise<boolean> {
    return Promise.resolve(this.#at < this.#records.length);
  }

  drain(_sink: RecordSink): void {}

  snapshot(sink: RecordSink): void {
    const end = this.#endOfTick();
    if (end > this.#at) sink(this.#records.subarray(this.#at, end));
    this.#at = end;
  }

  describeAgain(): void {}
  close(): void {
    this.#at = this.#records.length;
  }

  /** Behind the next tick record, or the end of everything. */
  #endOfTick(): number {
    const view = new DataView(this.#records.buffer, this.#records.byteOffset, this.#records.byteLength);
    let at = this.#at;
    while (at + 4 <= view.byteLength) {
      const tag = view.getUint16(at, true), size = view.getUint16(at + 2, true);
      if (size === 0 || at + size > view.byteLength) break;
      at += size;
      if (tag === Tag.tick) return at;
    }
    return view.byteLength;
  }
}
