/* SPDX-License-Identifier: MIT */
/* The netlink source: dumps for snapshots, farewells for what is drained in between. */
#define _GNU_SOURCE
#include "netlink.h"
#include "counters.h"
#include "farewells.h"
#include "owners.h"
#include "processes.h"
#include "spaces.h"
#include "tcp.h"
#include "udp.h"
#include "../base/clock.h"
#include "../privileges/threads.h"
#include "../tcptop.h"

#include <errno.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <stdlib.h>

/* A namespace that is gone lives on for as long as our sockets are in it, so it is looked for this often. */
#define SEARCH_EVERY_NS 1000000000ull
/* Of the time for a snapshot, what dumps leave for the owners. */
#define OWNERS_SHARE_NS 1000000000ull
#define LONGEST_WAIT_MS 100
/* /proc/PID/fd of others; namespaces that appear later, and the destroy groups in them. */
#define CAPABILITIES (CAPABILITY(CAP_SYS_PTRACE) | CAPABILITY(CAP_DAC_READ_SEARCH) | CAPABILITY(CAP_SYS_ADMIN) | CAPABILITY(CAP_NET_ADMIN))

/* The first passes are for what was there before us. Later ones take up at most a quarter of the time while sockets without
 * an owner come in, else a tenth. */
static void owners_look(struct netlink *n, bool look)
{
	uint64_t since_ns = clock_ns(CLOCK_MONOTONIC) - n->owners_ended_ns, share = n->unknown_sockets ? 3 : 10;
	int err;

	if (!n->unknown_sockets && !look)
		return;
	if (n->owner_pass >= 3 && since_ns < share * n->owners_took_ns)
		return;
	err = owners_of_inodes(n);
	if (err == -ETIME)
		n->source.errors++;
	else if (err)
		n->invalid_dumps++;
}

/* A socket that a dump no longer shows and that has said no farewell is closed, but still held by its process (reset by the
 * peer, say). One that has no process, or whose farewell may be lost, is forgotten. */
static bool is_forgotten(struct netlink *n, struct known *k, bool lost)
{
	struct space *s = &n->spaces[k->space];

	if (k->pass == n->pass || s->is_stale)
		return false;
	k->missed++;
	if (k->datagram)
		return true;
	if (!s->inode || s->farewell < 0 || lost || !k->inode)
		return k->missed > 1 || lost;
	if (k->missed > 1)
		k->last.state = CLOSE;
	return false;
}

/* There is room. */
static void socket_append(struct bytes *to, const struct known *k)
{
	if (k->datagram) {
		struct tcptop_udp_record r = udp_record(k);

		bytes_append(to, &r, sizeof(r));
	} else {
		bytes_append(to, &k->last, sizeof(k->last));
	}
}

static int sockets_append(struct netlink *n, struct bytes *to, bool lost)
{
	int err = bytes_reserve(to, n->sockets.count * sizeof(struct tcptop_tcp_record));

	for (size_t i = 0; !err && i < n->sockets.capacity; i++) {
		struct known *k = n->sockets.slots[i];

		if (!k)
			continue;
		if (is_forgotten(n, k, lost)) {
			known_remove(&n->sockets, k->last.cookie);
			i--; /* removal may have moved another one here */
			continue;
		}
		if (!k->datagram)
			known_settle(n, k);
		if (k->pass == n->pass || k->missed > 1)
			socket_append(to, k);
	}
	return err;
}

/* 0 or negative errno. */
static int look_at_all(struct netlink *n, const struct request *r, struct bytes *to)
{
	uint64_t lost = n->lost;
	uint32_t refused = n->refused_spaces;
	int err = 0;

	n->exchange.deadline_ns = r->deadline_ns == NO_DEADLINE ? NO_DEADLINE : r->deadline_ns - OWNERS_SHARE_NS;
	if (clock_ns(CLOCK_MONOTONIC) - n->searched_ns >= SEARCH_EVERY_NS)
		err = spaces_search(n);
	n->source.errors += n->refused_spaces > refused;
	n->pass++;
	n->dump_error = spaces_dump(n);
	n->source.errors += n->dump_error != 0;
	if (n->tcp)
		n->source.syn_recv = n->dump_error || n->refused_spaces ? -1 : (int64_t)n->syn_recv;
	for (size_t i = 0; i < n->space_count; i++)
		n->lost += space_dropped(&n->spaces[i]);
	n->exchange.deadline_ns = r->deadline_ns;
	owners_look(n, r->look);
	for (size_t i = 0; i < n->space_count; i++)
		listeners_settle(&n->spaces[i].listeners, &n->sockets, n->pass);
	return err ? err : sockets_append(n, to, n->lost != lost);
}

