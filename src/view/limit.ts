/** Why a flow is slow, in a sentence with the figures behind it. */
import type { Sample } from "../flow/sample.ts";
import { droppedPackets, held, isTcp, limitedBy } from "../flow/row.ts";
import { bytesText, durationText } from "./units.ts";

/** null: there is nothing to say. */
export function limitSentence(sample: Sample, row: number): string | null {
  const f = sample.flows, us = sample.intervalMs * 1000, over = `of the last ${durationText(us)}`;
  const share = (what: "busyUs" | "peerWindowUs" | "sendBufferUs") =>
    `${Math.min(100, Math.round(100 * (held(f, row, what) ?? 0) / us))} %`;
  const bytes = (what: "unsent" | "receiveQueue") => bytesText(held(f, row, what) ?? 0);
  switch (limitedBy(f, row)) {
    case "peer_window":
      return `for the peer to read: its window was closed ${share("peerWindowUs")} ${over}`;
    case "send_buffer":
      return `for room in its send buffer, which was full ${share("sendBufferUs")} ${over}`;
    case "loss":
      return `for what was lost on the way to be sent again: busy ${share("busyUs")} ${over}`;
    case "network":
      return `for the network: ${bytes("unsent")} not sent yet, busy ${share("busyUs")} ${over}`;
    case "reader":
      return isTcp(f, row)
        ? `for this process to read: ${bytes("receiveQueue")} have come in`
        : `for this process to read: ${
          (droppedPackets(f, row) ?? 0).toLocaleString("en-US")
        } datagrams were lost so far`;
    case "application":
      return "for its process to write more";
    default:
      return null;
  }
}
