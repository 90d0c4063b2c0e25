/** Writes man/tcptop.1 and docs/options.md from the option definitions; tests compare them. */
import { manText, optionsText } from "../src/cli.ts";

await Deno.writeTextFile(new URL("../man/tcptop.1", import.meta.url), manText());
await Deno.writeTextFile(new URL("../docs/options.md", import.meta.url), optionsText());
