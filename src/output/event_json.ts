/** An event as JSON, in bytes. */
import { EventKind } from "../flow/event_log.ts";
import { hostState } from "../flow/host.ts";
import { connectUs } from "../flow/path.ts";
import { isTcp, retransmits, rttUs, rttVarUs, rxBytes, rxPackets, txBytes, txPackets } from "../flow/row.ts";
import { type EventBatch, eventWallMs } from "../flow/sample.ts";
import { dropsOf } from "../view/drops.ts";
import { cgroupPath, container, directionName, executable, pidOf, processName, uidOf, userName } from "../view/flow.ts";
import { bytesOf, type ByteText } from "./byte_text.ts";
import { durationUs, eventName } from "./event_facts.ts";
import { containerJson, droppedJson } from "./json_parts.ts";
import { textOrNull as text } from "./json_text.ts";
import { OwnerParts } from "./owner_parts.ts";
import { END_JSON, key, putId, putLocal, putMicroTime, putRemote } from "./row_bytes.ts";

export const EVENT_SCHEMA_NAME = "tcptop.event/1";

/** By EventKind. */
const BEGINNINGS = [0, ...Object.values(EventKind)].map((kind) =>
  bytesOf(`{"schema":"${EVENT_SCHEMA_NAME}","event":"${eventName(kind)}","time":"`)
);
const ID = bytesOf('","id":"'), REMOTE = bytesOf('},"remote":'), END = bytesOf("}\n");
const NONE = bytesOf("[]");
const RX_BYTES = key("rx_bytes"), TX_BYTES = key("tx_bytes"), RX_PACKETS = key("rx_packets");
const TX_PACKETS = key("tx_packets"), RTT_US = key("rtt_us"), RTT_VAR_US = key("rtt_var_us");
const RETRANSMITS = key("retransmits"), LOOPBACK = key("loopback"), FINAL = key("final"), HOW_ENDED = key("end");
const CONNECT_US = key("connect_us"), DROPPED = key("dropped"), HOST = key("host");

/** Between the id and the local address: by what kind() tells apart. */
const KINDS: (Uint8Array | undefined)[] = [];

function kindOf(batch: EventBatch, row: number): Uint8Array {
  const f = batch.flows, tcp = isTcp(f, row), is4 = f.family[row] === 4;
  const number = f.direction[row] << 2 | (tcp ? 2 : 0) | (is4 ? 1 : 0);
  return KINDS[number] ??= bytesOf(
    `","protocol":"${tcp ? "tcp" : "udp"}","family":${is4 ? 4 : 6},"direction":${text(directionName(f, row))},"local":`,
  );
}

function ownerPart(batch: EventBatch, row: number): Uint8Array {
  const f = batch.flows;
  return bytesOf(
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
    to.put(BEGINNINGS[kind]);
    putMicroTime(to, eventWallMs(batch, row));
    to.put(ID);
    putId(to, f, row);
    to.put(kindOf(batch, row));
    putLocal(to, batch, row);
    to.put(REMOTE);
    putRemote(to, batch, row);
    to.put(this.#owners.of(batch, row));
    to.numberOrNull(durationUs(batch, row));
    to.put(RX_BYTES);
    to.numberOrNull(rxBytes(f, row));
    to.put(TX_BYTES);
    to.numberOrNull(txBytes(f, row));
    to.put(RX_PACKETS);
    to.numberOrNull(rxPackets(f, row));
    to.put(TX_PACKETS);
    to.numberOrNull(txPackets(f, row));
    to.put(RTT_US);
    to.numberOrNull(rttUs(f, row));
    to.put(RTT_VAR_US);
    to.numberOrNull(rttVarUs(f, row));
    to.put(RETRANSMITS);
    to.numberOrNull(retransmits(f, row));
    to.put(LOOPBACK);
    to.booleanOrNull(f.loopback[row] === 1);
    to.put(FINAL);
    to.booleanOrNull(isOpening ? null : kind !== EventKind.vanished);
    to.put(HOW_ENDED);
    END_JSON.put(to, batch, row);
    to.put(CONNECT_US);
    to.numberOrNull(connectUs(f, row));
    to.put(DROPPED);
    if (isOpening) to.null();
    else if (batch.dropsKnown && f.drops[row] === 0 && isTcp(f, row)) to.put(NONE);
    else to.text(droppedJson(dropsOf(batch, row)));
    to.put(HOST);
    if (batch.fleet === undefined) to.null();
    else to.text(text(hostState(batch, row)?.name ?? null));
    to.put(END);
  }
}
