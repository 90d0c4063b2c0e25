/** Sockets that several processes hold: a service and who started it, the workers of a server. */
import { deepStrictEqual } from "node:assert/strict";
import { lines, within } from "../support/lines.ts";
import { Running, type SampleDocument } from "../support/tcptop.ts";

/** Opens a socket (@open), forks one child for each name and calls it so; itself it is $ARGV[0]. Child N does @use when it is told "N". Says the
 * port, then the pids; then "used N" each time. */
const family = (open: string, use: string) =>
  `use IO::Socket::INET; use IO::Handle; $| = 1;
my ($own, @names) = @ARGV; my ($socket, @told);
$0 = $own; ${open};
for my $n (0 .. $#names) {
  pipe(my $from, my $to); $to->autoflush(1);
  my $pid = fork();
  if (!$pid) {
    $0 = $names[$n]; close $to; my @kept;
    while (<$from>) { ${use}; print "used $n\\n" }
    exit;
  }
  push @told, [$to, $pid];
}
print join(" ", $socket->sockport, $$, map { $_->[1] } @told), "\\n";
while (<STDIN>) { print { $told[$_ + 0][0] } "go\\n" }
close $_->[0] for @told; wait for @told;`;
const LISTENER = `$socket = IO::Socket::INET->new(LocalAddr => "127.0.0.1:0", Listen => 9)`;
const DATAGRAMS = `$socket = IO::Socket::INET->new(Proto => "udp", LocalAddr => "127.0.0.1:0")`;
const ACCEPTS = `my $c = $socket->accept; push @kept, $c; sysread $c, my $text, 5`;
const SHORT = `my $c = $socket->accept; sysread $c, my $text, 5; close $c`;
const RECEIVES = `my $peer = recv($socket, my $text, 100, 0)`;
const ANSWERS = `my $peer = recv($socket, my $text, 100, 0); send($socket, "answer", 0, $peer)`;

class Family implements AsyncDisposable {
  private constructor(
    readonly child: Deno.ChildProcess,
    readonly said: AsyncGenerator<string, void>,
    readonly port: number,
    readonly pids: readonly number[],
  ) {}

  static async start(open: string, use: string, ...names: string[]): Promise<Family> {
    const args = ["-e", family(open, use), ...names];
    const child = new Deno.Command("perl", { args, stdin: "piped", stdout: "piped" }).spawn(),
      said = lines(child.stdout);
    const [port, ...pids] = ((await within(10, "its sockets", said.next())).value as string).split(" ").map(Number);
    return new Family(child, said, port, pids);
  }

  /** Child `n` is sent something, and takes it. */
  async use(n: number, protocol: "tcp" | "udp"): Promise<void> {
    const writer = this.child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${n}\n`));
    writer.releaseLock();
    const script = `exec 3<>/dev/${protocol}/127.0.0.1/${this.port}; echo -n 12345 >&3; read -r -t 0.3 <&3`;
    await new Deno.Command("bash", { args: ["-c", script] }).output();
    deepStrictEqual((await within(10, "its use", this.said.next())).value, `used ${n}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child.stdin.close();
    await this.said.return(undefined);
    await this.child.status;
  }
}

const owners = ({ flows }: SampleDocument, port: number, inbound: boolean) =>
  flows.filter(({ local, direction, state }) =>
    local.port === port && (inbound ? direction === "inbound" : state === "LISTEN")
  )
    .map(({ pid, process, shared }) => `${pid} ${process} ${shared}`);

// By netlink what was closed between two looks shows nobody who accepted it.
for (
  const [what, use, source] of [["that keep", ACCEPTS, "bpf"], ["that keep", ACCEPTS, "netlink"], [
    "that close",
    SHORT,
    "bpf",
  ]]
) {
  Deno.test(`a listener belongs to the worker that accepted last, of several ${what} their connections, by ${source}`, async () => {
    await using workers = await Family.start(LISTENER, use, "master", "worker-a", "worker-b");
    const { port, pids: [master, a, b] } = workers;
    await using running = await Running.start("-i", "200ms", "-L", "--source", source, "-f", `port:${port}`);
    const listener = (wanted: string) =>
      running.until(wanted, (sample) => owners(sample, port, false).join() === wanted, 15);
    await listener(`${master} master true`);
    await workers.use(0, "tcp");
    await listener(`${a} worker-a true`);
    await workers.use(1, "tcp");
    await listener(`${b} worker-b true`);
    await workers.use(0, "tcp");
    await listener(`${a} worker-a true`);
  });
}

for (const source of ["bpf", "netlink"]) {
  Deno.test(`a listener that systemd opened for a service belongs to the service, by ${source}`, async () => {
    await using workers = await Family.start(LISTENER, ACCEPTS, "systemd", "service");
    const { port, pids: [, service] } = workers, wanted = `${service} service true`;
    await using running = await Running.start("-i", "200ms", "-L", "--source", source, "-f", `port:${port}`);
    await running.until(wanted, (sample) => owners(sample, port, false).join() === wanted, 15);
  });
}

for (const [what, use] of [["receives", RECEIVES], ["answers", ANSWERS]]) {
  Deno.test(`UDP belongs to the one of several processes that ${what}`, async () => {
    await using running = await Running.start("-i", "200ms", "--udp");
    await using workers = await Family.start(DATAGRAMS, use, "systemd", "service-a", "service-b");
    const { port, pids: [, a, b] } = workers;
    const all = (wanted: string) => {
      const fits = (sample: SampleDocument) => {
        const found = owners(sample, port, true);
        return found.length > 0 && found.every((owner) => owner === wanted);
      };
      return running.until(wanted, fits, 15);
    };
    await workers.use(0, "udp");
    await all(`${a} service-a true`);
    await workers.use(1, "udp");
    await all(`${b} service-b true`);
  });
}

Deno.test("a socket is shared only while several processes hold it", async () => {
  await using running = await Running.start("-i", "200ms", "-L");
  const workers = await Family.start(LISTENER, ACCEPTS, "alone", "other"), { port, pids: [alone] } = workers;
  const is = (wanted: string) => running.until(wanted, (sample) => owners(sample, port, false).join() === wanted, 15);
  await is(`${alone} alone true`);
  Deno.kill(workers.pids[1], "SIGTERM");
  await is(`${alone} alone false`);
  await workers[Symbol.asyncDispose]();
});
