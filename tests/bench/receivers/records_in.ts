/** Field numbers of ExportLogsServiceRequest, ResourceLogs and ScopeLogs on the way to a record. */
const PATH = [1, 2, 2];

/** How many log records a request has, by its lengths alone. Throws on what is no such request. */
export function recordsIn(request: Uint8Array, path: readonly number[] = PATH): number {
  const [wanted, ...rest] = path;
  let count = 0, at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1;; factor *= 128) {
      const byte = request[at++];
      value += (byte & 127) * factor;
      if (!(byte >= 128)) return value;
    }
  };
  while (at < request.length) {
    const tag = varint();
    if ((tag & 7) !== 2) {
      if ((tag & 7) !== 0) throw new Error(`wire type ${tag & 7} on the way to the records`);
      varint();
      continue;
    }
    const end = varint() + at;
    if (end > request.length) throw new Error("cut off");
    if (tag >> 3 === wanted) count += rest.length === 0 ? 1 : recordsIn(request.subarray(at, end), rest);
    at = end;
  }
  return count;
}
