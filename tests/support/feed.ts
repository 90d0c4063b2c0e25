/** The whole way from records to samples, on one thread and without a clock. */
import { Decoder } from "../../src/decode/decode.ts";
import { unpackFlows } from "../../src/flow/columns.ts";
import type { EventLog } from "../../src/flow/event_log.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { join } from "./records.ts";
import { NO_CGROUP } from "../../src/flow/container.ts";

export class Feed {
  readonly tables: FlowTables;
  readonly decoder: Decoder;

  constructor(log: EventLog | null = null) {
    this.tables = new FlowTables(log);
    this.decoder = new Decoder(this.tables);
  }

  /** Feeds the records and takes the sample that their last tick ends. */
  sample(...records: readonly Uint8Array[]): Sample {
    this.decoder.decode(join(...records));
    const packed = this.tables.takeSample();
    return {
      ...packed,
      health: { ...packed.health, recordsInvalid: this.decoder.invalid },
      host: { hostname: "h", os: "linux", kernel: "6.18.44", arch: "x86_64" },
      source: { tcp: "bpf", udp: null, notes: [] },
      selfCpuPercent: 0.7,
      selfRssBytes: 48000000,
      timeWait: null,
      synRecv: null,
      flows: unpackFlows(packed.flows, packed.length, packed.room),
      users: new Map([[1000, "ann"]]),
      cgroups: [NO_CGROUP],
      containers: new Map(),
      programs: new Map(),
      processes: new Map(),
      zones: new Map(),
      names: new Map(),
      answers: new Map(),
      hosts: new Map(),
    };
  }
}

/** The second sample of a run: what `records` say after a first tick, in one second. */
export function sampleOf(...records: readonly Uint8Array[]): Sample {
  const feed = new Feed();
  const [first, ...rest] = records;
  feed.sample(first);
  return feed.sample(...rest);
}
