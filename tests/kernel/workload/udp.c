// udp: many flows, or one socket to many remotes, with nothing lost: what the server read is what the clients sent.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 // linux/udp.h, since 4.18
#endif
#define GSO_SEGMENTS 64 // UDP_MAX_SEGMENTS before 6.9
#define WINDOW_BYTES 100000
#define SKB_BYTES 1024

static bool connected(uint64_t flow)
{
	return !opt.remotes && (opt.binding == CONNECTED || (opt.binding == HALF && flow % 2 == 0));
}

static int client_socket(const struct run *run, uint64_t flow)
{
	struct address to = client_target(run, 0);
	int fd = socket(to.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = (int)opt.tx;

	if (fd < 0)
		fail("client socket", errno);
	if (connected(flow) && connect(fd, &to.sa, address_len(&to)))
		fail("connect", errno);
	if (opt.gso && setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)))
		fail("UDP_SEGMENT", errno);
	return fd;
}

// How many datagrams the next send of a flow carries, when `left` are still to go.
static uint64_t batch(uint64_t left)
{
	uint64_t most = !opt.gso ? 1 : 65507 / opt.tx < GSO_SEGMENTS ? 65507 / opt.tx : GSO_SEGMENTS;

	return left < most ? left : most;
}

static void take_steps(struct run *run, uint64_t *out, uint64_t allowed)
{
	char bytes[256];

	while (*out > allowed) {
		ssize_t n = read(run->step[0], bytes, sizeof(bytes));

		if (n <= 0)
			fail("step", errno);
		*out -= (uint64_t)n;
	}
}

// An allowance below the smallest default SO_RCVBUF (212,992 bytes), each datagram counted with its sk_buff.
static void send_flow(struct run *run, int fd, uint64_t flow, uint64_t datagrams, uint64_t *out)
{
	static uint64_t window;
	struct side *s = &run->conns[flow].client;
	struct address to = opt.remotes ? udp_remote(flow, run->targets[0].in.sin_port) : client_target(run, 0);
	ssize_t bytes = (ssize_t)(datagrams * opt.tx);

	if (!window)
		window = opt.echo ? 1 : 1 + WINDOW_BYTES / (opt.tx + SKB_BYTES);
	take_steps(run, out, window > datagrams ? window - datagrams : 0);
	ssize_t n = connected(flow) ? send(fd, scratch, (size_t)bytes, 0)
				    : sendto(fd, scratch, (size_t)bytes, 0, &to.sa, address_len(&to));
	if (n != bytes)
		fail("send", errno);
	*out += datagrams;
	s->sent += (uint64_t)bytes;
	s->datagrams_sent += datagrams;
	if (!opt.echo)
		return;
	if (recv(fd, scratch, sizeof(scratch), 0) != bytes)
		fail("echo", errno);
	s->read += (uint64_t)bytes;
	s->datagrams_read++;
}

static void client(struct run *run, int link)
{
	uint64_t n = run->conn_count, sockets = opt.remotes ? 1 : n, out = 0, each;
	int *fds = calloc(sockets + 1, sizeof(*fds));

	if (!fds)
		fail("calloc", errno);
	await(link);
	for (uint64_t i = 0; i < sockets; i++)
		fds[i] = client_socket(run, i);
	for (uint64_t d = 0; d < opt.datagrams; d += each) {
		each = batch(opt.datagrams - d);
		for (uint64_t i = 0; i < n; i++)
			send_flow(run, fds[i % sockets], i, each, &out);
	}
	take_steps(run, &out, 0);
	for (uint64_t i = 0; i < n; i++)
		local_address(fds[i % sockets], &run->conns[i].client);
	tell(link);
	await(link);
	for (uint64_t i = 0; i < sockets; i++)
		close(fds[i]);
	tell(link);
}

void run_udp(void)
{
	struct run *run = run_new(opt.remotes ? opt.remotes : opt.flows);

	udp_tallies_new(run);
	struct pair pair = pair_start(run, udp_server, client);
	await_both(&pair);
	tell(pair.server.link);
	await(pair.server.link);
	json_line("ready");
	json_pair(run, &pair);
	json_flows(run);
	json_end();
	stdin_line();
	close_in_order(&pair);
	reap();
	json_line("done");
	json_end();
}
