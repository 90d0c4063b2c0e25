/** A listener that its process has shut down, and still holds, listens no more. It never was a connection. */
import { deepStrictEqual } from "node:assert/strict";
import { SOURCES } from "../support/kept.ts";
import { lines, within } from "../support/lines.ts";
import { Netns } from "../support/netns.ts";
import { Running, type SampleDocument } from "../support/tcptop.ts";

const LISTENER = `use IO::Socket::INET; use IO::Handle; $| = 1;
my $socket = IO::Socket::INET->new(LocalAddr => "127.0.0.1:0", Listen => 9); print "listens\\n";
<STDIN>; shutdown($socket, 2); print "stopped\\n"; <STDIN>; close $socket; print "closed\\n"; <STDIN>;`;

for (const [source, sockets] of SOURCES) {
  Deno.test(`a listener that was shut down is no connection, by ${source} ${sockets}`.trim(), async () => {
    await using netns = await Netns.make();
    Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start("--interval", "200ms", "--source", source, "--listen");
    Deno.env.delete("TCPTOP_SOCKETS");
    const args = ["netns", "exec", netns.name, "perl", "-e", LISTENER];
    const child = new Deno.Command("ip", { args, stdin: "piped", stdout: "piped" }).spawn(), said = lines(child.stdout);
    const input = child.stdin.getWriter(), seen: string[] = [];
    const told = async (word: string) => deepStrictEqual((await within(10, word, said.next())).value, word);
    const goOn = () => input.write(new TextEncoder().encode("\n"));
    const own = ({ flows }: SampleDocument) => {
      const found = flows.filter((flow) => flow.netns === netns.inode);
      for (const { state, closed, remote } of found) if (closed || state !== "LISTEN") seen.push(`${state} ${remote}`);
      return found.filter(({ closed }) => !closed).length;
    };
    try {
      await told("listens");
      await running.until("the listener", (sample) => own(sample) === 1);
      await goOn();
      await told("stopped");
      await running.until("its end", (sample) => own(sample) === 0);
      await goOn();
      await told("closed");
      const after = await running.upToFresh();
      deepStrictEqual(after.map(own).filter((open) => open > 0), []);
      deepStrictEqual(seen, ["LISTEN null"]);
    } finally {
      await input.close();
      await said.return();
      await child.status;
    }
  });
}
