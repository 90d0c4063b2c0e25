// stir: many connections that stay open, and bytes on one after the other, so that every one of them keeps changing.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PER_TARGET 8000

static int *fd_table(void)
{
	int *fds = calloc(opt.count, sizeof(*fds));

	if (!fds)
		fail("calloc", errno);
	return fds;
}

// Both sides go round in the same order: the server waits where the client sends next. The end is at a whole message.
static void server(struct run *run, int link)
{
	int listeners[MAX_TARGETS], *fds = fd_table();
	struct totals *t = &run->server;
	ssize_t n;

	tcp_listen_all(run, listeners, PER_TARGET, opt.count);
	tell(link);
	for (uint64_t i = 0; i < opt.count; i++) {
		fds[i] = tcp_accept(listeners[i % run->target_count]);
		if (write(run->step[1], "", 1) != 1)
			fail("step", errno);
	}
	t->connections = opt.count;
	tell(link);
	for (uint64_t i = 0; (n = recv(fds[i % opt.count], scratch, opt.tx, MSG_WAITALL)) > 0; i++)
		t->read += (uint64_t)n;
	if (n < 0)
		fail("recv", errno);
	tell(link);
}

static void client(struct run *run, int link)
{
	int *fds = fd_table();
	struct side s = { 0 };
	char byte;

	await(link);
	for (uint64_t i = 0; i < opt.count; i++) {
		fds[i] = tcp_connect(run, i);
		if (read(run->step[0], &byte, 1) != 1)
			fail("step", errno);
	}
	run->client.connections = opt.count;
	tell(link);
	uint64_t start = now_ns(), end = start + (uint64_t)(opt.seconds * 1e9);
	for (; now_ns() < end; run->current++) {
		pace(start, run->current, opt.rate > 0 ? opt.rate : (double)opt.count);
		send_all(fds[run->current % opt.count], opt.tx, &s);
	}
	run->elapsed_ns = now_ns() - start;
	run->client.sent = s.sent;
	tell(link);
}

void run_stir(void)
{
	struct run *run = run_new(0);
	struct pair pair = pair_start(run, server, client);

	await_both(&pair);
	json_line("ready");
	json_pair(run, &pair);
	json_end();
	await(pair.client.link); // its exit closes its connections, which ends the server's round
	await(pair.server.link);
	reap();
	json_line("done");
	json_rate("perSecond", run->current, run->elapsed_ns);
	json_totals(run, &pair);
	json_end();
}
