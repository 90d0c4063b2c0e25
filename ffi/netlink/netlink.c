/* SPDX-License-Identifier: MIT */
/* The netlink source: dumps make the snapshots, destroy messages the records that are drained in between. */
#define _GNU_SOURCE
#include "netlink.h"
#include "counters.h"
#include "destroyed.h"
#include "owners.h"
#include "processes.h"
#include "namespaces.h"
#include "tcp.h"
#include "udp.h"
#include "../base/clock.h"
#include "../privileges/threads.h"
#include "../tcptop.h"

#include <errno.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <stdlib.h>

/* The netlink sockets of tcptop keep a network namespace alive, so it is looked this often whether anybody else uses it. */
#define SEARCH_EVERY_NS 1000000000ull
/* Dumps end so early that this much of a snapshot's time is left for the owner pass. */
#define OWNERS_SHARE_NS 1000000000ull
#define LONGEST_WAIT_MS 100
/* /proc/PID/fd of others; namespaces that appear later, and the destroy groups in them. */
#define CAPABILITIES (CAPABILITY(CAP_SYS_PTRACE) | CAPABILITY(CAP_DAC_READ_SEARCH) | CAPABILITY(CAP_SYS_ADMIN) | CAPABILITY(CAP_NET_ADMIN))

/* Whether the time has come for an owner pass, and the pass. The first three at once. Later ones take at most a quarter of the time while
 * there are sockets without an owner, else a tenth. */
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

/* What to do with a socket that is not in the last dump and of which no destroy message has come: in CLOSE, which dumps leave out, but
 * still held by its process (reset by the peer, say). True: it is gone, since no process has it, or its destroy message may have been lost. */
static bool is_forgotten(struct netlink *n, struct socket_entry *e, bool lost)
{
	struct netns *s = &n->namespaces[e->netns_index];

	if (e->pass == n->pass || s->is_stale)
		return false;
	e->missed++;
	if (e->datagram)
		return true;
	if (!s->inode || s->destroy_fd < 0 || lost || !e->inode)
		return e->missed > 1 || lost;
	if (e->missed > 1 && e->last.state != LISTEN)
		e->last.state = CLOSE;
	return false;
}

/* The end of a listener that its process has shut down and still holds: it is in no dump any more (inet_shutdown()), never was a connection, and listens anew as
 * another one. */
static void stopped_append(struct bytes *to, const struct socket_entry *e)
{
	struct tcptop_tcp_record r = e->last;

	r.tag = TAG_TCP_CLOSE;
	r.time_ns = clock_ns(CLOCK_BOOTTIME);
	bytes_append(to, &r, sizeof(r));
}

/* bytes_reserve() has been called. True: it has no place in the table any more. */
static bool is_over(struct netlink *n, struct bytes *to, struct socket_entry *e, bool lost)
{
	if (is_forgotten(n, e, lost))
		return true;
	if (e->missed < 2 || e->last.state != LISTEN)
		return false;
	stopped_append(to, e);
	return true;
}

/* bytes_reserve() has been called. */
static void socket_append(struct bytes *to, struct socket_entry *e, bool describe)
{
	if (e->datagram) {
		struct tcptop_udp_record r = udp_record(e);

		bytes_append(to, &r, sizeof(r));
	} else {
		bytes_append(to, &e->last, sizeof(e->last));
		bytes_append(to, &e->limits, e->limits.size);
		if (!e->path_is_told || describe)
			bytes_append(to, &e->path, e->path.size);
		e->path_is_told = true;
	}
}

static int sockets_append(struct netlink *n, struct bytes *to, bool lost)
{
	int err = bytes_reserve(to, n->sockets.count * 
					(sizeof(struct tcptop_tcp_record) + sizeof(struct tcptop_tcp_limits) + sizeof(struct tcptop_tcp_path)));

	for (size_t i = 0; !err && i < n->sockets.capacity; i++) {
		struct socket_entry *e = n->sockets.slots[i];

		if (!e)
			continue;
		if (is_over(n, to, e, lost)) {
			socket_remove(&n->sockets, e->last.cookie);
			i--; /* removal may have moved another one here */
			continue;
		}
		if (!e->datagram)
			socket_complete(n, e);
		if (e->pass == n->pass || e->missed > 1)
			socket_append(to, e, n->describe_all);
	}
	n->describe_all = err != 0;
	return err;
}

