import { strictEqual } from "node:assert/strict";
import { addressText, endpointText } from "../../src/view/address.ts";
import { remoteAddress } from "../../src/view/flow.ts";
import { address } from "../support/records.ts";
import { fakeSample } from "./fake_sample.ts";

Deno.test("addressText() writes IPv4 and the short form of IPv6", () => {
  strictEqual(addressText(4, address("255.0.10.1"), 0), "255.0.10.1");
  strictEqual(addressText(6, address("::"), 0), "::");
  strictEqual(addressText(6, address("2001:db8:0:0:1:0:0:1"), 0), "2001:db8::1:0:0:1");
});

const shown = (remote: string, scope: number, netns = 7, zones = new Map<string, string>()) =>
  remoteAddress(fakeSample([{ local: ["::1", 9], remote: [remote, 9], scope, netns }], { zones }), 0);

Deno.test("remoteAddress() says the interface of a scoped address alone", () => {
  for (const scoped of ["ff01::1", "ff02::1", "ff05::1", "ff12::1", "febf::1"]) {
    strictEqual(shown(scoped, 3), `${scoped}%3`);
  }
  for (const global of ["ff0e::1", "fec0::1", "fe00::1"]) strictEqual(shown(global, 3), global);
  strictEqual(shown("fe80::1", 3), "fe80::1%3");
  strictEqual(shown("fe80::1", 0), "fe80::1");
  strictEqual(shown("2001:db8::1", 3), "2001:db8::1");
});

Deno.test("remoteAddress() has the interface's name in the socket's own network namespace", () => {
  const zones = new Map([["7 3", "eth0"], ["8 3", "wlan0.20"]]);
  strictEqual(shown("fe80::1", 3, 7, zones), "fe80::1%eth0");
  strictEqual(shown("fe80::1", 3, 8, zones), "fe80::1%wlan0.20");
  strictEqual(shown("fe80::1", 4, 7, zones), "fe80::1%4");
});

Deno.test("endpointText() puts IPv6 into brackets", () => {
  strictEqual(endpointText("10.0.0.1", 4, 443), "10.0.0.1:443");
  strictEqual(endpointText("::1", 6, 443), "[::1]:443");
});
