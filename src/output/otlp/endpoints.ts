import { Protocol } from "../../flow/columns.ts";
import { isTcp } from "../../flow/row.ts";
import type { Sample } from "../../flow/sample.ts";
import { askedName, directionName, localAddress, remoteAddress } from "../../view/flow.ts";
import type { AttributeSink } from "./attribute_set.ts";
import { communityId } from "./community_id.ts";

/** The two ends of a row that has both: by where they are, and by who called whom where that is known. */
export function addEndpoints(to: AttributeSink, sample: Sample, row: number): void {
  const { flows } = sample, direction = directionName(flows, row);
  const local = { address: localAddress(sample, row), port: flows.localPort[row] };
  const remote = { address: remoteAddress(sample, row), port: flows.remotePort[row] };
  to.put("network.transport", isTcp(flows, row) ? "tcp" : "udp");
  to.put("network.type", flows.family[row] === 4 ? "ipv4" : "ipv6");
  to.put("network.local.address", local.address);
  to.put("network.local.port", local.port);
  to.put("network.peer.address", remote.address);
  to.put("network.peer.port", remote.port);
  to.put("network.community_id", communityId(flows, row));
  if (flows.protocol[row] === Protocol.quic) to.put("network.protocol.name", "quic");
  if (direction === null) return;
  const [client, server] = direction === "outbound" ? [local, remote] : [remote, local];
  to.put("client.address", client.address);
  to.put("client.port", client.port);
  // The conventions want the name that was asked for, where there is one, and no name from a reverse look-up.
  to.put("server.address", direction === "outbound" ? askedName(sample, row) ?? server.address : server.address);
  to.put("server.port", server.port);
}
