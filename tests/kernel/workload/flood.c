// udpflood: small datagrams as fast as send() takes them; the server may lose some, and both counts are given.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLOCK_EVERY 64 // sends between two looks at the clock; without --bytes also the largest datagram

static void server(struct run *run, int link)
{
	struct side *s = &run->conns[0].server;
	struct address a = loopback(0);
	socklen_t len = sizeof(a);
	int fd = socket(a.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, &a.sa, address_len(&a)) || getsockname(fd, &a.sa, &len))
		fail("server socket", errno);
	big_receive_buffer(fd, 8 << 20);
	run->targets[0] = a;
	run->target_count = 1;
	local_address(fd, s);
	tell(link);
	for (;;) {
		ssize_t n = recv(fd, scratch, sizeof(scratch), MSG_DONTWAIT);

		if (n >= 0) {
			s->read += (uint64_t)n;
			s->datagrams_read++;
			continue;
		}
		struct pollfd wait[2] = { { fd, POLLIN, 0 }, { link, POLLIN, 0 } };
		if (errno != EAGAIN || poll(wait, 2, -1) < 0)
			fail("recv", errno);
		if (!wait[0].revents)
			break;
	}
	tell(link);
}

static void client(struct run *run, int link)
{
	struct side *s = &run->conns[0].client;
	struct address to = client_target(run, 0);
	int fd = socket(to.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, &to.sa, address_len(&to)))
		fail("client socket", errno);
	local_address(fd, s);
	await(link);
	uint64_t start = now_ns(), end = start + (uint64_t)(opt.seconds * 1e9);
	while (now_ns() < end) {
		for (uint64_t i = 1; i <= CLOCK_EVERY; i++) {
			ssize_t n = send(fd, scratch, opt.tx ? opt.tx : i, 0);

			if (n < 0)
				fail("send", errno);
			s->sent += (uint64_t)n;
			s->datagrams_sent++;
		}
	}
	run->elapsed_ns = now_ns() - start;
	tell(link);
}

void run_udpflood(void)
{
	struct run *run = run_new(1);
	struct pair pair = pair_start(run, server, client);

	await(pair.client.link);
	tell(pair.server.link);
	await(pair.server.link);
	reap();
	const struct side *c = &run->conns[0].client, *s = &run->conns[0].server;
	json_line("done");
	json_number("datagrams", c->datagrams_sent);
	json_number("lost", c->datagrams_sent - s->datagrams_read);
	json_number("elapsedNs", run->elapsed_ns);
	json_rate("perSecond", c->datagrams_sent, run->elapsed_ns);
	json_rate("receivedPerSecond", s->datagrams_read, run->elapsed_ns);
	json_pair(run, &pair);
	json_flows(run);
	json_end();
}