static void snapshot(struct source *s, const struct request *r, struct bytes *to)
{
	struct netlink *n = (struct netlink *)s;

	if (look_at_all(n, r, to) || processes_append(n, to))
		s->errors++;
}

/* Shows what was open before; nobody is told of it. */
static int look_first(struct netlink *n)
{
	const struct request all = { .deadline_ns = NO_DEADLINE, .look = true };
	struct bytes unread = {};
	int err = look_at_all(n, &all, &unread);

	bytes_free(&unread);
	return err;
}

static int32_t drain(struct source *s, uint8_t *buffer, uint32_t capacity)
{
	return farewells_drain((struct netlink *)s, buffer, capacity);
}

static void count(struct source *s, struct tcptop_tick *tick)
{
	const struct netlink *n = (const struct netlink *)s;

	tick->snapshot_errors += s->errors;
	if (!n->tcp) /* a list of UDP sockets counts nothing */
		return;
	tick->events_lost += n->lost;
	tick->sockets_untracked += n->invalid_dumps;
}

static struct needs needs(struct source *s)
{
	(void)s;
	return (struct needs){ .capabilities = CAPABILITIES, .namespaces = true };
}

static void netlink_free(struct source *s)
{
	struct netlink *n = (struct netlink *)s;

	for (size_t i = 0; i < n->space_count; i++)
		space_close(&n->spaces[i]);
	free(n->spaces);
	known_free(&n->sockets);
	bytes_free(&n->farewells);
	bytes_free(&n->processes);
	free(n->exchange.buffer);
	free(n);
}

/* It queues for more than a second, so that a timer does for a wait, and costs nothing a message. */
static const struct source_calls calls = {
	.wait = source_sleep, .drain = drain, .snapshot = snapshot, .count = count, .needs = needs, .free = netlink_free,
};

int netlink_open(struct source **at, bool tcp)
{
	struct netlink *n = calloc(1, sizeof(*n));
	int err = -ENOMEM;

	if (!n)
		return err;
	n->source = (struct source){ .calls = &calls, .longest_wait_ms = LONGEST_WAIT_MS, .has_tcp = tcp, .syn_recv = -1 };
	n->tcp = tcp;
	n->udp = !tcp;
	n->exchange.buffer = malloc(DUMP_BYTES);
	if (n->exchange.buffer)
		err = look_first(n);
	/* __sock_diag_cmd() and inet_diag_dump() find no handler: the modules are neither built in nor installed. */
	if (!err && n->dump_error == -ENOENT)
		err = -ENOENT;
	if (err)
		netlink_free(&n->source);
	else
		*at = &n->source;
	return err;
}

int netlink_add_udp(struct source *s)
{
	struct netlink *n = (struct netlink *)s;

	n->udp = true;
	look_first(n);
	n->udp = !n->dump_error;
	return n->dump_error;
}

int32_t netlink_limits(const struct source *s)
{
	const struct netlink *n = (const struct netlink *)s;
	const capabilities owners = CAPABILITY(CAP_SYS_PTRACE) | CAPABILITY(CAP_DAC_READ_SEARCH);

	return (n->farewells_refused ? LIMIT_FAREWELLS : 0) | (n->refused_spaces ? LIMIT_SPACES : 0) | (n->no_sent ? LIMIT_SENT : 0) |
	       ((capabilities_permitted() & owners) != owners ? LIMIT_OWNERS : n->refused_processes ? LIMIT_REFUSED : 0);
}

static void ignore(void *context, const struct diag_message *m)
{
	(void)context;
	(void)m;
}

/* A dump is asked for too: a kernel without inet_diag refuses nothing before. */
int netlink_try(int *farewells)
{
	struct exchange x = { .buffer = malloc(DUMP_BYTES), .deadline_ns = NO_DEADLINE };
	struct space s = { .ask = -1, .farewell = -1 };
	int err = x.buffer ? space_open(&s, true) : -ENOMEM;

	if (!err)
		err = space_dump(&x, &s, AF_INET, IPPROTO_TCP, ignore, NULL);
	free(x.buffer);
	*farewells = err || s.farewell >= 0 ? 0 : s.farewell;
	space_close(&s);
	return err;
}
