// sendfile, splice, partial, reset, halfclose: one connection, its bytes moved or ended in an unusual way.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const struct act *act;

// Settles only when told: by then the other side has read all it will read.
static void finish(struct run *run, int link, int fd, struct side *s, bool first)
{
	bool resetting = !strcmp(act->name, "reset");

	tell(link);
	await(link);
	settle(fd, s);
	tell(link);
	await(link);
	if (resetting && first)
		linger_zero(fd);
	else if (resetting)
		run->seen_errno = read_end(fd) ? 0 : errno;
	close(fd);
	tell(link);
}

static void server(struct run *run, int link)
{
	struct side *s = &run->conns[0].server;

	run->target_count = 1;
	int listener = tcp_listen(run, 0);
	tell(link);
	int fd = tcp_accept(listener);
	local_address(fd, s);
	act->server(fd, s);
	finish(run, link, fd, s, opt.by == BY_SERVER);
}

static void client(struct run *run, int link)
{
	struct side *s = &run->conns[0].client;

	await(link);
	int fd = tcp_connect(run, 0);
	local_address(fd, s);
	act->client(fd, s);
	finish(run, link, fd, s, opt.by == BY_CLIENT);
}

void run_one(void)
{
	struct run *run = run_new(1);

	act = act_named(opt.command);
	struct pair pair = pair_start(run, server, client);
	await_both(&pair);
	tell(pair.client.link);
	await(pair.client.link);
	tell(pair.server.link);
	await(pair.server.link);
	json_line("ready");
	json_pair(run, &pair);
	json_conns(run);
	json_end();
	stdin_line();
	close_in_order(&pair);
	reap();
	json_line("done");
	if (!strcmp(act->name, "reset"))
		json_text("seen", run->seen_errno == ECONNRESET ? "ECONNRESET" : run->seen_errno ? strerror(run->seen_errno) : "end");
	json_end();
}
