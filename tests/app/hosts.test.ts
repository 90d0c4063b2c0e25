import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Hosts, hostsNames } from "../../src/app/hosts.ts";
import { HostsFile } from "../../src/system/hosts_file.ts";
import { execute } from "../support/tcptop.ts";

const HOSTS = `127.0.0.1 localhost
127.0.1.1 this.example
0.0.0.0 ads.example
10.99.1.1\tcanon.example zeta alpha # 10.99.1.3 not.example
  10.99.1.2 two.example
10.99.1.2 one.example
2001:DB8:0:0::1 six.example a6
fe80::7%eth0 link.example
#10.99.1.4 off.example
10.99.1.5
no-address x
::ffff:10.99.1.6 mapped.example
10.99.1.7 dos.example\r
10.99.1.8 \x1b[31mred
`;

Deno.test("hostsNames() has the first name of the first line of each address, however it is written", () => {
  deepStrictEqual(Object.fromEntries(hostsNames(HOSTS)), {
    "127.0.0.1": "localhost",
    "::1": "localhost",
    "10.99.1.1": "canon.example",
    "10.99.1.2": "two.example",
    "2001:db8::1": "six.example",
    "fe80::7": "link.example",
    "10.99.1.6": "mapped.example",
    "10.99.1.7": "dos.example",
    "10.99.1.8": "\x1b[31mred",
  });
});

Deno.test("hostsNames() says what getent says", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, HOSTS);
    const getent = ["sh", "-c", 'mount --bind "$1" /etc/hosts && getent hosts 10.99.1.1 10.99.1.2', "sh", path];
    const { stdout } = await execute(["unshare", "--mount", ...getent]);
    deepStrictEqual(stdout.trim().split("\n").map((line) => line.split(/\s+/)[1]), ["canon.example", "two.example"]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("Hosts.look() reads the file again when it has changed, and not more often than it must", async () => {
  const path = await Deno.makeTempFile(), file = new HostsFile(path);
  let nowMs = 0, reads = 0;
  const hosts = new Hosts(() => {
    reads++;
    return file.text();
  }, () => nowMs);
  try {
    await Deno.writeTextFile(path, "10.1.1.1 one.example\n");
    strictEqual(hosts.look()?.get("10.1.1.1"), "one.example");
    strictEqual(hosts.look(), null);
    nowMs = 60_000;
    strictEqual(hosts.look(), null, "as it was");
    await Deno.writeTextFile(path, "10.1.1.1 another.example\n");
    nowMs = 120_000;
    strictEqual(hosts.look()?.get("10.1.1.1"), "another.example");
    strictEqual(reads, 3);
  } finally {
    await Deno.remove(path);
  }
  nowMs = 180_000;
  strictEqual(hosts.look(), null, "it has gone");
});
