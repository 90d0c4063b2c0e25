import { Direction } from "../../src/wire/layout.ts";
import { record } from "./recording.ts";
import { live, tick } from "./records.ts";

/** Flows enough to fill a screen. */
const FLOWS = 60;
const EVERY_MS = 1000;

export interface RecordingFile extends AsyncDisposable {
  readonly path: string;
}

/** A recording of flows that are older than it and do nothing, for so many seconds. */
export async function unchanging(seconds: number): Promise<RecordingFile> {
  const path = await Deno.makeTempFile();
  const flows = Array.from(
    { length: FLOWS },
    (_, i) =>
      live({ cookie: 100 + i, openedNs: 0, localPort: 40000 + i, direction: Direction.outbound, rxBytes: 1009 * i }),
  );
  const steps = Array.from({ length: seconds * 1000 / EVERY_MS }, (_, i) => ({
    snapshot: [...flows, tick((i + 1) * EVERY_MS * 1e6)],
  }));
  await Deno.writeFile(path, await record(steps, EVERY_MS));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}
