/** A network namespace of the test's own, removed with everything in it. */
export class Netns implements AsyncDisposable {
  readonly path: string;

  private constructor(readonly name: string, readonly inode: number) {
    this.path = `/run/netns/${name}`;
  }

  /** With its loopback device up. */
  static async make(): Promise<Netns> {
    const name = `tcptop-test-${Deno.pid}-${made++}`;
    await ip("netns", "add", name);
    await ip("-n", name, "link", "set", "lo", "up");
    return new Netns(name, (await Deno.stat(`/run/netns/${name}`)).ino!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ip("netns", "delete", this.name);
  }
}

let made = 0;

async function ip(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args }).output();
  if (!success) throw new Error(`ip ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
