import { hasShim } from "./src/app/files.ts";
import { putBackHome } from "./src/app/home.ts";
import { shimIsInside, shimPath } from "./src/app/paths.ts";
import { isVersionAlone, versionText } from "./src/cli/version_text.ts";
import { errorText, ExitStatus, TcptopError } from "./src/errors.ts";
import { writeError, writeTrace } from "./src/output/stderr.ts";
import { ClosedPipe, writeOut } from "./src/output/stdout.ts";
import { reachBy } from "./src/system/c_library.ts";

async function invoke(): Promise<number> {
  putBackHome();
  if (hasShim() && !shimIsInside()) reachBy(shimPath());
  if (isVersionAlone(Deno.args)) return await say(`${versionText()}\n`);
  const [{ parseArguments }, { userOptionsFile }] = await Promise.all([
    import("./src/cli.ts"),
    import("./src/app/options_file.ts"),
  ]);
  const invocation = parseArguments(Deno.args, userOptionsFile);
  if ("say" in invocation) {
    invocation.unused.forEach(writeError);
    return await say(invocation.say);
  }
  if ("doctor" in invocation) return await (await import("./src/app/doctor.ts")).doctor(invocation.doctor.json);
  const { begin, forks } = await import("./src/app/begin.ts");
  if (!forks(invocation.run)) await begin(invocation.run);
  return await (await import("./src/app/run.ts")).run(invocation.run);
}

async function say(text: string): Promise<number> {
  await writeOut([text], null);
  return ExitStatus.done;
}

try {
  Deno.exitCode = await invoke();
} catch (error) {
  if (!(error instanceof ClosedPipe)) {
    writeError(errorText(error));
    if (Deno.env.get("TCPTOP_DEBUG") === "1") writeTrace(Deno.inspect(error));
    Deno.exitCode = error instanceof TcptopError ? error.status : ExitStatus.failed;
  }
}
Deno.exit();
