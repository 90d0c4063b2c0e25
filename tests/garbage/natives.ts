/** What a script of this folder says as JSON, run with V8's --allow-natives-syntax. */
export async function saidWithNatives(script: string): Promise<unknown> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-check", "--v8-flags=--allow-natives-syntax", new URL(script, import.meta.url).pathname],
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}
