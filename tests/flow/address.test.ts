import { strictEqual } from "node:assert/strict";
import { isLoopback, isV4Mapped, unmapV4 } from "../../src/flow/address.ts";
import { addressText } from "../../src/view/address.ts";
import { address } from "../support/records.ts";

Deno.test("isV4Mapped() and unmapV4() know ::ffff:a.b.c.d and nothing else", () => {
  for (const other of ["::1", "::", "::102:304", "64:ff9b::102:304", "::fffe:1.2.3.4"]) {
    strictEqual(isV4Mapped(address(other), 0), false);
  }
  const bytes = address("::ffff:1.2.3.4");
  strictEqual(isV4Mapped(bytes, 0), true);
  unmapV4(bytes, 0);
  strictEqual(addressText(4, bytes, 0), "1.2.3.4");
});

Deno.test("isLoopback() is true where both ends are on this machine by their addresses", () => {
  const cases: readonly [4 | 6, string, string, boolean][] = [
    [4, "127.0.0.1", "127.8.9.1", true],
    [4, "10.0.0.2", "10.0.0.2", true],
    [4, "10.0.0.2", "10.0.0.3", false],
    [4, "0.0.0.0", "0.0.0.0", false],
    [4, "127.0.0.1", "0.0.0.0", true],
    [6, "::1", "::1", true],
    [6, "::1", "::", true],
    [6, "::", "::", false],
    [6, "fe80::1", "fe80::1", true],
    [6, "fe80::1", "fe80::2", false],
  ];
  for (const [family, local, remote, expected] of cases) {
    strictEqual(isLoopback(family, address(local), address(remote), 0), expected, `${local} ${remote}`);
  }
});
