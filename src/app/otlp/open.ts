import { ExitStatus, TcptopError } from "../../errors.ts";
import type { Options, OtlpOptions } from "../../options.ts";
import { chosenFlows } from "../chosen_flows.ts";
import { textOf } from "../input_text.ts";
import { namedNetworks } from "../networks.ts";
import { toldBy } from "../told_names.ts";
import { otlpConfig } from "./config.ts";
import { OtlpOutput } from "./otlp_output.ts";

/** `run` ends with its command, and its status. */
const isOneSample = ({ count, command }: Options) => count === 1 && command === null;

/** Files are read, and a failure thrown, at once, with the rights that the process was started with. Nothing is sent yet. */
export function openOtlp(options: Options, asked: OtlpOptions): OtlpOutput {
  const config = otlpConfig(asked, (name) => Deno.env.get(name), textOf), choose = chosenFlows(options);
  try {
    return new OtlpOutput(config, choose, namedNetworks(options), toldBy(options), isOneSample(options));
  } catch (error) {
    // Deno.createHttpClient() says what is wrong with a certificate.
    if (error instanceof TcptopError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new TcptopError(`The certificate or key for OTLP cannot be used: ${why}`, ExitStatus.usage, { cause: error });
  }
}
