import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { readBoot } from "../../scripts/matrix-boot.ts";
import { heldSockets, programFault, sampleOf } from "../../scripts/matrix-program.ts";

const CLIENT = {
  protocol: "tcp",
  family: 4,
  state: "ESTABLISHED",
  local: { port: 50000 },
  remote: { port: 41 },
  direction: "outbound",
  pid: 8,
  process: "matrix-client",
  rx_bytes: 503,
  tx_bytes: 1009,
};
const SERVER = {
  ...CLIENT,
  family: 6,
  local: { port: 61 },
  remote: { port: 50001 },
  direction: "inbound",
  pid: 7,
  process: "matrix-server",
  rx_bytes: 1009,
  tx_bytes: 503,
};
const STRANGER = { ...CLIENT, remote: { port: 443 } };

function boot(flows: readonly unknown[], source: unknown = { tcp: "bpf", udp: "bpf" }, doctor = 0) {
  const document = JSON.stringify({ source, health: { events_lost: 0 }, flows });
  return readBoot(
    "6.1",
    `hold server=7 client=8 port4=41 port6=61 sockets=2 up=1009 down=503\ndocument ${document}\nsaid   one = two\n` +
      `doctor status=${doctor}\ndiagnosis ${JSON.stringify({ source: { tcp: "bpf", udp: "bpf" } })}\n`,
  );
}

Deno.test("sampleOf() is null without a document that can be read", () => {
  strictEqual(sampleOf(readBoot("6.1", "finished status=0\n")), null);
  strictEqual(sampleOf(readBoot("6.1", 'document {"flows":\n')), null);
});

Deno.test("heldSockets() counts the sockets that are shown just as they are", () => {
  const count = (...flows: unknown[]) => heldSockets(boot(flows), sampleOf(boot(flows))!);
  deepStrictEqual(count(CLIENT, SERVER, STRANGER), { exact: 2, of: 2 });
  deepStrictEqual(count(CLIENT, { ...SERVER, rx_bytes: 1010 }), { exact: 1, of: 2 });
  deepStrictEqual(count({ ...CLIENT, pid: null }, { ...SERVER, direction: null }), { exact: 0, of: 2 });
});

Deno.test("programFault() is null for a document that is as it should be, else says why", () => {
  strictEqual(programFault(boot([CLIENT, SERVER])), null);
  strictEqual(programFault(boot([CLIENT])), "1 of 2 held sockets are exact");
  strictEqual(programFault(boot([CLIENT, SERVER], { tcp: null, udp: null })), "no source was chosen");
  strictEqual(
    programFault(readBoot("6.1", "said tcptop: needs root\n")),
    "there is no document; it said: tcptop: needs root",
  );
});

Deno.test("programFault() wants doctor to agree with what was used", () => {
  strictEqual(programFault(boot([CLIENT, SERVER], undefined, 4)), "doctor ended with 4 instead of 0");
  const lesser = { tcp: "netlink", udp: "bpf" };
  strictEqual(programFault(boot([CLIENT, SERVER], lesser)), "doctor ended with 0 instead of 4");
  strictEqual(programFault(boot([CLIENT, SERVER], lesser, 4)), "doctor names other sources than were used");
});
