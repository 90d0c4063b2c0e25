import { Protocol } from "../../flow/columns.ts";
import { isTcp } from "../../flow/row.ts";
import type { Sample } from "../../flow/sample.ts";
import { askedName, directionName, localAddress, remoteAddress } from "../../view/flow.ts";
import type { Attributes } from "./attribute_set.ts";
import { communityId } from "./community_id.ts";

/** The two ends of a row that has both: by where they are, and by who called whom where that is known. */
export function endpointAttributes(sample: Sample, row: number): Attributes {
  const { flows } = sample, direction = directionName(flows, row);
  const local = { address: localAddress(sample, row), port: flows.localPort[row] };
  const remote = { address: remoteAddress(sample, row), port: flows.remotePort[row] };
  const attributes: Record<string, string | number> = {
    "network.transport": isTcp(flows, row) ? "tcp" : "udp",
    "network.type": flows.family[row] === 4 ? "ipv4" : "ipv6",
    "network.local.address": local.address,
    "network.local.port": local.port,
    "network.peer.address": remote.address,
    "network.peer.port": remote.port,
    "network.community_id": communityId(flows, row),
  };
  if (flows.protocol[row] === Protocol.quic) attributes["network.protocol.name"] = "quic";
  if (direction === null) return attributes;
  const [client, server] = direction === "outbound" ? [local, remote] : [remote, local];
  attributes["client.address"] = client.address;
  attributes["client.port"] = client.port;
  // The conventions want the name that was asked for, where there is one, and no name from a reverse look-up.
  attributes["server.address"] = direction === "outbound" ? askedName(sample, row) ?? server.address : server.address;
  attributes["server.port"] = server.port;
  return attributes;
}
