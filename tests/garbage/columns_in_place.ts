/** Run with V8's --allow-natives-syntax: whether V8 finds the fields of each kind of columns where they stand, as JSON. */
import { Columns, FLOW_SCHEMA, unpackFlows } from "../../src/flow/columns.ts";
import { unpackEvents } from "../../src/flow/event_log.ts";
import { TcpTable } from "../../src/flow/tcp_table.ts";
import { UdpTable } from "../../src/flow/udp_table.ts";

const isFast = new Function("object", "return %HasFastProperties(object)") as (object: object) => boolean;
const hasSameMap = new Function("a", "b", "return %HaveSameMap(a, b)") as (a: object, b: object) => boolean;
const flows = () => unpackFlows(new ArrayBuffer(1 << 12), 4);
const events = () => unpackEvents({ events: new SharedArrayBuffer(1 << 12), rows: 4 });

console.log(JSON.stringify({
  fast: [new TcpTable().arrays, new UdpTable().arrays, flows(), events()].map(isFast),
  same: [[flows(), flows()], [events(), events()], [new Columns(FLOW_SCHEMA).arrays, flows()]]
    .map(([a, b]) => hasSameMap(a, b)),
}));
