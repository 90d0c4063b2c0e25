import { deepStrictEqual, throws } from "node:assert/strict";
import { Command, Option } from "@commander-js/extra-typings";
import { commandFacts } from "../../src/cli/facts.ts";

const command = () => new Command("x").addOption(new Option("-s, --sort <COLUMN>", "sort by it").default("rate"));

Deno.test("commandFacts() tells of an option what the parser knows, and which words to offer", () => {
  const [sort] = commandFacts(command(), { "--sort": ["rate", "pid"] }).options;
  deepStrictEqual(sort, {
    short: "-s",
    long: "--sort",
    value: "COLUMN",
    optional: false,
    description: "sort by it",
    usual: "rate",
    words: ["rate", "pid"],
    list: false,
    file: false,
  });
});

Deno.test("commandFacts() tells of a value that may be left out, and of a command's own options", () => {
  const made = command().addOption(new Option("--otlp [URL]", "send"));
  made.command("run").usage("[options] -- COMMAND").description("run it").option("--as-root", "as root");
  const { options, commands: [run] } = commandFacts(made, {});
  deepStrictEqual(options.map(({ optional }) => optional), [false, true, false]);
  deepStrictEqual([run.argument, run.options.map(({ long }) => long)], ["-- COMMAND", ["--as-root"]]);
});

Deno.test("commandFacts() refuses words for an option that is not there", () => {
  throws(() => commandFacts(command(), { "--group": [] }), /no option is called --group/);
});
