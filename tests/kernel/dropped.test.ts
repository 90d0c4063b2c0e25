/** A daemon that opens its sockets as root, then gives root up and calls itself something else. */
import { deepStrictEqual } from "node:assert/strict";
import { lines, within } from "../support/lines.ts";
import { Running, type SampleDocument } from "../support/tcptop.ts";

const NOBODY = 65534;
/** A connection, a listener and two UDP sockets; then what the second line says. */
const DAEMON = `use IO::Socket::INET; $| = 1;
my $peer = "127.0.0.1:$ARGV[0]";
my $out = IO::Socket::INET->new(Proto => "tcp", PeerAddr => $peer);
my $in = IO::Socket::INET->new(Proto => "tcp", LocalAddr => "127.0.0.1:0", Listen => 5);
my $hears = IO::Socket::INET->new(Proto => "udp", LocalAddr => "127.0.0.1:0");
my $datagrams = IO::Socket::INET->new(Proto => "udp", PeerAddr => "127.0.0.1:" . $hears->sockport);
send $datagrams, "12345", 0;
print "ready\\n"; <STDIN>;
$( = $) = "65534 65534"; $< = $> = ${NOBODY}; $0 = "dropped";
print "dropped\\n";
while (<STDIN>) { send $datagrams, "12345", 0 }`;

for (const source of ["bpf", "netlink"] as const) {
  Deno.test(`a daemon that gave up root is shown as it is now, on everything it holds, by ${source}`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const daemon = new Deno.Command("perl", { args: ["-e", DAEMON, String(port)], stdin: "piped", stdout: "piped" })
      .spawn();
    const said = lines(daemon.stdout), input = daemon.stdin.getWriter();
    await within(10, "its sockets", said.next());
    await using running = await Running.start("-i", "200ms", "--source", source, "-L", "-p", daemon.pid);
    const say = (text: string) => input.write(new TextEncoder().encode(text));
    const ownersOf = ({ flows }: SampleDocument) =>
      flows.map(({ protocol, state, process, uid }) => `${protocol === "udp" ? "UDP" : state} ${process} ${uid}`)
        .sort();
    const are = (process: string, uid: number) =>
      ["ESTABLISHED", "LISTEN", "UDP", "UDP"].map((what) => `${what} ${process} ${uid}`);
    const until = async (wanted: string[], seconds: number) => {
      const fits = (sample: SampleDocument) => ownersOf(sample).join() === wanted.join();
      const sample = await running.until(wanted.join(", "), fits, seconds);
      deepStrictEqual(ownersOf(sample), wanted);
      return sample;
    };
    // By eBPF a flow of UDP is there once it has moved.
    await until(source === "bpf" ? are("perl", 0).slice(0, 2) : are("perl", 0), 10);
    await say("go\n");
    await within(10, "the drop", said.next());
    await say("send\n");
    const { flows } = await until(are("dropped", NOBODY), 10);
    deepStrictEqual(new Set(flows.map(({ user }) => user)), new Set(["nobody"]));
    await input.close();
    await said.return(undefined);
    await daemon.status;
  });
}
