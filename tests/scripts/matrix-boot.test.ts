import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { fault, readBoot, valueOf } from "../../scripts/matrix-boot.ts";

const GOOD = `package version=6.1.192-2 mode=plain
module tcp_diag loaded=yes
lockdown said=none
program tcp_state hook=tp_btf/x load=yes attach=yes
source tcp=bpf
source udp=bpf
${
  [
    "earlier",
    "held",
    "short",
    "unprivileged",
    "closed",
    "udp",
    "udp_names",
    "udp_busy",
    "udp_unprivileged",
    "udp_losses",
  ].map(
    workload,
  ).join(
    "\n",
  )
}
health events_lost=0 invalid=0
source netlink_tcp=netlink
${["earlier", "held", "short", "unprivileged", "closed"].map((name) => workload(`netlink_${name}`)).join("\n")}
finished status=0
`;

function workload(name: string): string {
  return `workload ${name} exact=yes 92 of 92 sockets`;
}

Deno.test("readBoot() tells name, values and text apart", () => {
  const { lines: [line] } = readBoot(
    "5.10",
    "program tcp_state hook=tp_btf/x load=EINVAL attach=- unknown func a#1\n",
  );
  strictEqual(line.about, "program");
  strictEqual(line.name, "tcp_state");
  deepStrictEqual([...line.values], [["hook", "tp_btf/x"], ["load", "EINVAL"], [
    "attach",
    "-",
  ]]);
  strictEqual(line.text, "unknown func a#1");
});

Deno.test("valueOf() is null when no line has the key", () => {
  const boot = readBoot("6.1", GOOD);
  strictEqual(valueOf(boot, "source", "tcp"), "bpf");
  strictEqual(valueOf(boot, "source", "ipx"), null);
});

Deno.test("fault() is null for a boot that is as it should be", () => {
  strictEqual(fault(readBoot("6.1", GOOD)), null);
});

Deno.test("fault() wants the end mark, whatever came before", () => {
  strictEqual(
    fault(readBoot("6.1", GOOD.replace("finished status=0\n", ""))),
    "the boot did not finish",
  );
  strictEqual(
    fault(readBoot("6.1", GOOD.replace("status=0", "status=139"))),
    "the boot did not finish",
  );
});

Deno.test("fault() names the first thing that is not exact", () => {
  const wrong = "workload held exact=no bytes sent of 9 -> 8: sent 1008";
  strictEqual(
    fault(
      readBoot(
        "6.1",
        GOOD.replace(workload("held"), wrong),
      ),
    ),
    "held: bytes sent of 9 -> 8: sent 1008",
  );
  strictEqual(
    fault(readBoot("6.1", GOOD.replace("events_lost=0", "events_lost=3"))),
    "events_lost is 3",
  );
});

Deno.test("fault() sees a boot under another lockdown than was asked for", () => {
  strictEqual(fault(readBoot("6.1", GOOD.replace("mode=plain", "mode=confidentiality"))), "lockdown is none");
});

Deno.test("fault() wants the best source that the kernel allows", () => {
  const without = (line: string, instead = "") => fault(readBoot("6.1", GOOD.replace(line + "\n", instead)));
  strictEqual(without("source tcp=bpf"), "no source was chosen");
  strictEqual(without("source tcp=bpf", "source tcp=netlink\n"), "TCP is not followed by BPF");
  strictEqual(without("source udp=bpf", "source udp=none\n"), "UDP is not seen");
  strictEqual(
    without("source netlink_tcp=netlink", "source netlink_tcp=none\n"),
    "netlink was refused although its module is loaded",
  );
});

Deno.test("fault() wants every comparison, netlink's too where it can be had", () => {
  const without = (name: string) => fault(readBoot("6.1", GOOD.replace(workload(name) + "\n", "")));
  strictEqual(without("held"), "held was not compared");
  strictEqual(without("netlink_short"), "netlink_short was not compared");
  strictEqual(without("udp_unprivileged"), "udp_unprivileged was not compared");
  strictEqual(without("udp_busy"), "udp_busy was not compared");
  strictEqual(without("udp_losses"), "udp_losses was not compared");
  const busy = (version: string, types: string) =>
    fault(
      readBoot(
        "x",
        GOOD.replace("6.1.192-2", version).replace("udp_busy exact=yes", `udp_busy exact=yes types=${types}`),
      ),
    );
  strictEqual(busy("6.1.192-2", "no"), null);
  strictEqual(
    busy("6.12.95-1", "no"),
    "datagrams are not counted by the kernel's types: udp_out_types does not attach",
  );
  const unavailable = GOOD.replace("loaded=yes", "loaded=no").replace("netlink_tcp=netlink", "netlink_tcp=none");
  strictEqual(fault(readBoot("6.19", unavailable.replaceAll(/workload netlink_.*\n/g, ""))), null);
});

Deno.test("fault() wants sockets in a table from 6.2 on, and programs that are far from what the verifier takes", () => {
  const on = (version: string, lines: string) =>
    fault(readBoot("x", GOOD.replace("6.1.192-2", version).replace("finished", `${lines}finished`)));
  const names = ["earlier", "held", "short", "unprivileged", "closed", "udp", "udp_names", "udp_busy"];
  const table = [...names, "udp_unprivileged", "udp_losses"].map((name) => `${workload(`table_${name}`)}\n`).join("");
  strictEqual(on("6.12.95-1", `source table_tcp=bpf\n${table}`), null);
  strictEqual(on("6.12.95-1", `source table_tcp=bpf\n`), "table_earlier was not compared");
  strictEqual(
    on("6.19.14-1", "refused table_bpf=E2BIG load the TCP programs\nsource table_tcp=none\n"),
    "sockets are not kept in a table: E2BIG, load the TCP programs",
  );
  strictEqual(on("6.1.192-2", "refused table_bpf=EINVAL load the TCP programs\nsource table_tcp=none\n"), null);
  const verified = (most: number) =>
    on("6.12.95-1", `source table_tcp=bpf\nverified table_most=${most} tcp_walk\n${table}`);
  strictEqual(verified(100_000), null);
  strictEqual(verified(100_001), "tcp_walk takes the verifier 100001 instructions");
});

Deno.test("fault() demands BPF for TCP from 5.12 on, whatever has kept a program from attaching, and for UDP from 5.7 on", () => {
  const on = (version: string, tcp: string, udp: string, attach = "yes") => {
    const boot = GOOD.replace("6.1.192-2", version).replace("source tcp=bpf", `source tcp=${tcp}`)
      .replace("source udp=bpf", `source udp=${udp}`).replace("attach=yes", `attach=${attach}`);
    return fault(readBoot("x", udp === "bpf" ? boot : boot.replaceAll(/workload udp.*\n/g, "")));
  };
  strictEqual(on("5.15.85", "netlink", "bpf", "E2BIG"), "TCP is not followed by BPF: tcp_state does not attach");
  strictEqual(on("5.12.9", "netlink", "bpf", "no"), "TCP is not followed by BPF: tcp_state does not attach");
  strictEqual(on("5.10.223-1", "netlink", "bpf", "-"), null);
  strictEqual(on("5.10.223-1", "netlink", "none", "-"), "UDP is not seen");
  strictEqual(on("5.4.33", "netlink", "none", "-"), null);
});
