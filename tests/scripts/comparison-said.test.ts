import { deepStrictEqual } from "node:assert/strict";
import {
  saidByBandwhich,
  saidByIftop,
  saidByNethogs,
  saidByRustnet,
  saidByTcplife,
  saidByTcptop,
  UNTOLD,
} from "../bench/comparison/said.ts";
import { plainScreen } from "../bench/comparison/plain_screen.ts";

const HERE = "198.51.100.1", THERE = "198.51.100.2";

Deno.test("saidByTcptop() takes both ends of what ended, the long one apart, and nobody else's", () => {
  const event = (process: string, from: string, port: number, to: string, remote: number, tx: number, rx: number) =>
    JSON.stringify({
      event: "closed",
      process,
      local: { address: from, port },
      remote: { address: to, port: remote },
      tx_bytes: tx,
      rx_bytes: rx,
    });
  const text = [
    event("nginx", HERE, 80, THERE, 5000, 24785, 80),
    event("curl", THERE, 5000, HERE, 80, 80, 24785),
    event("nginx", HERE, 80, THERE, 5001, 30_000_267, 80),
    event("other", "127.0.0.1", 80, "127.0.0.1", 5002, 1, 1),
  ].join("\n");
  deepStrictEqual(saidByTcptop(text, 80, HERE), {
    server: { connections: 1, named: 1, sent: 24785, received: 80 },
    client: { connections: 1, named: 1, sent: 80, received: 24785 },
    long: 30_000_267,
    about: "payload, to the byte",
  });
});

Deno.test("saidByRustnet() takes a connection without a process for one without a name", () => {
  const connections = [{
    id: "a",
    protocol: "TCP",
    process: null,
    local: { port: 80 },
    remote: { port: 5000 },
    traffic: { bytes_sent: 25000, bytes_received: 600 },
  }];
  const { server, client } = saidByRustnet(JSON.stringify({ connections }), 80);
  deepStrictEqual(server, { connections: 1, named: 0, sent: 25000, received: 600 });
  deepStrictEqual(client, { ...UNTOLD, connections: 0 });
});

Deno.test("saidByBandwhich() takes the last of sums that grow", () => {
  const line = (up: number) => `connection: <1> <veth>:80 => ${THERE}:5000 (tcp) up/down Bps: ${up}/7 process: "nginx"`;
  deepStrictEqual(saidByBandwhich(`${line(10)}\n${line(30)}`, 80).server, {
    connections: 1,
    named: 1,
    sent: 30,
    received: 7,
  });
});

Deno.test("saidByTcplife() takes KiB for what they are", () => {
  const text = `14431   nginx            ${HERE}    80    ${THERE}    59140 2.00 0.50   0.78`;
  deepStrictEqual(saidByTcplife(text, 80, HERE).server, { connections: 1, named: 1, sent: 2048, received: 512 });
});

Deno.test("saidByNethogs() adds up programs, also those that it tells of no more", () => {
  const text =
    "Refreshing:\n/usr/sbin/nginx/7/0\t5\t6\n\nRefreshing:\n/usr/sbin/nginx/7/0\t5e+01\t60\nunknown TCP/0/0\t1\t2\n" +
    "\nRefreshing:\nunknown TCP/0/0\t0\t0\n";
  const { server, about } = saidByNethogs(text);
  deepStrictEqual(server, { ...UNTOLD, sent: 51, received: 62 });
  deepStrictEqual(about.includes('("nginx" and "unknown TCP")'), true);
  deepStrictEqual(saidByNethogs("").server, UNTOLD);
});

Deno.test("saidByIftop() takes the sum of all", () => {
  const text = "Cumulative (sent/received/total):               33.2MB      112KB     33.3MB\n";
  deepStrictEqual(saidByIftop(text).server, { ...UNTOLD, sent: 34812723, received: 114688 });
});

Deno.test("plainScreen() draws lines, and leaves colours out", () => {
  deepStrictEqual(plainScreen("\x1b[1;31mqx\x1b[0m \x0eqqvq\x0f q"), "qx ──┴─ q");
});
