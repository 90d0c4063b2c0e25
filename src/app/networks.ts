import { ExitStatus, TcptopError } from "../errors.ts";
import type { Options } from "../options.ts";
import { textOf } from "./input_text.ts";
import { type Networks, NetworksError, parseNetworks } from "../output/networks.ts";

/** Those of --networks; null: there are none. Throws a TcptopError. */
export function namedNetworks({ networks: path }: Pick<Options, "networks">): Networks | null {
  if (path === null) return null;
  try {
    return parseNetworks(path, textOf(path));
  } catch (error) {
    if (error instanceof NetworksError) throw new TcptopError(error.message, ExitStatus.usage, { cause: error });
    throw error;
  }
}
