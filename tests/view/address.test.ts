import { strictEqual } from "node:assert/strict";
import { addressText, endpointText } from "../../src/view/address.ts";
import { address } from "../support/records.ts";

Deno.test("addressText() writes IPv4 and the short form of IPv6", () => {
  strictEqual(addressText(4, address("255.0.10.1"), 0, 0), "255.0.10.1");
  strictEqual(addressText(6, address("::"), 0, 0), "::");
  strictEqual(addressText(6, address("2001:db8:0:0:1:0:0:1"), 0, 0), "2001:db8::1:0:0:1");
});

Deno.test("addressText() says the interface of a scoped address alone", () => {
  for (const scoped of ["ff01::1", "ff02::1", "ff05::1", "ff12::1", "febf::1"]) {
    strictEqual(addressText(6, address(scoped), 0, 3), `${scoped}%3`);
  }
  for (const global of ["ff0e::1", "fec0::1", "fe00::1"]) strictEqual(addressText(6, address(global), 0, 3), global);
  strictEqual(addressText(6, address("fe80::1"), 0, 3), "fe80::1%3");
  strictEqual(addressText(6, address("fe80::1"), 0, 0), "fe80::1");
  strictEqual(addressText(6, address("2001:db8::1"), 0, 3), "2001:db8::1");
});

Deno.test("endpointText() puts IPv6 into brackets", () => {
  strictEqual(endpointText("10.0.0.1", 4, 443), "10.0.0.1:443");
  strictEqual(endpointText("::1", 6, 443), "[::1]:443");
});
