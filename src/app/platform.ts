import { ExitStatus, TcptopError } from "../errors.ts";
import type { Platform } from "../source/platform.ts";
import type { SourceOptions } from "../source/source.ts";

/** The one place where the operating system is chosen. Nothing of another system's is imported. For tests, TCPTOP_NETTOP names
 * a program that plays nettop, and macOS's platform runs anywhere; a root would run what the variable names, and give nothing up. `giveUpRoot`: called before a
 * recording is read; the source of a kernel does so itself. */
export async function openPlatform(
  os: typeof Deno.build.os,
  options: SourceOptions,
  giveUpRoot: () => void = () => {},
): Promise<Platform> {
  if (options.replay !== null) {
    const { openReplay, openStdin } = await import("../source/replay/platform.ts");
    if (options.replay.path !== "-") return openReplay(options.replay, giveUpRoot);
    giveUpRoot();
    return await openStdin(options.replay);
  }
  const played = Deno.env.get("TCPTOP_NETTOP") !== undefined;
  if (played && Deno.uid() === 0) {
    throw new TcptopError("TCPTOP_NETTOP is for tests, and not for root", ExitStatus.notPermitted);
  }
  const platform = played ? "darwin" : os;
  switch (platform) {
    case "darwin":
      return new (await import("../source/nettop/platform.ts")).MacosPlatform(os, options);
    case "linux":
      return new (await import("../source/linux/platform.ts")).LinuxPlatform(options);
    default: {
      throw new TcptopError(`does not run on ${os}: it takes Linux 4.9 or newer, or macOS`, ExitStatus.unsupported);
    }
  }
}
