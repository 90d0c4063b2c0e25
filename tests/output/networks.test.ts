import { deepStrictEqual, throws } from "node:assert/strict";
import { NetworksError, parseNetworks } from "../../src/output/networks.ts";
import { fakeSample } from "../view/fake_sample.ts";

Deno.test("parseNetworks() gives the smallest network that has the address, whatever the order", () => {
  const networks = parseNetworks(
    "n",
    "# ours\n10.0.0.0/8 office\n10.3.0.0/16  data centre # cold\n\n10.3.5.7 printer\n2001:db8::/32 six\r\n",
  );
  const remotes = ["10.1.2.3", "10.3.9.9", "10.3.5.7", "11.0.0.1", "2001:db8::5", "::1"];
  const { flows } = fakeSample(
    remotes.map((address) => ({ local: [address.includes(":") ? "::2" : "1.1.1.1", 1], remote: [address, 443] })),
  );
  deepStrictEqual(
    remotes.map((_, row) => networks.of(flows, row)),
    ["office", "data centre", "printer", "other", "six", "other"],
  );
});

Deno.test("parseNetworks() says which line it cannot read, and why", () => {
  const wrong = [
    ["10.0.0.0/8", "a range and a name are wanted, such as: 10.0.0.0/8 office"],
    ["10.0.0.0/33 x", "'10.0.0.0/33' is no address or CIDR range"],
    ["office 10.0.0.0/8", "'office' is no address or CIDR range"],
    ["fe80::%eth0/64 x", "'fe80::%eth0/64' is no address or CIDR range"],
    [`::/0 ${"x".repeat(101)}`, "the name has more than 100 characters"],
  ];
  for (const [line, why] of wrong) {
    throws(() => parseNetworks("n.txt", `\n${line}`), new NetworksError(`n.txt:2: ${why}`));
  }
});
