/* SPDX-License-Identifier: MIT */
/* Connections whose bytes and owners are known. */
#define _GNU_SOURCE
#include "traffic.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPLY_MS 30000 /* emulated processors are slow */

struct phase *phases;

static pid_t start(const char *name, int *link, void (*body)(int))
{
	int ends[2];
	pid_t pid;

	check(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
	pid = fork();
	check(pid >= 0, "fork");
	if (pid) {
		close(ends[1]);
		*link = ends[0];
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, name);
	body(ends[1]);
	exit(0);
}

static bool replied(int link)
{
	struct pollfd wait = { link, POLLIN, 0 };
	char reply;

	return poll(&wait, 1, REPLY_MS) == 1 && read(link, &reply, 1) == 1;
}

void traffic_start(struct traffic *t)
{
	static const struct phase plan[PHASES] = {
		[EARLIER] = { "earlier", 5, 1009, 503, false, 0, {} },
		[HELD] = { "held", 23, 1009, 503, false, 0, {} },
		[SHORT] = { "short", 100, 101, 101, true, 0, {} },
		[DATAGRAMS] = { "datagrams", 7, 307, 211, false, 13, {} },
	};

	phases = mmap(NULL, sizeof(plan), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(phases != MAP_FAILED, "mmap");
	memcpy(phases, plan, sizeof(plan));
	t->server = start("matrix-server", &t->to_server, serve_all);
	check(replied(t->to_server), "the server does not start");
	t->client = start("matrix-client", &t->to_client, connect_all);
}

bool traffic_run(struct traffic *t, enum phase_id phase)
{
	char order = phase;

	return write(t->to_server, &order, 1) == 1 && write(t->to_client, &order, 1) == 1 && replied(t->to_client) &&
	       replied(t->to_server);
}

bool traffic_close(struct traffic *t)
{
	char order = ORDER_CLOSE;

	return write(t->to_server, &order, 1) == 1 && replied(t->to_server) && write(t->to_client, &order, 1) == 1 &&
	       replied(t->to_client);
}
