import { strictEqual, throws } from "node:assert/strict";
import { parseArguments } from "../../src/cli.ts";

const said = (...argv: string[]) => JSON.parse((parseArguments(argv) as { say: string }).say);

Deno.test("parseArguments() gives the schemas that the documents name", () => {
  strictEqual(said("--schema").properties.schema.const, "tcptop.sample/1");
  strictEqual(said("--schema", "sample").properties.schema.const, "tcptop.sample/1");
  strictEqual(said("--schema", "event").$defs.connection.properties.schema.const, "tcptop.event/1");
  strictEqual(said("--schema", "groups").properties.schema.const, "tcptop.groups/1");
  strictEqual(said("--schema", "group-event").$defs.group.properties.schema.const, "tcptop.group_event/1");
  strictEqual(said("--schema", "map").properties.schema.const, "tcptop.map/1");
  strictEqual(said("--schema", "when").properties.schema.const, "tcptop.when/1");
  strictEqual(said("--schema", "kill").properties.schema.const, "tcptop.kill/1");
  const knows = /--schema knows sample, groups, event, group-event, map, when and kill, not '(flow|toString)'/;
  throws(() => parseArguments(["--schema", "flow"]), knows);
  throws(() => parseArguments(["--schema", "toString"]), knows);
});

Deno.test("parseArguments() takes an address to listen on, loopback unless another is named", () => {
  const metrics = (text: string) => {
    const invocation = parseArguments(["--metrics", text]);
    return "run" in invocation ? invocation.run.metrics : null;
  };
  for (const text of ["9435", ":9435", "127.0.0.1:9435"]) {
    strictEqual(JSON.stringify(metrics(text)), '{"hostname":"127.0.0.1","port":9435}');
  }
  strictEqual(metrics("[::1]:9435")?.hostname, "::1");
  for (const text of ["", "x", "1:2:3", "127.0.0.1:", ":0", ":65536"]) {
    throws(() => metrics(text), /--metrics takes ADDR:PORT/);
  }
  throws(() => metrics("*:9435"), /--metrics takes no \*, but 0\.0\.0\.0:9435 for all addresses, or \[::\]:9435 for/);
  throws(() => metrics("*:0"), /--metrics takes ADDR:PORT/);
});

Deno.test("parseArguments() takes further names for --metrics, and only with it", () => {
  const { run } = parseArguments(["--metrics", ":1", "--metrics-host", "a.b", "--metrics-host", "[::1]"]) as {
    run: { metricsHosts: unknown };
  };
  strictEqual(JSON.stringify(run.metricsHosts), '["a.b","[::1]"]');
  throws(() => parseArguments(["--metrics-host", "a"]), /--metrics-host needs --metrics/);
  throws(() => parseArguments(["--metrics", ":1", "--metrics-host", "["]), /takes a host name or address, not '\['/);
});
