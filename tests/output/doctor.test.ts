import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { doctorJson, type DoctorReport, doctorText } from "../../src/output/doctor.ts";

const REPORT: DoctorReport = {
  version: "0.1.0",
  host: { hostname: "h", os: "linux", kernel: "6.1.0", arch: "x86_64" },
  diagnosis: {
    tcp: "netlink",
    udp: null,
    best: false,
    checks: [
      { id: "btf", title: "kernel BTF", ok: true, needed: true, detail: "there", remedy: null },
      { id: "cap_bpf", title: "CAP_BPF", ok: false, needed: true, detail: "to load", remedy: "sudo tcptop" },
    ],
    remedy: "sudo tcptop",
  },
  notes: [{ code: "c", message: "TCP comes from netlink", remedy: "sudo tcptop" }],
  failure: null,
};

Deno.test("doctorText() is sources, checks, and what to do", () => {
  strictEqual(
    doctorText(REPORT),
    `tcptop 0.1.0, linux 6.1.0, x86_64
TCP from netlink, UDP from nowhere
! TCP comes from netlink

ok       kernel BTF  there
MISSING  CAP_BPF     to load

To mend it: sudo tcptop
`,
  );
});

Deno.test("doctorJson() is one line with all of it", () => {
  const text = doctorJson(REPORT), document = JSON.parse(text);
  strictEqual(text.indexOf("\n"), text.length - 1);
  strictEqual(document.schema, "tcptop.doctor/1");
  deepStrictEqual(document.source, { tcp: "netlink", udp: null, notes: REPORT.notes });
  deepStrictEqual([document.best, document.remedy, document.checks.length], [false, "sudo tcptop", 2]);
});
