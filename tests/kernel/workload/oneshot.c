// oneshot-tcp, oneshot-udp: client processes that live for one exchange and exit with the socket still open.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Waits for traffic on `fd`; false when the coordinator says that there will be none.
static bool more(int fd, int link)
{
	struct pollfd wait[2] = { { fd, POLLIN, 0 }, { link, POLLIN, 0 } };

	if (poll(wait, 2, -1) < 0)
		fail("poll", errno);
	return wait[0].revents != 0;
}

static void echo_tcp(struct run *run, int link)
{
	run->target_count = 1;
	int listener = tcp_listen(run, 0);
	tell(link);
	while (more(listener, link)) {
		struct side s = { 0 };
		int fd = tcp_accept(listener);

		read_exact(fd, opt.tx, &s);
		send_all(fd, opt.tx, &s);
		read_end(fd);
		close(fd);
		run->server.connections++;
		run->server.sent += s.sent;
		run->server.read += s.read;
	}
	tell(link);
}

static void echo_udp(struct run *run, int link)
{
	struct address a = loopback(0), from;
	socklen_t len = sizeof(a);
	int fd = socket(a.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, &a.sa, address_len(&a)) || getsockname(fd, &a.sa, &len))
		fail("server socket", errno);
	run->targets[0] = a;
	run->target_count = 1;
	big_receive_buffer(fd, 4 << 20);
	tell(link);
	while (more(fd, link)) {
		len = sizeof(from);
		ssize_t n = recvfrom(fd, scratch, sizeof(scratch), 0, &from.sa, &len);

		if (n < 0 || sendto(fd, scratch, (size_t)n, 0, &from.sa, len) != n)
			fail("echo", errno);
		run->server.connections++;
		run->server.sent += (uint64_t)n;
		run->server.read += (uint64_t)n;
	}
	tell(link);
}

static int ask_tcp(struct run *run, struct side *s)
{
	int fd = tcp_connect(run, 0);

	send_all(fd, opt.tx, s);
	read_exact(fd, opt.tx, s);
	return fd;
}

static int ask_udp(struct run *run, struct side *s)
{
	struct address to = client_target(run, 0);
	int fd = socket(to.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || (opt.binding == CONNECTED && connect(fd, &to.sa, address_len(&to))))
		fail("client socket", errno);
	ssize_t n = opt.binding == CONNECTED ? send(fd, scratch, opt.tx, 0)
					     : sendto(fd, scratch, opt.tx, 0, &to.sa, address_len(&to));
	if (n != (ssize_t)opt.tx || recv(fd, scratch, sizeof(scratch), 0) != n)
		fail("exchange", errno);
	s->sent = s->read = opt.tx;
	return fd;
}

static pid_t start_client(struct run *run, uint64_t i, int (*exchange)(struct run *, struct side *))
{
	struct side *s = &run->conns[i].client;
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		fail("fork", errno);
	if (pid)
		return pid;
	become("wl-client", parent);
	enter(opt.client_netns);
	local_address(exchange(run, s), s);
	_exit(0);
}

static void end_client(struct run *run, pid_t server)
{
	int status;
	pid_t pid = wait(&status);

	if (pid < 0 || pid == server || status)
		fail("a process ended early", pid < 0 ? errno : 0);
	run->client.connections++;
}

static void print_done(const struct run *run, pid_t server, uint64_t elapsed_ns)
{
	json_line("done");
	json_process("server", server, "wl-server");
	json_number("completed", run->client.connections);
	json_number("served", run->server.connections);
	json_number("bytes", opt.tx);
	json_number("serverSent", run->server.sent);
	json_number("serverRead", run->server.read);
	json_number("elapsedNs", elapsed_ns);
	json_open("pids", '[');
	for (uint64_t i = 0; i < opt.count; i++)
		json_number(NULL, (uint64_t)run->conns[i].client.pid);
	json_close(']');
	json_open("ports", '[');
	for (uint64_t i = 0; i < opt.count; i++) // sin_port and sin6_port lie at the same offset
		json_number(NULL, ntohs(run->conns[i].client.local.in.sin_port));
	json_close(']');
	json_end();
}

static void oneshot(body_fn *body, int (*exchange)(struct run *, struct side *))
{
	struct run *run = run_new(opt.count);
	struct process server = spawn("wl-server", opt.server_netns, run, body);
	uint64_t running = 0, at_once = opt.concurrency ? opt.concurrency : 4;

	await(server.link);
	json_line("start");
	json_process("server", server.pid, "wl-server");
	json_number("port", ntohs(run->targets[0].in.sin_port));
	json_end();
	if (opt.wait)
		stdin_line();
	uint64_t start = now_ns();
	for (uint64_t i = 0; i < opt.count; i++, running++) {
		for (; running >= at_once; running--)
			end_client(run, server.pid);
		start_client(run, i, exchange);
	}
	for (; running; running--)
		end_client(run, server.pid);
	uint64_t elapsed_ns = now_ns() - start;
	tell(server.link);
	await(server.link);
	reap();
	print_done(run, server.pid, elapsed_ns);
}

void run_oneshot_tcp(void)
{
	oneshot(echo_tcp, ask_tcp);
}

void run_oneshot_udp(void)
{
	oneshot(echo_udp, ask_udp);
}
