/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "spaces.h"
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

static struct space *space_find(struct netlink *n, uint64_t inode)
{
	for (size_t i = 0; i < n->space_count; i++)
		if (n->spaces[i].inode == inode)
			return &n->spaces[i];
	return NULL;
}

static struct space *space_free(struct netlink *n)
{
	struct space *more = space_find(n, 0);

	if (more)
		return more;
	more = realloc(n->spaces, (n->space_count + 1) * sizeof(*more));
	if (!more)
		return NULL;
	n->spaces = more;
	n->spaces[n->space_count] = (struct space){ .ask = -1, .farewell = -1 };
	return &n->spaces[n->space_count++];
}

/* Called in the namespace only for those that are new to us. */
static bool space_is_new(void *context, uint64_t inode)
{
	struct netlink *n = context;
	struct space *s = space_find(n, inode);

	if (s)
		s->seen = n->search;
	return !s;
}

static int space_enter(void *context, uint64_t inode)
{
	struct netlink *n = context;
	struct space *s = space_free(n);
	int err = s ? space_open(s, n->tcp) : -ENOMEM;

	if (err) {
		if (s)
			space_close(s);
		n->refused_spaces++;
		n->refused_error = err;
		return 0; /* the others are seen all the same */
	}
	n->farewells_refused |= n->tcp && s->farewell < 0;
	s->inode = inode;
	s->seen = n->search;
	return 0;
}

/* Descriptors that namespaces may not have: owners and commands are read through others. Held while a search goes on. */
#define RESERVE 8

static void reserve_take(int fds[RESERVE])
{
	for (int i = 0; i < RESERVE; i++)
		fds[i] = fcntl(proc_fd(), F_DUPFD_CLOEXEC, 0);
}

static void reserve_give(const int fds[RESERVE])
{
	for (int i = 0; i < RESERVE; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

int spaces_search(struct netlink *n)
{
	int reserve[RESERVE], err;
	size_t seen = 0;

	n->search++;
	n->refused_spaces = 0;
	n->searched_ns = clock_ns(CLOCK_MONOTONIC);
	reserve_take(reserve);
	err = namespaces_visit(space_is_new, space_enter, n, &n->refused_spaces);
	reserve_give(reserve);
	for (size_t i = 0; i < n->space_count; i++)
		if (n->spaces[i].inode && n->spaces[i].seen != n->search)
			space_close(&n->spaces[i]);
	for (size_t i = 0; i < n->space_count; i++)
		seen += n->spaces[i].inode != 0;
	return seen ? 0 : err ? err : n->refused_error ? n->refused_error : -EMFILE;
}

struct showing {
	struct netlink *n;
	struct space *s;
};

static void shown_tcp(void *context, const struct diag_message *m)
{
	struct showing *showing = context;

	tcp_shown(showing->n, showing->s, m);
}

static void shown_udp(void *context, const struct diag_message *m)
{
	struct showing *showing = context;

	udp_shown(showing->n, showing->s, m);
}

static int space_dump_all(struct netlink *n, struct space *s)
{
	const int families[] = { AF_INET, AF_INET6 };
	struct showing showing = { n, s };
	int err = 0;

	for (int i = 0; i < 2; i++) {
		int tcp = n->tcp ? space_dump(&n->exchange, s, families[i], IPPROTO_TCP, shown_tcp, &showing) : 0;
		int udp = n->udp ? space_dump(&n->exchange, s, families[i], IPPROTO_UDP, shown_udp, &showing) : 0;

		err = err ? err : tcp ? tcp : udp;
	}
	return err;
}

int spaces_dump(struct netlink *n)
{
	int err = 0;

	n->syn_recv = 0;
	for (size_t i = 0; i < n->space_count; i++) {
		int one = n->spaces[i].inode ? space_dump_all(n, &n->spaces[i]) : 0;

		n->spaces[i].is_stale = one != 0;
		err = err ? err : one;
	}
	return err;
}
