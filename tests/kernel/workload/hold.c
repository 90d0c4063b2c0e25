// hold, rounds: many connections open at once, each with its bytes exchanged to the end.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PER_TARGET 8000

static uint64_t rounds;

static int *fd_table(void)
{
	int *fds = calloc(opt.count + 1, sizeof(*fds));

	if (!fds)
		fail("calloc", errno);
	return fds;
}

static void settle_all(struct run *run, const int *fds, bool server)
{
	struct totals *t = server ? &run->server : &run->client;

	for (uint64_t i = 0; i < opt.count; i++) {
		struct side *s = server ? &run->conns[i].server : &run->conns[i].client;

		settle(fds[i], s);
		t->connections++;
		t->sent += s->sent;
		t->read += s->read;
	}
}

static void close_all(const int *fds)
{
	for (uint64_t i = 0; i < opt.count; i++)
		close(fds[i]);
}

// The step byte keeps client and server on the same connection: a listener never has a backlog, an index means the same
// connection to both, and no exchange can block on another one's buffers.
static void server_round(struct run *run, const int *listeners, int *fds)
{
	for (uint64_t i = 0; i < opt.count; i++) {
		struct side *s = &run->conns[i].server;

		*s = (struct side){ 0 };
		fds[i] = tcp_accept(listeners[i % run->target_count]);
		local_address(fds[i], s);
		read_exact(fds[i], opt.tx, s);
		send_all(fds[i], opt.rx, s);
		if (write(run->step[1], "", 1) != 1)
			fail("step", errno);
	}
}

static void client_round(struct run *run, int *fds)
{
	char byte;

	for (uint64_t i = 0; i < opt.count; i++) {
		struct side *s = &run->conns[i].client;

		*s = (struct side){ 0 };
		fds[i] = tcp_connect(run, i);
		local_address(fds[i], s);
		send_all(fds[i], opt.tx, s);
		read_exact(fds[i], opt.rx, s);
		if (read(run->step[0], &byte, 1) != 1)
			fail("step", errno);
	}
}

static void server(struct run *run, int link)
{
	int listeners[MAX_TARGETS], *fds = fd_table();

	tcp_listen_all(run, listeners, PER_TARGET, opt.count);
	tell(link);
	for (uint64_t r = 0; r < rounds; r++) {
		server_round(run, listeners, fds);
		settle_all(run, fds, true);
		tell(link);
		await(link);
		close_all(fds);
		tell(link);
	}
}

static void client(struct run *run, int link)
{
	int *fds = fd_table();

	await(link);
	for (uint64_t r = 0; r < rounds; r++) {
		client_round(run, fds);
		settle_all(run, fds, false);
		tell(link);
		await(link);
		close_all(fds);
		tell(link);
	}
}

static void done(struct run *run, const struct pair *pair)
{
	reap();
	json_line("done");
	json_totals(run, pair);
	json_end();
}

void run_hold(void)
{
	struct run *run = run_new(opt.count);

	rounds = 1;
	struct pair pair = pair_start(run, server, client);
	await_both(&pair);
	json_line("ready");
	json_pair(run, &pair);
	json_conns(run);
	json_end();
	stdin_line();
	close_in_order(&pair);
	done(run, &pair);
}

void run_rounds(void)
{
	struct run *run = run_new(opt.count);
	uint64_t start = now_ns();

	rounds = opt.rounds;
	struct pair pair = pair_start(run, server, client);
	for (uint64_t r = 0; r < rounds; r++) {
		await_both(&pair);
		close_in_order(&pair);
		json_line("round");
		json_number("round", r + 1);
		json_number("count", opt.count);
		json_end();
	}
	run->elapsed_ns = now_ns() - start;
	done(run, &pair);
}