/* 0 or negative errno. */
static int look_at_all(struct netlink *n, const struct request *r, struct bytes *to)
{
	uint64_t lost = n->lost;
	uint32_t refused = n->refused_namespaces;
	int err = 0;

	n->exchange.deadline_ns = r->deadline_ns == NO_DEADLINE ? NO_DEADLINE : r->deadline_ns - OWNERS_SHARE_NS;
	if (clock_ns(CLOCK_MONOTONIC) - n->searched_ns >= SEARCH_EVERY_NS) {
		err = namespaces_search(n);
		n->source.errors += n->search_was_cut || n->refused_namespaces > refused;
	}
	n->pass++;
	n->dump_error = namespaces_dump(n);
	n->source.errors += n->dump_error != 0;
	if (n->tcp)
		n->source.syn_recv = n->dump_error || n->refused_namespaces || n->search_was_cut ? -1 : (int64_t)n->syn_recv;
	for (size_t i = 0; i < n->netns_count; i++)
		n->lost += netns_dropped(&n->namespaces[i]);
	n->exchange.deadline_ns = r->deadline_ns;
	owners_look(n, r->look);
	for (size_t i = 0; i < n->netns_count; i++)
		listeners_update(&n->namespaces[i].listeners, &n->sockets, n->pass);
	return err ? err : sockets_append(n, to, n->lost != lost);
}

static void snapshot(struct source *s, const struct request *r, struct bytes *to)
{
	struct netlink *n = (struct netlink *)s;

	if (look_at_all(n, r, to) || processes_append(n, to))
		s->errors++;
}

/* The first dump: its records are thrown away, its sockets have opened_ns 0. */
static int look_first(struct netlink *n)
{
	const struct request all = { .deadline_ns = NO_DEADLINE, .look = true };
	struct bytes unread = {};
	int err = look_at_all(n, &all, &unread);

	bytes_free(&unread);
	n->describe_all = true;
	return err;
}

static int32_t drain(struct source *s, uint8_t *buffer, uint32_t capacity)
{
	return destroyed_drain((struct netlink *)s, buffer, capacity);
}

static void count(struct source *s, struct tcptop_tick *tick)
{
	const struct netlink *n = (const struct netlink *)s;

	tick->snapshot_errors += s->errors;
	if (!n->tcp) /* UDP alone is listed beside the eBPF source, which counts */
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

	for (size_t i = 0; i < n->netns_count; i++)
		netns_close(&n->namespaces[i]);
	free(n->namespaces);
	socket_table_free(&n->sockets);
	bytes_free(&n->destroyed);
	free(n->other_ends);
	bytes_free(&n->processes);
	free(n->exchange.buffer);
	free(n);
}

static void describe_again(struct source *s)
{
	((struct netlink *)s)->describe_all = true;
}

/* wait() is a timer: the receive buffers hold more than a second of destroy messages, and being woken for each would cost more. */
static const struct source_calls calls = {
	.wait = source_sleep, .drain = drain, .snapshot = snapshot, .count = count, .describe_again = describe_again, .needs = needs,
	.free = netlink_free,
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
	const capabilities owners = CAPABILITY(CAP_SYS_PTRACE) | CAPABILITY(CAP_DAC_READ_SEARCH), permitted = capabilities_permitted();
	const bool finds = (permitted & owners) == owners;

	return (n->destroy_refused ? LIMIT_DESTROYED : 0) | (n->refused_namespaces ? LIMIT_NAMESPACES : 0) | (n->no_sent ? LIMIT_SENT : 0) |
	       (!finds ? LIMIT_OWNERS : n->refused_processes ? LIMIT_REFUSED : 0) |
	       (finds && !(permitted & CAPABILITY(CAP_SYS_ADMIN)) ? LIMIT_ENTERING : 0);
}

static void ignore(void *context, const struct diag_message *m)
{
	(void)context;
	(void)m;
}

/* With a dump: a kernel without inet_diag lets a socket be opened and bound all the same. */
int netlink_try(int *destroy_err)
{
	struct exchange x = { .buffer = malloc(DUMP_BYTES), .deadline_ns = NO_DEADLINE };
	struct netns s = { .request_fd = -1, .destroy_fd = -1 };
	int err = x.buffer ? netns_open(&s, true) : -ENOMEM;

	if (!err)
		err = netns_dump(&x, &s, AF_INET, DUMP_CONNECTIONS, ignore, NULL);
	free(x.buffer);
	*destroy_err = err || s.destroy_fd >= 0 ? 0 : s.destroy_fd;
	netns_close(&s);
	return err;
}
