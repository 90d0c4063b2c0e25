import { userOptionsFile } from "./src/app/options_file.ts";
import { parseArguments } from "./src/cli.ts";
import { errorText, ExitStatus, TcptopError } from "./src/errors.ts";
import { writeError, writeTrace } from "./src/output/stderr.ts";
import { ClosedPipe, writeOut } from "./src/output/stdout.ts";

try {
  const invocation = parseArguments(Deno.args, userOptionsFile);
  if ("say" in invocation) await writeOut([invocation.say], null);
  else if ("doctor" in invocation) {
    Deno.exitCode = await (await import("./src/app/doctor.ts")).doctor(invocation.doctor.json);
  } else Deno.exitCode = await (await import("./src/app/run.ts")).run(invocation.run);
} catch (error) {
  if (!(error instanceof ClosedPipe)) {
    writeError(errorText(error));
    if (Deno.env.get("TCPTOP_DEBUG") === "1") writeTrace(Deno.inspect(error));
    Deno.exitCode = error instanceof TcptopError ? error.status : ExitStatus.failed;
  }
}
Deno.exit();
