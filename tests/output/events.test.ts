import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import schema from "../../schemas/event.schema.json" with { type: "json" };
import { Unknown } from "../../src/flow/columns.ts";
import { EVENT_SCHEMA_NAME, eventsJson, eventsText, lossLine, LossReason } from "../../src/output/events.ts";
import { columnById } from "../../src/view/column.ts";
import { EventFeed } from "../support/event_feed.ts";
import { comm, ended, opened } from "../support/records.ts";
import { End, OwnerHow } from "../../src/wire/layout.ts";
import { eventFacts } from "../../src/output/event_facts.ts";
import { eventJson } from "../../src/output/event_json.ts";

const batchOf = (...records: readonly Uint8Array[]) => new EventFeed().batch(...records);

const MS = 1e6;
const CURL = [
  opened({ timeNs: 678_901_000, openedNs: 678_901_000 }),
  ended({ timeNs: 731 * MS, openedNs: 678_901_000, rxBytes: 1009, txBytes: 503, srttUs: 14000, retransmits: 3 }),
];

Deno.test("eventsText() says who, whom and, at the end, how much", () => {
  strictEqual(
    [...eventsText(batchOf(...CURL), [0, 1], null)].join(""),
    "2026-01-02T03:04:05.678901Z opened 10.0.0.2:51812 -> 1.1.1.1:443  curl[1234]\n" +
      "2026-01-02T03:04:05.731000Z closed 10.0.0.2:51812 -> 1.1.1.1:443  curl[1234]  52.1 ms  in 0.99 KiB  out 503 B  rtt 14.0 ms  retrans 3\n",
  );
});

Deno.test("eventsText() has a dash for how long a connection was open that was met at its end", () => {
  const [line] = eventsText(batchOf(ended({ openedNs: 5000, unknown: Unknown.age })), [0], null);
  strictEqual(line.split("  ").slice(1, 3).join(" "), "curl[1234] -");
});

Deno.test("eventsText() has the columns that are asked for", () => {
  const columns = [columnById("pid")!, columnById("remote")!, columnById("rx")!];
  strictEqual(
    [...eventsText(batchOf(...CURL), [1], columns)].join(""),
    "2026-01-02T03:04:05.731000Z closed 1234  1.1.1.1:443  0.99 KiB\n",
  );
});

Deno.test("eventsJson() is a document a line, with exact figures", () => {
  const [first, second] = [...eventsJson(batchOf(...CURL), [0, 1])].join("").trimEnd().split("\n").map((l) =>
    JSON.parse(l)
  );
  deepStrictEqual([first.schema, first.event, first.duration_us, first.final], [
    "tcptop.event/1",
    "opened",
    null,
    null,
  ]);
  deepStrictEqual([second.event, second.duration_us, second.rx_bytes, second.tx_bytes], ["closed", 52099, 1009, 503]);
  deepStrictEqual([second.rtt_us, second.retransmits, second.final, second.id === first.id], [14000, 3, true, true]);
});

Deno.test("eventsText() has no byte of a process name that moves the cursor", () => {
  const text = [...eventsText(batchOf(opened({ comm: comm("\x1b[2Jcurl\n") })), [0], null)].join("");
  // deno-lint-ignore no-control-regex
  strictEqual(/[\x00-\x09\x0b-\x1f]/.test(text), false);
  strictEqual(text.split("\n").length, 2);
});

Deno.test("lossLine() says how many are missing, and why", () => {
  const wallMs = Date.UTC(2026, 0, 2);
  deepStrictEqual(JSON.parse(lossLine(LossReason.reader, 7, wallMs, EVENT_SCHEMA_NAME)), {
    schema: "tcptop.event/1",
    event: "lost",
    time: "2026-01-02T00:00:00.000000Z",
    reason: "reader",
    count: 7,
  });
  strictEqual(
    lossLine(LossReason.ring, 1204, wallMs, null),
    "2026-01-02T00:00:00.000000Z lost   1,204 records were lost because the ring buffer was full. Try a larger --ring-size, such as 16M\n",
  );
});

Deno.test("every line of eventsJson() and lossLine() fits the schema", () => {
  const validate = new Ajv2020({ allErrors: true }).compile(schema);
  const lines = [...eventsJson(batchOf(...CURL), [0, 1])].join("") + lossLine(LossReason.ring, 1, 0, EVENT_SCHEMA_NAME);
  for (const line of lines.trimEnd().split("\n")) {
    deepStrictEqual([validate(JSON.parse(line)), validate.errors], [true, null]);
  }
  strictEqual(validate({ ...JSON.parse(lines.split("\n")[0]), rx_bytes: "1" }), false);
});

Deno.test("eventsJson() writes what JSON.stringify() would", () => {
  const odd = 'a"\\\n\u2028 \ud800é';
  const feed = new EventFeed(),
    batch = feed.batch(
      ...CURL,
      opened({ cookie: 2, comm: comm('"\\\n\x01'), how: OwnerHow.none }),
      ended({ cookie: 2, unknown: Unknown.age | Unknown.bytes | Unknown.packets | Unknown.rtt | Unknown.retransmits }),
      ended({ cookie: 3, end: End.error | 111 }),
      ended({ cookie: 4, end: End.resetUnread }),
    );
  const facts = Array.from({ length: batch.length }, (_, row) => eventFacts(batch, row));
  const container = { id: odd, runtime: odd, name: null };
  const more: typeof facts = [
    { ...facts[1], process: odd, exe: odd, user: odd, cgroup: odd, container, netns: null, family: 6 },
    { ...facts[1], remote: null, dropped: [{ reason: odd, direction: "in", packets: 3, bytes: 5 }], direction: null },
    {
      ...facts[1],
      remote: { address: odd, port: 7, name: odd, name_from: "hosts", real: { address: odd, port: 9 } },
      end: { by: "kernel", how: null, error: odd, reason: odd },
      connect_us: 0,
    },
  ];
  for (const each of [...facts, ...more]) {
    strictEqual(eventJson("s/1", each), JSON.stringify({ schema: "s/1", ...each }));
  }
});
