/** Compiles C sources to build/NAME, once, and again when one of `inputs` has changed; `flags` are clang's. Returns where it is. */
export function compiled(
  name: string,
  sources: readonly URL[],
  inputs = sources,
  flags: readonly string[] = [],
): Promise<string> {
  // Two that want it at once wait for one compiler.
  const known = underWay.get(name) ?? compile(name, sources, inputs, flags).finally(() => underWay.delete(name));
  underWay.set(name, known);
  return known;
}

const underWay = new Map<string, Promise<string>>();

async function compile(
  name: string,
  sources: readonly URL[],
  inputs: readonly URL[],
  flags: readonly string[],
): Promise<string> {
  const binary = new URL(`../../build/${name}`, import.meta.url).pathname;
  const times = await Promise.all(inputs.map(async (input) => (await Deno.stat(input)).mtime!.getTime()));
  const built = await Deno.stat(binary).catch(() => null);
  if (built !== null && built.mtime!.getTime() > Math.max(...times)) return binary;
  // Another process may want it at the same time.
  const fresh = `${binary}.${Deno.pid}`;
  const { success, stderr } = await new Deno.Command("clang", {
    args: [
      "-O2",
      "-Wall",
      "-Wextra",
      "-Werror",
      ...flags,
      "-o",
      fresh,
      ...sources.map(({ pathname }) => pathname),
      "-lutil",
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  await Deno.rename(fresh, binary);
  return binary;
}
