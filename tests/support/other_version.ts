/** deno run other_version.ts LAYOUT VERSION: the recording that comes, as one of a tcptop with another layout of records and of another version, which has
 * as many characters. */
import { chunkCrc } from "../../src/source/recording/format.ts";
import { CHUNK_HEADER_BYTES, HEADER_BYTES } from "../../src/source/recording/format.ts";
import { crc32 } from "node:zlib";

const [layout, version] = Deno.args, held: number[] = [];
let begun = false;
for await (const chunk of Deno.stdin.readable) {
  if (begun) {
    await write(chunk);
    continue;
  }
  held.push(...chunk);
  const bytes = Uint8Array.from(held), view = new DataView(bytes.buffer);
  const whole = HEADER_BYTES + CHUNK_HEADER_BYTES;
  if (bytes.length < whole || bytes.length < whole + view.getUint32(HEADER_BYTES + 4, true)) continue;
  begun = true;
  view.setUint32(12, Number(layout), true);
  view.setUint32(28, crc32(bytes.subarray(0, 28)), true);
  const payload = bytes.subarray(whole, whole + view.getUint32(HEADER_BYTES + 4, true));
  const text = new TextDecoder().decode(payload).replace(/"version":"[^"]*"/, `"version":"${version}"`);
  payload.set(new TextEncoder().encode(text));
  view.setUint32(HEADER_BYTES + 16, chunkCrc(bytes.subarray(HEADER_BYTES, whole), payload), true);
  await write(bytes);
}

async function write(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
}
