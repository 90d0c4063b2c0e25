/** The Worker's end of the messages: starts the collector, hands it what the main thread says, and says what has failed. */
import { errorText, ExitStatus, TcptopError } from "../errors.ts";
import { openFolder } from "../system/output_folder.ts";
import { OutputFile } from "../system/output_file.ts";
import { reachBy } from "../system/c_library.ts";
import { writeStdout } from "../system/write_stdout.ts";
import { FileKeeper } from "../source/recording/file_keeper.ts";
import { Pipe } from "../source/recording/pipe.ts";
import { RecordingPlatform } from "../source/recording/recorder.ts";
import { VERSION } from "../version.ts";
import { Columns } from "../flow/columns.ts";
import { Collector } from "./collector.ts";
import { openPlatform } from "./platform.ts";
import type { Keeper } from "../source/recording/keeper.ts";
import { nowMs, wallMs } from "./clock.ts";
import { hasShim, outputFiles, outputFolders } from "./files.ts";
import type { FromWorker, ToWorker, WorkerOptions } from "./protocol.ts";

declare const self: {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  close(): void;
};

// The first buffer that is detached makes V8 throw away what it has compiled in the belief that none is: now, rather than when all of it is hot
// (docs/decisions/0051).
new Columns({ nothing: "u8" }, 1).release();

/** What the main thread may ask for. */
type Asked = Exclude<keyof Collector, "platform" | "post" | "history" | "recorder">;

let collector: Pick<Collector, Asked> | null = null;

self.onmessage = async ({ data }) => {
  if (data.type === "start") await start(data.options);
  else if (data.type === "taken") collector?.taken(data.flows, data.room, data.restsUntilNs);
  else if (data.type === "stir") collector?.stir();
  else if (data.type === "eventsTaken") collector?.eventsTaken(data.events, data.rows);
  else if (data.type === "interval") collector?.interval(data.ms);
  else if (data.type === "command") collector?.command(data.pid, data.startNs);
  else if (data.type === "container") collector?.container(data.id, data.name);
  else if (data.type === "kill") collector?.kill(data.targets);
  else if (data.type === "finish") collector?.finish();
  else if (data.type === "look") collector?.look(data.fromNs, data.step);
  else if (data.type === "speed") collector?.speed(data.speed);
  else if (data.type === "skip") collector?.skip(data.ms);
  else if (data.type === "keep") await collector?.keep();
  else if (data.type === "there") self.postMessage({ type: "here" });
  else collector?.stop();
};

/** What nobody catches: Deno would say it across the screen, with a stack trace. */
for (const type of ["error", "unhandledrejection"] as const) {
  addEventListener(type, (event: Event) => {
    event.preventDefault();
    const error = event instanceof ErrorEvent ? event.error : (event as PromiseRejectionEvent).reason;
    self.postMessage({ type: "failed", ...describe(error) });
  });
}

const post = (message: FromWorker, transfer?: Transferable[]) => self.postMessage(message, transfer);

async function start(options: WorkerOptions): Promise<void> {
  if (hasShim() && !options.shimIsInside) reachBy(options.shimPath);
  try {
    if (options.hosts !== null) {
      const { FleetCollector } = await import("./fleet/collector.ts");
      if (hasShim()) await (await import("./give_up_root.ts")).becomeUser(options);
      const memory = options.historyMs === 0
        ? null
        : new (await import("./fleet/memory.ts")).FleetMemory(options.historyMs);
      const fleet = collector = new FleetCollector({ ...options, hosts: options.hosts }, post, memory);
      await fleet.run();
      self.postMessage({ type: "stopped" });
      return self.close();
    }
    const giveUpRoot = options.replay !== null && hasShim()
      ? await (await import("./give_up_root.ts")).rootGiver(options)
      : undefined;
    const platform = await openPlatform(Deno.build.os, options, giveUpRoot);
    const keeper = options.record ? await recorder(options.record, options) : null;
    const source = keeper === null ? platform : new RecordingPlatform(platform, keeper, VERSION);
    const history = options.historyMs === 0 ? null : await (await import("./history/history.ts")).openHistory(options);
    collector = new Collector(
      history === null ? source : history.listen(source),
      options,
      post,
      history,
      keeper,
    );
    await collector.run();
    self.postMessage({ type: "stopped" });
  } catch (error) {
    self.postMessage({ type: "failed", ...describe(error) });
  }
  self.close();
}

/** The file is opened before anything is loaded, and with the rights of who started us. */
async function recorder(
  { path, owner, keep }: NonNullable<WorkerOptions["record"]>,
  options: WorkerOptions,
): Promise<Keeper> {
  if (keep !== null) {
    const { FolderKeeper } = await import("../source/recording/folder_keeper.ts");
    const folder = openFolder(path, owner, await outputFolders(options));
    return new FolderKeeper(path, folder, keep, { nowMs, wallMs });
  }
  const file = path === "-"
    ? new Pipe(writeStdout, "standard output")
    : new OutputFile(path, owner, await outputFiles(options), true);
  return new FileKeeper(file, nowMs);
}

function describe(error: unknown): { message: string; status: ExitStatus; detail: string } {
  const message = errorText(error), status = error instanceof TcptopError ? error.status : ExitStatus.failed;
  const cause = error instanceof Error && error.cause instanceof Error ? `\n${error.cause.message}` : "";
  return { message, status, detail: (error instanceof Error ? error.stack ?? message : message) + cause };
}
