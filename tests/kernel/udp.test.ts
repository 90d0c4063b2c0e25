/** UDP flows against traffic that is known to the byte. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { Netns } from "../support/netns.ts";
import { Running, type SampleDocument } from "../support/tcptop.ts";
import { type Phase, Workload } from "../support/workload.ts";

/** UDP flows by their two ports: one of the two is the client's, and no two flows share it. */
function byPorts({ flows }: SampleDocument): Map<string, FlowFacts> {
  const udp = flows.filter(({ protocol }) => protocol === "udp");
  return new Map(udp.map((flow) => [`${flow.local.port} ${flow.remote?.port}`, flow]));
}

interface Expected {
  readonly family: 4 | 6;
  readonly address: string;
  readonly netns?: number;
}

/** The facts of both ends that must be as the workload says, in an order that can be compared. */
function expectedOf(ready: Phase, { family, address, netns }: Expected) {
  return ready.flows.flatMap(({ client, server }) => {
    const common = { family, netns, loopback: true, user: "root", rtt_us: null, retransmits: null };
    const ends = (local: number, remote: number) => ({
      local: { address, port: local },
      remote: { address, port: remote, name: null, name_from: null, real: null },
    });
    return [
      {
        ...common,
        ...ends(client.port, server.port),
        direction: "outbound",
        pid: client.pid,
        process: "wl-client",
        tx_bytes: client.sent,
        rx_bytes: client.received,
        tx_packets: client.sentDatagrams,
        rx_packets: client.receivedDatagrams,
      },
      {
        ...common,
        ...ends(server.port, client.port),
        direction: "inbound",
        pid: server.pid,
        process: "wl-server",
        tx_bytes: server.sent,
        rx_bytes: server.received,
        tx_packets: server.sentDatagrams,
        rx_packets: server.receivedDatagrams,
      },
    ];
  });
}

/** Waits for the sample that has every datagram, and compares every flow with the truth. */
async function check(running: Running, ready: Phase, expected: Expected): Promise<SampleDocument> {
  const { client, server } = ready.flows.at(-1)!;
  const sample = await running.until("the last datagram", (sample) => {
    const flow = byPorts(sample).get(`${server.port} ${client.port}`);
    return flow?.rx_packets === server.receivedDatagrams && flow.tx_packets === server.sentDatagrams;
  });
  const flows = byPorts(sample), netns = (await Deno.stat("/proc/self/ns/net")).ino!;
  for (const wanted of expectedOf(ready, { netns, ...expected })) {
    const key = `${wanted.local.port} ${wanted.remote.port}`, flow = flows.get(key);
    ok(flow, `no flow ${key}`);
    const facts = Object.fromEntries(Object.keys(wanted).map((name) => [name, flow[name as keyof FlowFacts]]));
    deepStrictEqual(facts, wanted);
  }
  strictEqual(sample.health.flows_evicted, 0);
  strictEqual(sample.health.datagrams_untracked, 0);
  return sample;
}

async function checkWorkload(args: readonly (string | number)[], expected: Expected): Promise<SampleDocument> {
  await using running = await Running.start("-i", "500ms", "--udp");
  await using workload = await Workload.start("udp", ...args);
  return await check(running, await workload.until("ready"), expected);
}

const V4 = { family: 4, address: "127.0.0.1" } as const, V6 = { family: 6, address: "::1" } as const;
const MANY = ["--flows", 2000, "--datagrams", 50, "--bytes", 101, "--half"] as const;

Deno.test("udp counts every byte of 2,000 flows, half of them connected, at both ends", async () => {
  const sample = await checkWorkload(MANY, V4);
  const sent = sample.flows.filter(({ process }) => process === "wl-client");
  strictEqual(sent.length, 2000);
  ok(sent.every(({ tx_bytes, tx_packets }) => tx_bytes === 5050 && tx_packets === 50));
});

Deno.test("udp counts every byte of IPv6 flows", async () => {
  await checkWorkload([...MANY, "-6"], V6);
});

Deno.test("udp shows the peers of v4-mapped sockets as the IPv4 that they are", async () => {
  await checkWorkload(["--flows", 23, "--datagrams", 7, "--bytes", 211, "--half", "--mapped"], V4);
});

Deno.test("udp counts both directions of answered datagrams", async () => {
  await checkWorkload(["--flows", 53, "--datagrams", 11, "--bytes", 307, "--half", "--echo"], V4);
});

