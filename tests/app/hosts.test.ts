import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { hostsName, ownHostsName } from "../../src/app/hosts.ts";
import { execute } from "../support/tcptop.ts";

const HOSTS = `127.0.0.1 localhost
10.99.1.1\tcanon.example zeta alpha # 10.99.1.3 not.example
  10.99.1.2 two.example
10.99.1.2 one.example
2001:DB8:0:0::1 six.example a6
#10.99.1.4 off.example
10.99.1.5
no-address x
::ffff:10.99.1.6 mapped.example
10.99.1.7 dos.example\r
`;

Deno.test("hostsName() is the first name of the first line that has the address, however it is written", () => {
  const addresses = ["10.99.1.1", "10.99.1.2", "2001:db8::1", "10.99.1.6", "::ffff:10.99.1.1", "10.99.1.7"];
  deepStrictEqual(addresses.map((address) => hostsName(HOSTS, address)), [
    "canon.example",
    "two.example",
    "six.example",
    "mapped.example",
    "canon.example",
    "dos.example",
  ]);
  for (const address of ["10.99.1.3", "10.99.1.4", "10.99.1.5", "10.99.1.10", "::", "no-address"]) {
    strictEqual(hostsName(HOSTS, address), null, address);
  }
});

Deno.test("ownHostsName() says what getent says, and nothing where there is no such file", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, HOSTS);
    strictEqual(await ownHostsName("10.99.1.1", path), "canon.example");
    const getent = ["sh", "-c", 'mount --bind "$1" /etc/hosts && getent hosts 10.99.1.1 10.99.1.2', "sh", path];
    const { stdout } = await execute(["unshare", "--mount", ...getent]);
    deepStrictEqual(stdout.trim().split("\n").map((line) => line.split(/\s+/)[1]), ["canon.example", "two.example"]);
    strictEqual(await ownHostsName("10.99.1.1", `${path}.none`), null);
  } finally {
    await Deno.remove(path);
  }
});
