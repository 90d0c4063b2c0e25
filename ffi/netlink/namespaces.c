/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "namespaces.h"
#include "tcp.h"
#include "udp.h"
#include "../base/clock.h"
#include "../process/namespaces.h"
#include "../process/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

static struct netns *netns_find(struct netlink *n, uint64_t inode)
{
	for (size_t i = 0; i < n->netns_count; i++)
		if (n->namespaces[i].inode == inode)
			return &n->namespaces[i];
	return NULL;
}

static struct netns *netns_slot(struct netlink *n)
{
	struct netns *more = netns_find(n, 0);

	if (more)
		return more;
	more = realloc(n->namespaces, (n->netns_count + 1) * sizeof(*more));
	if (!more)
		return NULL;
	n->namespaces = more;
	n->namespaces[n->netns_count] = (struct netns){ .request_fd = -1, .destroy_fd = -1 };
	return &n->namespaces[n->netns_count++];
}

/* True: enter it. Marks those that are open already as seen. */
static bool netns_is_new(void *context, uint64_t inode)
{
	struct netlink *n = context;
	struct netns *s = netns_find(n, inode);

	if (s)
		s->seen = n->search;
	return !s;
}

/* Descriptors that are left for reading owners and command lines when there are more namespaces than descriptors: taken during a search, so
 * that the search cannot take them. */
#define RESERVE 12
/* A folder, a namespace, and what another thread opens meanwhile: without them those that are open are not found again, and taken for gone. */
#define SEARCH_NEEDS 4

static int descriptors_take(int *fds, int count)
{
	int taken = 0;

	while (taken < count && (fds[taken] = fcntl(proc_fd(), F_DUPFD_CLOEXEC, 0)) >= 0)
		taken++;
	return taken;
}

static void descriptors_give(const int *fds, int count)
{
	for (int i = 0; i < count; i++)
		close(fds[i]);
}

/* For a namespace's two sockets, besides what the search itself needs. */
static bool has_room(void)
{
	int fds[SEARCH_NEEDS + 2], taken = descriptors_take(fds, SEARCH_NEEDS + 2);

	descriptors_give(fds, taken);
	return taken == SEARCH_NEEDS + 2;
}

static int netns_enter(void *context, uint64_t inode)
{
	struct netlink *n = context;
	struct netns *s = netns_slot(n);
	int err = !has_room() ? -EMFILE : s ? netns_open(s, n->tcp) : -ENOMEM;

	if (err) {
		if (s)
			netns_close(s);
		n->refused_namespaces++;
		n->refused_error = err;
		return 0; /* go on with the others */
	}
	n->destroy_refused |= n->tcp && s->destroy_fd < 0;
	s->inode = inode;
	s->seen = n->search;
	return 0;
}

int namespaces_search(struct netlink *n)
{
	int reserve[RESERVE + SEARCH_NEEDS], taken, err;
	size_t seen = 0;

	n->search++;
	n->refused_namespaces = 0;
	n->searched_ns = clock_ns(CLOCK_MONOTONIC);
	taken = descriptors_take(reserve, RESERVE + SEARCH_NEEDS);
	for (int i = 0; i < SEARCH_NEEDS && taken; i++)
		close(reserve[--taken]);
	err = namespaces_visit(netns_is_new, netns_enter, n, &n->refused_namespaces, n->exchange.deadline_ns);
	descriptors_give(reserve, taken);
	n->search_was_cut = err == -ETIME;
	for (size_t i = 0; i < n->netns_count && !n->search_was_cut; i++)
		if (n->namespaces[i].inode && n->namespaces[i].seen != n->search)
			netns_close(&n->namespaces[i]);
	for (size_t i = 0; i < n->netns_count; i++)
		seen += n->namespaces[i].inode != 0;
	return seen ? 0 : err ? err : n->refused_error ? n->refused_error : -EMFILE;
}

struct dump {
	struct netlink *n;
	struct netns *s;
};

static void dumped_tcp(void *context, const struct diag_message *m)
{
	struct dump *dump = context;

	tcp_dumped(dump->n, dump->s, m);
}

static void dumped_udp(void *context, const struct diag_message *m)
{
	struct dump *dump = context;

	udp_dumped(dump->n, dump->s, m);
}

static int netns_dump_all(struct netlink *n, struct netns *s)
{
	const int families[] = { AF_INET, AF_INET6 };
	struct dump dump = { n, s };
	int err = 0;

	for (int i = 0; i < 2; i++) {
		int listeners = n->tcp ? netns_dump(&n->exchange, s, families[i], DUMP_LISTENERS, dumped_tcp, &dump) : 0;
		int tcp = n->tcp ? netns_dump(&n->exchange, s, families[i], DUMP_CONNECTIONS, dumped_tcp, &dump) : 0;
		int udp = n->udp ? netns_dump(&n->exchange, s, families[i], DUMP_DATAGRAMS, dumped_udp, &dump) : 0;

		err = err ? err : listeners ? listeners : tcp ? tcp : udp;
	}
	return err;
}

int namespaces_dump(struct netlink *n)
{
	int err = 0;

	n->syn_recv = 0;
	for (size_t i = 0; i < n->netns_count; i++) {
		int one = n->namespaces[i].inode ? netns_dump_all(n, &n->namespaces[i]) : 0;

		n->namespaces[i].is_stale = one != 0;
		n->namespaces[i].is_dumped |= !one;
		err = err ? err : one;
	}
	return err;
}
