/** An event as JSON, in bytes. */
import { EventKind } from "../flow/event_log.ts";
import { hostState } from "../flow/host.ts";
import { connectUs } from "../flow/path.ts";
import { isTcp, retransmits, rttUs, rttVarUs, rxBytes, rxPackets, txBytes, txPackets } from "../flow/row.ts";
import { type EventBatch, eventWallMs } from "../flow/sample.ts";
import { dropsOf } from "../view/drops.ts";
import { cgroupPath, container, directionName, executable, pidOf, processName, uidOf, userName } from "../view/flow.ts";
import { type ByteText, type Constant, constant } from "./byte_text.ts";
import { durationUs, eventName } from "./event_facts.ts";
import { containerJson, droppedJson } from "./json_parts.ts";
import { textOrNull as text } from "./json_text.ts";
import { OwnerParts } from "./owner_parts.ts";
import { END_JSON, MicroTimes, putId, putLocal, putRemote } from "./row_bytes.ts";

export const EVENT_SCHEMA_NAME = "tcptop.event/1";

/** By EventKind. */
const TIMES = [0, ...Object.values(EventKind)].map((kind) =>
  new MicroTimes(`{"schema":"${EVENT_SCHEMA_NAME}","event":"${eventName(kind)}","time":"`, '","id":"')
);
const REMOTE = constant('},"remote":'), END = constant("}\n");
const key = (name: string) => constant(`,"${name}":`);
const RX_BYTES = key("rx_bytes"), TX_BYTES = key("tx_bytes"), RX_PACKETS = key("rx_packets");
const TX_PACKETS = key("tx_packets"), RTT_US = key("rtt_us"), RTT_VAR_US = key("rtt_var_us");
const RETRANSMITS = key("retransmits"), CONNECT_US = key("connect_us"), DROPPED = key("dropped"), HOST = key("host");
const DROPPED_NULL = constant(',"dropped":null'),
  DROPPED_NONE = constant(',"dropped":[]'),
  HERE = constant(',"host":null}\n');
/** From "loopback" to the value of "end", by EventKind: without loopback, and with it. */
const WAYS = [false, true].map((loopback) =>
  [0, ...Object.values(EventKind)].map((kind) => {
    const final = kind === EventKind.opened ? null : kind !== EventKind.vanished;
    return constant(`,"loopback":${loopback},"final":${final},"end":`);
  })
);

/** Between the id and the local address: by what kind() tells apart. */
const KINDS: (Constant | undefined)[] = [];

function kindOf(batch: EventBatch, row: number): Constant {
  const f = batch.flows, tcp = isTcp(f, row), is4 = f.family[row] === 4;
  const number = f.direction[row] << 2 | (tcp ? 2 : 0) | (is4 ? 1 : 0);
  return KINDS[number] ??= constant(
    `","protocol":"${tcp ? "tcp" : "udp"}","family":${is4 ? 4 : 6},"direction":${text(directionName(f, row))},"local":`,
  );
}

function ownerPart(batch: EventBatch, row: number): Constant {
  const f = batch.flows;
  return constant(
    `,"pid":${pidOf(f, row)},"process":${text(processName(batch, row))},"exe":${text(executable(batch, row))}` +
      `,"uid":${uidOf(f, row)},"user":${text(userName(batch, row))},"netns":${f.netns[row] || null}` +
      `,"cgroup":${text(cgroupPath(batch, row))},"container":${containerJson(container(batch, row))},"duration_us":`,
  );
}

/** Lines of a batch after the other: begin() before the first of each. */
export class EventJson {
  readonly #owners = new OwnerParts(ownerPart);

  begin(): void {
    this.#owners.begin();
  }

  /** As JSON.stringify({ schema, ...eventFacts() }) has it, and a line feed. */
  line(to: ByteText, batch: EventBatch, row: number): void {
    const f = batch.flows, kind = batch.events.kind[row], isOpening = kind === EventKind.opened;
    TIMES[kind].put(to, eventWallMs(batch, row));
    putId(to, f, row);
    to.add(kindOf(batch, row));
    putLocal(to, batch, row);
    to.add(REMOTE);
    putRemote(to, batch, row);
    to.add(this.#owners.of(batch, row));
    to.numberOrNull(durationUs(batch, row));
    to.add(RX_BYTES);
    to.numberOrNull(rxBytes(f, row));
    to.add(TX_BYTES);
    to.numberOrNull(txBytes(f, row));
    to.add(RX_PACKETS);
    to.numberOrNull(rxPackets(f, row));
    to.add(TX_PACKETS);
    to.numberOrNull(txPackets(f, row));
    to.add(RTT_US);
    to.numberOrNull(rttUs(f, row));
    to.add(RTT_VAR_US);
    to.numberOrNull(rttVarUs(f, row));
    to.add(RETRANSMITS);
    to.numberOrNull(retransmits(f, row));
    to.add(WAYS[f.loopback[row] === 1 ? 1 : 0][kind]);
    END_JSON.put(to, batch, row);
    to.add(CONNECT_US);
    to.numberOrNull(connectUs(f, row));
    if (isOpening) to.add(DROPPED_NULL);
    else if (batch.dropsKnown && f.drops[row] === 0 && isTcp(f, row)) to.add(DROPPED_NONE);
    else {
      to.add(DROPPED);
      to.text(droppedJson(dropsOf(batch, row)));
    }
    if (batch.fleet === undefined) return to.add(HERE);
    to.add(HOST);
    to.text(text(hostState(batch, row)?.name ?? null));
    to.add(END);
  }
}
