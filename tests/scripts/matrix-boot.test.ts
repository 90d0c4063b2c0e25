import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { fault, readBoot, valueOf } from "../../scripts/matrix-boot.ts";

const GOOD = `package version=6.1.192-2 mode=plain
lockdown said=none
program tcp_state hook=tp_btf/x load=yes attach=yes
source tcp=bpf
workload held exact=yes 92 of 92 sockets
health events_lost=0 invalid=0
finished status=0
`;

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
  strictEqual(valueOf(boot, "source", "udp"), null);
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
        GOOD.replace("workload held exact=yes 92 of 92 sockets", wrong),
      ),
    ),
    "held: bytes sent of 9 -> 8: sent 1008",
  );
  strictEqual(
    fault(readBoot("6.1", GOOD.replace("events_lost=0", "events_lost=3"))),
    "events_lost is 3",
  );
});

Deno.test("fault() sees a boot under another lockdown than was asked for, and one without a source", () => {
  strictEqual(
    fault(readBoot("6.1", GOOD.replace("mode=plain", "mode=confidentiality"))),
    "lockdown is none",
  );
  strictEqual(
    fault(readBoot("6.1", GOOD.replace("source tcp=bpf\n", ""))),
    "no source was chosen",
  );
  strictEqual(
    fault(
      readBoot(
        "6.1",
        GOOD.replace("workload held exact=yes 92 of 92 sockets\n", ""),
      ),
    ),
    "nothing was compared",
  );
});
