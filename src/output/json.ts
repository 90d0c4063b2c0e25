import type { HostState } from "../flow/host.ts";
import type { Sample } from "../flow/sample.ts";
import { bytesOf, ByteText } from "./byte_text.ts";
import { FlowJson } from "./flow_json.ts";
import type { FlowTexts } from "./flow_texts.ts";
import type { Group } from "../view/group.ts";
import { groupFacts } from "./group_facts.ts";
import type { Grouping } from "../view/group_key.ts";
import { notesOf } from "../view/notes.ts";
import { machineFacts } from "../view/figures.ts";

const SAMPLE_SCHEMA = "tcptop.sample/1";
const GROUPS_SCHEMA = "tcptop.groups/1";
const CHUNK_CHARACTERS = 1 << 16, CHUNK_BYTES = 1 << 18;
const COMMA = bytesOf(","), END = bytesOf("]}\n");
/** One document at a time is made. */
const BYTES = new ByteText();

/** The document of one sample, as one line in pieces, each good until the next is asked for: with 40,000 flows it is too long to be made at once.
 * `texts`: where more samples follow. */
export function* jsonDocument(
  sample: Sample,
  rows: readonly number[],
  version: string,
  texts: FlowTexts | null = null,
): Iterable<Uint8Array> {
  const head = JSON.stringify(jsonHead(sample, SAMPLE_SCHEMA, version)), flows = texts ?? new FlowJson();
  flows.begin(sample);
  BYTES.clear();
  BYTES.text(`${head.slice(0, -1)},"flows":[`);
  for (let i = 0; i < rows.length; i++) {
    if (i > 0) BYTES.put(COMMA);
    flows.put(BYTES, sample, rows[i]);
    if (BYTES.length < CHUNK_BYTES) continue;
    yield BYTES.bytes;
    BYTES.clear();
  }
  BYTES.put(END);
  yield BYTES.bytes;
}

/** The same of groups. */
export function groupsDocument(
  sample: Sample,
  groups: readonly Group[],
  by: Grouping,
  version: string,
  sinceMs: number | null = null,
): Iterable<string> {
  const since = sinceMs === null ? null : new Date(sinceMs).toISOString();
  const head = { ...jsonHead(sample, GROUPS_SCHEMA, version), group_by: by, since };
  return inPieces(head, "groups", groups, (group) => JSON.stringify(groupFacts(sample, group, by)));
}

function* inPieces<T>(head: object, name: string, items: readonly T[], text: (item: T) => string): Iterable<string> {
  let chunk = `${JSON.stringify(head).slice(0, -1)},"${name}":[`;
  for (let i = 0; i < items.length; i++) {
    chunk += (i === 0 ? "" : ",") + text(items[i]);
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk + "]}\n";
}

/** Of all flows and of none; null: not known. */
function droppedInSample({ dropsKnown, dropTotals }: Sample): object[] | null {
  if (!dropsKnown) return null;
  return (dropTotals ?? []).map(({ reason, direction, packets, bytes, withoutFlow }) => (
    { reason, direction, packets, bytes, without_flow: withoutFlow }
  ));
}

function hostFacts({ name, staleSinceMs, aheadMs, version }: HostState): object {
  return {
    name,
    stale_since: staleSinceMs === null ? null : new Date(staleSinceMs).toISOString(),
    clock_ahead_ms: aheadMs === null ? null : Math.round(aheadMs),
    version,
  };
}

/** Everything of the document but its flows or groups. */
function jsonHead(sample: Sample, schema: string, version: string): Record<string, unknown> {
  const { totals, health } = machineFacts(sample);
  return {
    schema,
    version,
    time: new Date(sample.wallMs).toISOString(),
    interval_ms: Math.round(sample.intervalMs * 1000) / 1000,
    host: sample.host,
    ...sample.fleet && { hosts: sample.fleet.map(hostFacts) },
    source: { tcp: sample.source.tcp, udp: sample.source.udp, notes: notesOf(sample) },
    health,
    totals: {
      ...totals,
      dropped: droppedInSample(sample),
    },
  };
}
