// bulk, pingpong: how much goes through in a given time. Nothing here is paced.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static uint64_t end_ns(uint64_t start)
{
	return start + (uint64_t)(opt.seconds * 1e9);
}

static void bulk_server(struct run *run, int link)
{
	struct pollfd fds[MAX_TARGETS];
	uint64_t open = opt.streams;

	run->target_count = 1;
	int listener = tcp_listen(run, 0);
	tell(link);
	for (uint64_t i = 0; i < opt.streams; i++) {
		fds[i] = (struct pollfd){ tcp_accept(listener), POLLIN, 0 };
		local_address(fds[i].fd, &run->conns[i].server);
		tell(link);
	}
	while (open) {
		if (poll(fds, opt.streams, -1) < 0)
			fail("poll", errno);
		for (uint64_t i = 0; i < opt.streams; i++) {
			if (!fds[i].revents)
				continue;
			ssize_t n = recv(fds[i].fd, scratch, sizeof(scratch), MSG_DONTWAIT);
			if (n < 0 && errno != EAGAIN)
				fail("recv", errno);
			if (n > 0)
				run->conns[i].server.read += (uint64_t)n;
			if (n == 0) {
				fds[i].fd = -1 - fds[i].fd; // poll() passes over it
				open--;
			}
		}
	}
	tell(link);
}

static void bulk_client(struct run *run, int link)
{
	struct pollfd fds[MAX_TARGETS];

	for (uint64_t i = 0; i < opt.streams; i++) {
		await(link);
		fds[i] = (struct pollfd){ tcp_connect(run, i), POLLOUT, 0 };
		local_address(fds[i].fd, &run->conns[i].client);
	}
	await(link);
	uint64_t start = now_ns(), end = end_ns(start);
	while (now_ns() < end) {
		if (poll(fds, opt.streams, -1) < 0)
			fail("poll", errno);
		for (uint64_t i = 0; i < opt.streams; i++) {
			if (!fds[i].revents)
				continue;
			ssize_t n = send(fds[i].fd, scratch, sizeof(scratch), MSG_DONTWAIT | MSG_NOSIGNAL);
			if (n < 0 && errno != EAGAIN)
				fail("send", errno);
			if (n > 0)
				run->conns[i].client.sent += (uint64_t)n;
		}
	}
	for (uint64_t i = 0; i < opt.streams; i++)
		shutdown(fds[i].fd, SHUT_WR);
	for (uint64_t i = 0; i < opt.streams; i++) {
		struct side *s = &run->conns[i].client;

		settle(fds[i].fd, s);
		run->client.sent += s->sent;
	}
	run->elapsed_ns = now_ns() - start;
	tell(link);
}

// Stream i of the client is accepted before stream i + 1 is opened, so that both sides number them alike.
void run_bulk(void)
{
	struct run *run = run_new(opt.streams);
	struct pair pair = pair_start(run, bulk_server, bulk_client);

	for (uint64_t i = 0; i < opt.streams; i++) {
		await(pair.server.link);
		tell(pair.client.link);
	}
	await_both(&pair);
	reap();
	json_line("done");
	json_number("bytes", run->client.sent);
	json_number("elapsedNs", run->elapsed_ns);
	json_rate("bytesPerSecond", run->client.sent, run->elapsed_ns);
	json_pair(run, &pair);
	json_conns(run);
	json_end();
}

static void pingpong_server(struct run *run, int link)
{
	struct side *s = &run->conns[0].server;
	ssize_t n;

	run->target_count = 1;
	int listener = tcp_listen(run, 0);
	tell(link);
	int fd = tcp_accept(listener);
	local_address(fd, s);
	while ((n = recv(fd, scratch, opt.tx < sizeof(scratch) ? opt.tx : sizeof(scratch), 0)) > 0) {
		s->read += (uint64_t)n;
		if (s->read % opt.tx == 0)
			send_all(fd, opt.tx, s);
	}
	settle(fd, s);
	tell(link);
}

static void pingpong_client(struct run *run, int link)
{
	struct side *s = &run->conns[0].client;

	await(link);
	int fd = tcp_connect(run, 0);
	local_address(fd, s);
	uint64_t start = now_ns(), end = end_ns(start);
	for (; now_ns() < end; run->current++) {
		send_all(fd, opt.tx, s);
		read_exact(fd, opt.tx, s);
	}
	run->elapsed_ns = now_ns() - start;
	shutdown(fd, SHUT_WR);
	settle(fd, s);
	tell(link);
}

void run_pingpong(void)
{
	struct run *run = run_new(1);
	struct pair pair = pair_start(run, pingpong_server, pingpong_client);

	await_both(&pair);
	reap();
	json_line("done");
	json_number("transactions", run->current);
	json_number("elapsedNs", run->elapsed_ns);
	json_rate("perSecond", run->current, run->elapsed_ns);
	json_pair(run, &pair);
	json_conns(run);
	json_end();
}
