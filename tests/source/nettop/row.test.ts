import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type ConnectionRow, type Header, type Line, parseLine } from "../../../src/source/nettop/row.ts";
import { HEADER, process, row } from "./rows.ts";

const header = (text = HEADER) => parseLine(text, null) as Header;
const connection = (text: string, under = header()) => {
  const line = parseLine(text, under);
  strictEqual(line.kind, "connection", text);
  return line as ConnectionRow;
};
const label = (text: string) => parseLine(process(text, 7).replace(".7,", ".77,"), header()) as Line;

Deno.test("parseLine() takes a header by its column without a name, with time and without", () => {
  strictEqual(header().label, 1);
  strictEqual(header().count, 20);
  deepStrictEqual([header(",state,bytes_in,").label, header(",state,bytes_in,").count], [0, 3]);
  strictEqual(parseLine("time,,interface,state,bytes_in,bytes_out,rtt_avg,arch,\r", null).kind, "header");
});

Deno.test("parseLine() takes no row for a header", () => {
  for (
    const text of [
      process("launchd", 1),
      row("tcp4 *:22<->*:*", "Listen"),
      ",,,,",
      ",",
      "",
      ",1,2,",
      "time",
      "usage: nettop",
    ]
  ) {
    strictEqual(parseLine(text, header()).kind === "header", false, text);
  }
});

Deno.test("parseLine() finds its columns by the header, whatever their order and number", () => {
  const shuffled = header("time,,bytes_out,rtt_avg,state,packets_in,bytes_in,packets_out,");
  const line = connection("12:00:00.0,tcp4 192.0.2.1:1<->192.0.2.2:2,5,1.5 ms,CloseWait,3,4,6,", shuffled);
  deepStrictEqual(
    [line.rxBytes, line.txBytes, line.rxPackets, line.txPackets, line.rttUs, line.state],
    [4, 5, 3, 6, 1500, "CloseWait"],
  );
});

Deno.test("parseLine() has null for a column that is missing, empty or a dash", () => {
  const line = connection("tcp4 192.0.2.1:1<->192.0.2.2:2,Established,-,,", header(",state,bytes_in,rtt_avg,"));
  deepStrictEqual([line.rxBytes, line.txBytes, line.rxPackets, line.rttUs], [null, null, null, null]);
});

Deno.test("parseLine() has null for a figure that is none", () => {
  const under = header(",bytes_in,bytes_out,rtt_avg,");
  for (const bad of ["1.2 MiB", "oops", "-1", "1e3", "99999999999999999999"]) {
    strictEqual(connection(`tcp4 192.0.2.1:1<->192.0.2.2:2,${bad},1,,`, under).rxBytes, null, bad);
  }
  strictEqual(connection("tcp4 192.0.2.1:1<->192.0.2.2:2,9007199254740991,1,,", under).rxBytes, 2 ** 53 - 1);
});

Deno.test("parseLine() reads round-trip times in ms to the microsecond", () => {
  strictEqual(connection(row("tcp4 192.0.2.1:1<->192.0.2.2:2", "Established", 1, 1, "14.59 ms")).rttUs, 14590);
  strictEqual(connection(row("tcp4 192.0.2.1:1<->192.0.2.2:2", "Established", 1, 1, "0.03 ms")).rttUs, 30);
  strictEqual(connection(row("tcp4 192.0.2.1:1<->192.0.2.2:2", "Established", 1, 1, "0.00 ms")).rttUs, null);
  strictEqual(connection(row("tcp4 192.0.2.1:1<->192.0.2.2:2", "Established", 1, 1, "1.20 s")).rttUs, 1200000);
});

Deno.test("parseLine() knows QUIC and UDP, which have no state", () => {
  const line = connection(row("quic6 2001:db8::1.50000<->2001:db8::2.443", "", 7, 8));
  deepStrictEqual([line.protocol, line.family, line.state, line.remote.port], ["quic", 6, null, 443]);
  strictEqual(connection(row("udp4 *:5353<->*:*", "", 1, 2)).protocol, "udp");
});

Deno.test("parseLine() splits a process's name from its pid at the last dot", () => {
  for (
    const name of ["com.example.mes.", "2.1.292", "Example Helper (Pl", "Edge ", "", "名前", "a,b", ",,,", "tcp4 x"]
  ) {
    deepStrictEqual(parseLine(process(name, 974), header()), { kind: "process", name, pid: 974 });
  }
});

Deno.test("parseLine() never takes what has two ends for a process", () => {
  for (const text of ["tcp46 *.22<->*", "tcp4 a b:1<->*:2", "sctp4 192.0.2.1:1<->192.0.2.2", "<->", "name<->name"]) {
    deepStrictEqual(label(text), { kind: "other" }, text);
  }
});