Deno.test("udp counts the segments of UDP_SEGMENT, not the sends", async () => {
  await checkWorkload(["--flows", 3, "--datagrams", 131, "--bytes", 509, "--gso"], V4);
  await checkWorkload(["--flows", 3, "--datagrams", 131, "--bytes", 509, "--gso", "--connected", "-6"], V6);
});

Deno.test("udp counts busy flows, both ways, in segments and as IPv6", async () => {
  await checkWorkload(["--flows", 7, "--datagrams", 9_011, "--bytes", 307, "--echo"], V4);
  await checkWorkload(["--flows", 3, "--datagrams", 40_009, "--bytes", 509, "--gso"], V4);
  await checkWorkload(["--flows", 5, "--datagrams", 9_011, "--bytes", 101, "--half", "--echo", "-6"], V6);
});

Deno.test("udp counts a datagram in fragments as one", async () => {
  await checkWorkload(["--flows", 3, "--datagrams", 5, "--bytes", 65507], V4);
});

Deno.test("udp counts empty datagrams", async () => {
  await checkWorkload(["--flows", 3, "--datagrams", 5, "--bytes", 0], V4);
});

Deno.test("udp sees flows of another network namespace, and which one it is", async () => {
  await using netns = await Netns.make();
  const args = ["--server-netns", netns.path, "--client-netns", netns.path] as const;
  await checkWorkload([...MANY, ...args], { ...V4, netns: netns.inode });
});

Deno.test("udp flows turn IDLE, then EXPIRED, then leave", async () => {
  await using running = await Running.start("-i", "500ms", "--udp", "--udp-timeout", "2s");
  await using workload = await Workload.start("udp", "--flows", 23, "--datagrams", 3, "--bytes", 101);
  const ready = await workload.until("ready"), ports = new Set(ready.flows.map(({ client }) => client.port));
  const ofOurs = ({ flows }: SampleDocument) => flows.filter(({ local }) => ports.has(local.port));
  const states = new Map<number, string[]>();
  await running.until("the flows' end", (sample) => {
    const ours = ofOurs(sample);
    for (const { state, closed, tx_bytes, local } of ours) {
      // The first sample may have been taken while they were sent.
      ok(tx_bytes === 303 || state === "ACTIVE" && tx_bytes! < 303, `${state} with ${tx_bytes} bytes`);
      strictEqual(closed, state === "EXPIRED");
      const seen = states.get(local.port) ?? [];
      if (state !== seen.at(-1)) states.set(local.port, [...seen, state]);
    }
    return ours.length === 0 && states.size === 23;
  });
  for (const seen of states.values()) deepStrictEqual(seen, ["ACTIVE", "IDLE", "EXPIRED"]);
});

/** A bound UDP socket of this process. */
async function bound(): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return { socket, port: socket.address().port };
}

Deno.test("udp begins anew when an expired flow moves again", async () => {
  await using running = await Running.start("-i", "200ms", "--udp", "--udp-timeout", "300ms");
  const server = await bound(), client = await bound(), ids: string[] = [];
  try {
    for (let round = 0; round < 2; round++) {
      client.socket.send(new Uint8Array(101 + round), server.port, "127.0.0.1");
      const isNew = ({ local, closed, id }: FlowFacts) => local.port === client.port && closed && !ids.includes(id);
      const { flows } = await running.until("the end of the flow", ({ flows }) => flows.some(isNew));
      const flow = flows.find(isNew)!;
      deepStrictEqual([flow.tx_bytes, flow.tx_packets], [101 + round, 1]);
      ids.push(flow.id);
    }
  } finally {
    server.socket.close();
    client.socket.close();
  }
});

Deno.test("udp evicts the flows that were idle for longest, counts them, and stays within its bounds", async () => {
  await using running = await Running.start("-i", "500ms", "--udp", "-p", 0);
  await using workload = await Workload.start("udp", "--remotes", 100_000, "--datagrams", 1, "--bytes", 11);
  await workload.until("ready");
  const all = ({ health, totals }: SampleDocument) => health.flows_evicted + totals.udp;
  const full = await running.until("100,000 flows", (sample) => all(sample) > 100_000);
  ok(full.health.flows_evicted > 0);
  strictEqual(full.health.datagrams_untracked, 0);
  ok(full.source.notes.some(({ code }) => code === "flows_evicted"));
  const after = await running.fresh();
  ok(all(after) > 100_000);
  ok(after.totals.udp <= 65_536, `${after.totals.udp} flows`);
});
