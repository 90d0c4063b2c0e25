/** Writes man/tcptop.1 from the option definitions; a test compares it. */
import { manText } from "../src/cli.ts";

await Deno.writeTextFile(new URL("../man/tcptop.1", import.meta.url), manText());