Deno.test("parseLine() reads the flows without addresses of macOS 27", () => {
  for (const text of ["quic6 .64600<->.65013", "quic4 .51000<->.443", "tcp4 .1<->.2", "udp6 *.*<->.53"]) {
    const { kind, local, remote } = connection(row(text, "", 7, 9));
    deepStrictEqual([kind, local.address, remote.address], ["connection", new Uint8Array(16), new Uint8Array(16)]);
  }
  const { local, remote, rxBytes } = connection(row("quic6 .64600<->.65013", "", 7, 9).replace("en0", "idx-25"));
  deepStrictEqual([local.port, remote.port, rxBytes], [64600, 65013, 7]);
});

Deno.test("parseLine() reads numbers as other languages write them", () => {
  const few = parseLine("time,,state,bytes_in,bytes_out,rtt_avg,", null) as Header;
  const line = (figures: string) => parseLine(`1,tcp4 192.0.2.1:1<->192.0.2.2:2,Established,${figures},`, few);
  const figures = (text: string) => {
    const read = line(text) as ConnectionRow;
    return [read.kind, read.rxBytes, read.txBytes, read.rttUs];
  };
  deepStrictEqual(figures("1234567,23,14,59 ms"), ["connection", 1234567, 23, 14590]);
  deepStrictEqual(figures("1.234.567,23,14.59 ms"), ["connection", 1234567, 23, 14590]);
  deepStrictEqual(figures("1'234'567,1\u202f023,2,50 ms"), ["connection", 1234567, 1023, 2500]);
  deepStrictEqual(figures("1.23,-5,0 ms"), ["connection", null, null, null]);
  // Commas between the digits of two columns could be cut in several ways: the row is left out, and counted.
  deepStrictEqual(line("1,234,567,23,14,59 ms"), { kind: "other" });
});

Deno.test("parseLine() strips a terminal's line ends and what script leaves before the first line", () => {
  strictEqual(parseLine("\x04\b\b" + HEADER + "\r", null).kind, "header");
  strictEqual(parseLine("^D\b\b" + HEADER + "\r", null).kind, "header");
  strictEqual(connection(row("tcp4 192.0.2.1:1<->192.0.2.2:2", "Established", 1, 2) + "\r").txBytes, 2);
});

Deno.test("parseLine() reads a row that is cut short as far as it goes", () => {
  const line = connection("12:00:00.0,tcp4 192.0.2.1:1<->192.0.2.2:2,en0,Established,5408,11594,0,0,0,");
  deepStrictEqual([line.rxBytes, line.txBytes, line.rttUs], [5408, 11594, null]);
});

Deno.test("parseLine() calls the rest other", () => {
  for (
    const text of [
      "",
      "tcp4 malformed",
      "12:00:00.0,--- garbage ---,,,0,0,",
      "x.99999999999,,",
      "usage: nettop [-n]",
      "tcp4 1<->2",
    ]
  ) {
    strictEqual(parseLine(text, header()).kind, "other", text);
  }
  strictEqual(parseLine(row("tcp4 192.0.2.1:1<->192.0.2.2:2"), null).kind, "other");
});

Deno.test("parseLine() gives back every figure, in every order of columns", () => {
  const columns = ["state", "bytes_in", "bytes_out", "packets_in", "packets_out", "interface", "tc_class"];
  const figure = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  const orders = fc.shuffledSubarray(columns, { minLength: columns.length });
  fc.assert(
    fc.property(orders, figure, figure, figure, figure, fc.boolean(), (order, rx, tx, rxPackets, txPackets, timed) => {
      const values: Record<string, string | number> = {
        state: "FinWait2",
        bytes_in: rx,
        bytes_out: tx,
        packets_in: rxPackets,
        packets_out: txPackets,
        interface: "en0",
        tc_class: "BE",
      };
      const line = (label: string, fields: readonly unknown[], time: string) =>
        (timed ? `${time},` : "") + [label, ...fields].join(",") + ",";
      const under = parseLine(line("", order, "time"), null) as Header;
      const read = connection(
        line(
          "tcp4 192.0.2.1:1<->192.0.2.2:2",
          order.map((name) => values[name]),
          "12:00:00.0",
        ),
        under,
      );
      deepStrictEqual([read.rxBytes, read.txBytes, read.rxPackets, read.txPackets, read.state], [
        rx,
        tx,
        rxPackets,
        txPackets,
        "FinWait2",
      ]);
    }),
  );
});

Deno.test("parseLine() gives back every name of a process", () => {
  const names = fc.string({ maxLength: 15, unit: "grapheme" }).filter((name) => !/[\n\r]/.test(name));
  fc.assert(fc.property(names, fc.nat(0x7fffffff), (name, pid) => {
    deepStrictEqual(parseLine(process(name, pid), header()), { kind: "process", name, pid });
  }));
});

Deno.test("parseLine() never throws, whatever it is given", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(..."tcpudqi46 ,.:%*<->0") }),
  );
  fc.assert(fc.property(hostile, fc.boolean(), (text, under) => void parseLine(text, under ? header() : null)), {
    numRuns: 500,
  });
});
