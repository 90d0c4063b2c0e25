/** An event as JSON, in bytes. */
import { EventKind } from "../flow/event_log.ts";
import { hostState } from "../flow/host.ts";
import { connectUs } from "../flow/path.ts";
import { isTcp, retransmits, rttUs, rttVarUs, rxBytes, rxPackets, txBytes, txPackets } from "../flow/row.ts";
import { type EventBatch, eventWallMs } from "../flow/sample.ts";
import { dropsOf } from "../view/drops.ts";
import { cgroupPath, container, directionName, executable, pidOf, processName, uidOf, userName } from "../view/flow.ts";
import { type ByteText, type Constant, constant, NumberBehind } from "./byte_text.ts";
import { durationUs, eventName } from "./event_facts.ts";
import { containerJson, droppedJson, endJson } from "./json_parts.ts";
import { textOrNull as text } from "./json_text.ts";
import { EventOwnerParts } from "./owner_parts.ts";
import { EndParts, MicroTimes, putId, putLocal, RemoteParts } from "./row_bytes.ts";

export const EVENT_SCHEMA_NAME = "tcptop.event/1";

/** By EventKind. */
const TIMES = [0, ...Object.values(EventKind)].map((kind) =>
  new MicroTimes(`{"schema":"${EVENT_SCHEMA_NAME}","event":"${eventName(kind)}","time":"`, '","id":"')
);
const REMOTE = new RemoteParts('},"remote":'), END = constant("}\n");
const key = (name: string) => `,"${name}":`;
const RX_BYTES = new NumberBehind(key("rx_bytes")), TX_BYTES = new NumberBehind(key("tx_bytes"));
const RX_PACKETS = new NumberBehind(key("rx_packets")), TX_PACKETS = new NumberBehind(key("tx_packets"));
const RTT_US = new NumberBehind(key("rtt_us")), RTT_VAR_US = new NumberBehind(key("rtt_var_us"));
const RETRANSMITS = new NumberBehind(key("retransmits")), CONNECT_US = new NumberBehind(key("connect_us"));
const DROPPED = constant(key("dropped")), HOST = constant(key("host"));
const ALONE = ',"host":null}\n';
const DROPPED_NULL = constant(',"dropped":null'), OPENED_ALONE = constant(',"dropped":null' + ALONE);
const DROPPED_NONE = constant(',"dropped":[]'), NONE_ALONE = constant(',"dropped":[]' + ALONE);
const HERE = constant(ALONE);
/** From "loopback" to the end, by EventKind: without loopback, and with it. */
const WAYS = [false, true].map((loopback) =>
  [0, ...Object.values(EventKind)].map((kind) => {
    const final = kind === EventKind.opened ? null : kind !== EventKind.vanished;
    return new EndParts((end) => `,"loopback":${loopback},"final":${final},"end":${endJson(end)}`);
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
  readonly #owners = new EventOwnerParts(ownerPart);

  begin(batch: EventBatch): void {
    this.#owners.begin(batch);
  }

  /** As JSON.stringify({ schema, ...eventFacts() }) has it, and a line feed. */
  line(to: ByteText, batch: EventBatch, row: number): void {
    const f = batch.flows, kind = batch.events.kind[row], isOpening = kind === EventKind.opened;
    TIMES[kind].put(to, eventWallMs(batch, row));
    putId(to, f, row);
    to.add(kindOf(batch, row));
    putLocal(to, batch, row);
    REMOTE.put(to, batch, row);
    to.add(this.#owners.of(batch, row));
    to.numberOrNull(durationUs(batch, row));
    RX_BYTES.put(to, rxBytes(f, row));
    TX_BYTES.put(to, txBytes(f, row));
    RX_PACKETS.put(to, rxPackets(f, row));
    TX_PACKETS.put(to, txPackets(f, row));
    RTT_US.put(to, rttUs(f, row));
    RTT_VAR_US.put(to, rttVarUs(f, row));
    RETRANSMITS.put(to, retransmits(f, row));
    WAYS[f.loopback[row] === 1 ? 1 : 0][kind].put(to, batch, row);
    CONNECT_US.put(to, connectUs(f, row));
    const isAlone = batch.fleet === undefined;
    if (isOpening) to.add(isAlone ? OPENED_ALONE : DROPPED_NULL);
    else if (batch.dropsKnown && f.drops[row] === 0 && isTcp(f, row)) to.add(isAlone ? NONE_ALONE : DROPPED_NONE);
    else {
      to.add(DROPPED);
      to.text(droppedJson(dropsOf(batch, row)));
      if (isAlone) to.add(HERE);
    }
    if (isAlone) return;
    to.add(HOST);
    to.text(text(hostState(batch, row)?.name ?? null));
    to.add(END);
  }
}
