import type { AddressSink, FlowSource, RecordSink } from "../source.ts";
import type { SourceInfo } from "../../system/source_info.ts";
import { ScopedRecords } from "./records.ts";
import type { Scope } from "./scope.ts";

/** Passes on what is within the scope. */
export class ScopedSource implements FlowSource {
  readonly #records: ScopedRecords;
  #onAddress: AddressSink = () => {};

  constructor(readonly source: FlowSource, scope: Scope) {
    this.#records = new ScopedRecords(scope, (family, address) => this.#onAddress(family, address));
  }

  get info(): SourceInfo {
    const { unknown } = this.#records, { info } = this.source;
    // Whoever connects or listens is known to eBPF from then on, and the command began after it did.
    if (unknown === 0 || info.tcp === "bpf") return info;
    const what = unknown === 1 ? "1 connection" : `${unknown} connections`;
    const message = `${what} of this machine ended before an owner was known: some may have been the command's`;
    const remedy = "eBPF knows the owner of each: tcptop doctor says what it lacks";
    return { ...info, notes: [...info.notes, { code: "owners_unknown", message, remedy }] };
  }
  /** It is of the whole machine. */
  get synRecv(): null {
    return null;
  }
  get pace() {
    return this.source.pace;
  }
  get wake() {
    return this.source.wake?.bind(this.source);
  }
  onAddress(sink: AddressSink): void {
    this.#onAddress = sink;
  }
  wait(ms: number): Promise<boolean> {
    return this.source.wait(ms);
  }
  drain(sink: RecordSink): void {
    this.source.drain((records) => this.#records.pass(records, sink));
  }
  snapshot(sink: RecordSink): void {
    this.source.snapshot((records) => this.#records.pass(records, sink));
  }
  tellAll(): void {
    this.source.tellAll?.();
  }
  describeAgain(): void {
    this.source.describeAgain();
  }
  close(): void | Promise<void> {
    return this.source.close();
  }
}
