/* SPDX-License-Identifier: MIT */
/* Connections whose bytes and owners are known. */
#define _GNU_SOURCE
#include "traffic.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPLY_MS 30000 /* emulated processors are slow */

/* Of the driver's file, under another name. tcptop takes what its own executable closes for the doing of its owner pass (bpf/owner.h), so
 * traffic has another. */
#define EXECUTABLE "/bin/traffic"

struct phase *phases;
static int phases_file; /* holds them, as the memory that stays shared over exec() */

static void phases_map(void)
{
	phases = mmap(NULL, PHASES * sizeof(*phases), PROT_READ | PROT_WRITE, MAP_SHARED, phases_file, 0);
	check(phases != MAP_FAILED, "mmap");
}

static void execute(const char *role, int link)
{
	char link_text[16], file_text[16];

	snprintf(link_text, sizeof(link_text), "%d", dup(link)); /* the copy stays open over exec() */
	snprintf(file_text, sizeof(file_text), "%d", dup(phases_file));
	execl(EXECUTABLE, EXECUTABLE, "traffic", role, link_text, file_text, NULL);
	check(false, EXECUTABLE);
}

static pid_t start(const char *role, int *link)
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
	execute(role, ends[1]);
	exit(1);
}

int traffic_main(char **arguments)
{
	bool client = !strcmp(arguments[0], "client");
	int link = atoi(arguments[1]);

	phases_file = atoi(arguments[2]);
	fcntl(link, F_SETFD, FD_CLOEXEC);
	prctl(PR_SET_NAME, client ? "matrix-client" : "matrix-server");
	phases_map();
	(client ? connect_all : serve_all)(link);
	return 0;
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

	phases_file = memfd_create("phases", MFD_CLOEXEC);
	check(phases_file >= 0 && !ftruncate(phases_file, sizeof(plan)), "memfd_create");
	phases_map();
	memcpy(phases, plan, sizeof(plan));
	t->server = start("server", &t->to_server);
	check(replied(t->to_server), "the server does not start");
	t->client = start("client", &t->to_client);
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
