// short, churn: connections that end as soon as their bytes are through, at full speed or at a rate.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PER_TARGET 10000
#define FLAT_OUT_GUESS 20000 // connections a second, for the number of listeners only

// Sockets that wait for their last step, oldest first. Depth 0 takes the step at once.
struct pipeline {
	int fds[2048];
	uint64_t depth, in, out;
};

static bool by_time(void)
{
	return !strcmp(opt.command, "churn");
}

static uint64_t concurrency(void)
{
	if (opt.tx > 16384) // more could fill both buffers of a pair while its client is at another connection
		return 1;
	if (opt.concurrency)
		return opt.concurrency;
	return opt.rate > 0 ? 1 : 16;
}

static void push(struct run *run, struct pipeline *p, int fd, void (*finish)(struct run *, int))
{
	p->fds[p->in++ % 2048] = fd;
	while (p->in - p->out > p->depth)
		finish(run, p->fds[p->out++ % 2048]);
}

static void drain(struct run *run, struct pipeline *p, void (*finish)(struct run *, int))
{
	while (p->out < p->in)
		finish(run, p->fds[p->out++ % 2048]);
}

static void server_finish(struct run *run, int fd)
{
	(void)run;
	read_end(fd);
	close(fd);
}

static void serve(struct run *run, struct pipeline *p, int fd)
{
	struct side s = { 0 };

	read_exact(fd, opt.tx, &s);
	send_all(fd, opt.tx, &s);
	run->server.connections++;
	run->server.sent += s.sent;
	run->server.read += s.read;
	if (opt.by == BY_SERVER && !opt.reset)
		close(fd);
	else
		push(run, p, fd, server_finish);
}

// A closing client ends connection n - C before it opens n. Two processors may queue neighbours in the other order, so the
// server waits for an end only 2C connections later: it is there by then.
static void server(struct run *run, int link)
{
	int listeners[MAX_TARGETS];
	uint64_t expected = opt.count, c = concurrency();
	struct pipeline p = { .depth = c > 1 ? 2 * c - 1 : 0 };

	if (by_time())
		expected = (uint64_t)(opt.seconds * (opt.rate > 0 ? opt.rate : FLAT_OUT_GUESS));
	tcp_listen_all(run, listeners, PER_TARGET, expected);
	for (unsigned i = 0; i < run->target_count; i++)
		set_nonblocking(listeners[i]);
	tell(link);
	for (uint64_t i = 0;;) {
		int fd = accept4(listeners[i % run->target_count], NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0) {
			serve(run, &p, fd);
			i++;
			continue;
		}
		struct pollfd wait[2] = { { listeners[i % run->target_count], POLLIN, 0 }, { link, POLLIN, 0 } };
		if (errno != EAGAIN || poll(wait, 2, -1) < 0)
			fail("accept", errno);
		if (wait[1].revents)
			break;
	}
	drain(run, &p, server_finish);
	tell(link);
}

static void client_finish(struct run *run, int fd)
{
	struct side s = { 0 };

	read_exact(fd, opt.tx, &s);
	if (opt.reset)
		linger_zero(fd);
	else if (opt.by == BY_SERVER)
		read_end(fd);
	close(fd);
	run->client.connections++;
	run->client.read += s.read;
}

static void client(struct run *run, int link)
{
	struct pipeline p = { .depth = concurrency() - 1 };

	await(link);
	uint64_t start = now_ns(), end = start + (uint64_t)(opt.seconds * 1e9);
	for (uint64_t i = 0; by_time() ? now_ns() < end : i < opt.count; i++) {
		struct side s = { 0 };

		if (opt.rate > 0)
			pace(start, i, opt.rate);
		int fd = tcp_connect(run, i);
		send_all(fd, opt.tx, &s);
		run->client.sent += s.sent;
		push(run, &p, fd, client_finish);
	}
	drain(run, &p, client_finish);
	run->elapsed_ns = now_ns() - start;
	tell(link);
}

void run_short(void)
{
	struct run *run = run_new(0);
	struct pair pair = pair_start(run, server, client);

	await(pair.client.link);
	tell(pair.server.link);
	await(pair.server.link);
	reap();
	json_line("done");
	json_number("completed", run->client.connections);
	json_totals(run, &pair);
	json_rate("perSecond", run->client.connections, run->elapsed_ns);
	json_end();
}
