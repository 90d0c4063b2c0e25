/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "conntrack.h"
#include "table.h"
#include "../base/clock.h"
#include "../privileges/threads.h"
#include "../process/namespaces.h"
#include "../process/proc.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_BYTES (1 << 16) /* room in a snapshot for events, made as often as it is full */
#define SEARCH_LIMIT_NS 2000000000ull

struct conntrack {
	struct source source;
	struct table *tables; /* this namespace's own first */
	size_t count;
	int refused;
};

static struct conntrack *of(struct source *s)
{
	return (struct conntrack *)s;
}

/* A number in /proc/sys/net/netfilter of the calling thread's network namespace; -1: there is none, nf_conntrack is not loaded. */
static long setting(const char *path)
{
	char text[24] = {};
	int fd = proc_open(path);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	return length <= 0 ? -1 : strtol(text, NULL, 10);
}

/* The first one is this process's own, whose connections may begin to be translated later. */
static int namespace_enter(void *context, uint64_t inode)
{
	struct conntrack *c = context;
	long entries = setting("sys/net/netfilter/nf_conntrack_count");
	struct table *more;
	int64_t answer;

	if (entries < 0 || (c->count && !entries))
		return 0;
	if (!(more = realloc(c->tables, (c->count + 1) * sizeof(*more))))
		return -ENOMEM;
	c->tables = more;
	answer = table_open(&c->tables[c->count], inode, setting("sys/net/netfilter/nf_conntrack_events") > 0);
	if (!answer)
		answer = table_entries(&c->tables[c->count], clock_ns(CLOCK_MONOTONIC) + SEARCH_LIMIT_NS);
	c->count += answer >= 0;
	if (answer < 0) {
		table_close(&c->tables[c->count]);
		c->refused = entries ? answer : c->refused;
	}
	return 0;
}

static int32_t drain(struct source *s, uint8_t *buffer, uint32_t capacity)
{
	uint32_t used = 0;

	for (size_t i = 0; i < of(s)->count; i++)
		used += table_events(&of(s)->tables[i], buffer + used, capacity - used);
	return used;
}

static int events_append(struct source *s, struct bytes *to)
{
	int32_t got;

	do {
		if (bytes_reserve(to, EVENTS_BYTES))
			return -ENOMEM;
		got = drain(s, to->data + to->length, EVENTS_BYTES);
		to->length += got;
	} while (got > EVENTS_BYTES - (int32_t)sizeof(struct tcptop_translation));
	return 0;
}

/* One that is not watched, since it was empty or the kernel does not tell, is looked at if it has anything in it. */
static int look(struct table *t, const struct request *r, struct bytes *to)
{
	int64_t entries;

	if (t->event_fd >= 0 && !t->is_stale)
		return 0;
	if (t->event_fd < 0 && clock_ns(CLOCK_MONOTONIC) < t->due_ns)
		return 0;
	entries = t->event_fd < 0 ? table_entries(t, r->deadline_ns) : 1;
	return entries <= 0 ? (int)entries : table_look(t, to, r->deadline_ns);
}

static void snapshot(struct source *s, const struct request *r, struct bytes *to)
{
	bool failed = events_append(s, to) != 0;

	for (size_t i = 0; i < of(s)->count; i++)
		failed |= look(&of(s)->tables[i], r, to) != 0;
	s->errors += failed;
}

/* Reading what is told, and of this namespace's own table how much is in it, takes no capability. That some of it was lost is said once. */
static bool table_rests(const struct conntrack *c, struct table *t)
{
	char first;

	if (t->event_fd >= 0) {
		if (recv(t->event_fd, &first, sizeof(first), MSG_DONTWAIT | MSG_PEEK) >= 0)
			return false;
		t->is_stale |= errno == ENOBUFS;
		return !t->is_stale && errno == EAGAIN;
	}
	return clock_ns(CLOCK_MONOTONIC) < t->due_ns || (t == c->tables && !setting("sys/net/netfilter/nf_conntrack_count"));
}

static bool rests(struct source *s)
{
	const struct conntrack *c = of(s);

	for (size_t i = 0; i < c->count; i++)
		if (!table_rests(c, &c->tables[i]))
			return false;
	return true;
}

static void count(struct source *s, struct tcptop_tick *tick)
{
	tick->snapshot_errors += s->errors;
}

static struct needs needs(struct source *s)
{
	(void)s;
	return (struct needs){ .capabilities = CAPABILITY(CAP_NET_ADMIN) };
}

static void conntrack_free(struct source *s)
{
	for (size_t i = 0; i < of(s)->count; i++)
		table_close(&of(s)->tables[i]);
	free(of(s)->tables);
	free(s);
}

static const struct source_calls calls = {
	.wait = source_sleep, .drain = drain, .snapshot = snapshot, .rests = rests, .count = count, .needs = needs, .free = conntrack_free,
};

int conntrack_open(struct source **at)
{
	struct conntrack *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	c->source = (struct source){ .calls = &calls, .syn_recv = -1 };
	err = namespaces_visit(NULL, namespace_enter, c, NULL, clock_ns(CLOCK_MONOTONIC) + SEARCH_LIMIT_NS);
	err = err ? err : c->refused;
	if (c->count) {
		*at = &c->source;
		return err == -ETIME ? 0 : err;
	}
	conntrack_free(&c->source);
	return err ? err : -ENOENT;
}
