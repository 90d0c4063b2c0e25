import type { Sample } from "../flow/sample.ts";
import { flowFacts } from "../view/flow.ts";
import { notesOf } from "../view/notes.ts";
import { totalsOf } from "../view/totals.ts";

export const SAMPLE_SCHEMA = "tcptop.sample/1";
const CHUNK_CHARACTERS = 1 << 16;

/** The document of one sample, as one line in pieces: with 40,000 flows it is too long for one string to be cheap. */
export function* jsonDocument(sample: Sample, rows: readonly number[], version: string): Iterable<string> {
  const head = JSON.stringify(jsonHead(sample, version));
  let chunk = head.slice(0, -1) + ',"flows":[';
  for (let i = 0; i < rows.length; i++) {
    chunk += (i === 0 ? "" : ",") + JSON.stringify(flowFacts(sample, rows[i]));
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk + "]}\n";
}

/** Everything of the document but its flows. */
export function jsonHead(sample: Sample, version: string): Record<string, unknown> {
  const totals = totalsOf(sample), { health } = sample;
  return {
    schema: SAMPLE_SCHEMA,
    version,
    time: new Date(sample.wallMs).toISOString(),
    interval_ms: Math.round(sample.intervalMs * 1000) / 1000,
    host: sample.host,
    source: { tcp: sample.source.tcp, udp: sample.source.udp, notes: notesOf(sample) },
    health: {
      events: health.events,
      events_lost: health.eventsLost,
      records_invalid: health.recordsInvalid,
      flows_evicted: health.flowsEvicted,
      sockets_untracked: health.socketsUntracked,
      datagrams_untracked: health.datagramsUntracked,
      snapshot_errors: health.snapshotErrors,
      unattributed: totals.unattributed,
      self_cpu_percent: sample.selfCpuPercent,
      self_rss_bytes: sample.selfRssBytes,
    },
    totals: {
      flows: totals.flows,
      tcp: totals.tcp,
      udp: totals.udp,
      opened: totals.opened,
      closed: totals.closed,
      rx_bytes_per_s: totals.rxBytesPerS,
      tx_bytes_per_s: totals.txBytesPerS,
      loopback_rx_bytes_per_s: totals.loopbackRxBytesPerS,
      loopback_tx_bytes_per_s: totals.loopbackTxBytesPerS,
    },
  };
}
