/** The process that runs the command of --when-run. */
import { invokingUser } from "../system/identity.ts";
import { type Runner, ShimRunner } from "../system/runner.ts";
import { openShim } from "../system/shim.ts";
import { shimIsInside, shimPath } from "./paths.ts";
import { setByScript } from "./set_by_script.ts";

/** Only with the rights that tcptop was started with. `quiet`: what the command writes is thrown away. */
export function startRunner(command: string, quiet: boolean): Runner {
  const user = Deno.uid() === 0 ? invokingUser((name) => Deno.env.get(name)) : null;
  return new ShimRunner(openShim(shimPath(), shimIsInside()), command, user, setByScript(), quiet);
}
