import { InputDecoder, type ModeReport } from "../render/input.ts";
import type { Input } from "../view/screen/input.ts";
import { after } from "./clock.ts";

/** An ESC on its own is a key if nothing follows it for this long: the rest of a sequence comes in the same packet. */
const ESCAPE_MS = 40;
/** What has gone on as no hand types ends within this: a packet that was lost on the way is sent again, after a second at most to begin with (RFC 6298). */
const SEQUENCE_MS = 1200;
/** How often it is looked for keys where a read does not wait for one. */
const LOOK_EVERY_MS = 20;

/** Where keys come from; null: there will be no more. */
export interface ReadableInput {
  read(buffer: Uint8Array): Promise<number | null>;
}

/** What the user types, as it comes. Ends when the terminal has gone, to which a read says EIO. */
export async function* inputs(from: ReadableInput): AsyncGenerator<(Input | ModeReport)[]> {
  const decoder = new InputDecoder(), buffer = new Uint8Array(4096);
  const read = () => readSome(from, buffer).catch(() => null);
  for (let reading = read();;) {
    const { waits } = decoder, ms = waits === "keys" ? ESCAPE_MS : SEQUENCE_MS;
    const bytes = waits === null ? await reading : await within(ms, reading);
    if (bytes === null) return;
    if (bytes === undefined) yield decoder.flush();
    else {
      yield decoder.decode(buffer.subarray(0, bytes));
      reading = read();
    }
  }
}

/** O_NONBLOCK belongs to the terminal's open file: whoever has the same one, such as node or ssh, may have set it. */
async function readSome(from: ReadableInput, buffer: Uint8Array): Promise<number | null> {
  for (;;) {
    try {
      return await from.read(buffer);
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
    }
    await new Promise<void>((resolve) => after(LOOK_EVERY_MS, resolve));
  }
}

/** undefined: the promise has not settled in that time. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let cancel = () => {};
  const timeout = new Promise<undefined>((resolve) => cancel = after(ms, () => resolve(undefined)));
  return await Promise.race([promise, timeout]).finally(() => cancel());
}
