/* SPDX-License-Identifier: MIT */
/* The netlink source: its namespaces, and the three things a source does. */
#define _GNU_SOURCE
#include "netlink.h"
#include "../privileges/privileges.h"
#include "../process/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FAREWELL_BYTES (DUMP_BYTES / QUESTIONS)
#define FAREWELLS_AT_ONCE 4096
/* A namespace that is gone lives on for as long as our sockets are in it, so it is looked for this often. */
#define SEARCH_EVERY_NS 1000000000ull
/* Of the time for a snapshot, what dumps leave for the owners. */
#define OWNERS_SHARE_NS 1000000000ull

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

/* 0, or negative errno if not one namespace can be seen. */
static int spaces_search(struct netlink *n)
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

/* Returns the first error; what else there is, is shown all the same. */
static int space_dump_all(struct netlink *n, struct space *s)
{
	const int families[] = { AF_INET, AF_INET6 };
	struct showing showing = { n, s };
	int err = 0;

	for (int i = 0; i < 2; i++) {
		int tcp = n->tcp ? space_dump(n, s, families[i], IPPROTO_TCP, shown_tcp, &showing) : 0;
		int udp = n->udp ? space_dump(n, s, families[i], IPPROTO_UDP, shown_udp, &showing) : 0;

		err = err ? err : tcp ? tcp : udp;
	}
	return err;
}

static int spaces_dump(struct netlink *n)
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

/* The first passes are for what was there before us. Later ones take up at most a quarter of the time while sockets without
 * an owner come in, else a tenth. */
static void owners_look(struct tcptop *t, struct netlink *n, bool look)
{
	uint64_t since_ns = clock_ns(CLOCK_MONOTONIC) - n->owners_ended_ns, share = n->unknown_sockets ? 3 : 10;
	int err;

	if (!n->unknown_sockets && !look)
		return;
	if (n->owner_pass >= 3 && since_ns < share * n->owners_took_ns)
		return;
	err = owners_of_inodes(n);
	if (err == -ETIME)
		t->snapshot_errors++;
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
		k->last.state = 7; /* CLOSE */
	return false;
}

static void socket_append(struct bytes *to, const struct known *k)
{
	size_t size = k->datagram ? sizeof(struct tcptop_udp_record) : sizeof(k->last);

	if (k->datagram)
		*(struct tcptop_udp_record *)(to->data + to->length) = udp_record(k);
	else
		memcpy(to->data + to->length, &k->last, size);
	to->length += size;
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

int netlink_snapshot(struct tcptop *t, struct netlink *n, bool look, uint64_t deadline_ns)
{
	uint64_t lost = n->lost;
	uint32_t refused = n->refused_spaces;
	int err = 0;

	n->deadline_ns = deadline_ns == NO_DEADLINE ? NO_DEADLINE : deadline_ns - OWNERS_SHARE_NS;
	if (clock_ns(CLOCK_MONOTONIC) - n->searched_ns >= SEARCH_EVERY_NS)
		err = spaces_search(n);
	if (n->refused_spaces > refused)
		t->snapshot_errors++;
	n->pass++;
	n->dump_error = spaces_dump(n);
	if (n->dump_error)
		t->snapshot_errors++;
	if (n->tcp)
		t->syn_recv = n->dump_error || n->refused_spaces ? -1 : (int64_t)n->syn_recv;
	for (size_t i = 0; i < n->space_count; i++)
		n->lost += space_dropped(&n->spaces[i]);
	n->deadline_ns = deadline_ns;
	owners_look(t, n, look);
	for (size_t i = 0; i < n->space_count; i++)
		listeners_settle(n, &n->spaces[i]);
	return err ? err : sockets_append(n, &t->snapshot, n->lost != lost);
}

/* Reads the farewells of one namespace that have come in, as records into n->farewells. Returns how many. */
static int farewells_read(struct netlink *n, struct space *s)
{
	struct diag_message messages[QUESTIONS], open[QUESTIONS];
	struct answer answers[QUESTIONS] = {}, found[QUESTIONS] = {};
	int count = space_farewells(s, n->buffer, FAREWELL_BYTES, messages, QUESTIONS);
	int asked[QUESTIONS], questions = 0;

	for (int i = 0; i < count; i++) {
		if (!tcp_farewell_is_open(&messages[i]))
			continue;
		open[questions] = messages[i];
		asked[questions++] = i;
	}
	if (questions && !space_ask(n, s, open, questions, answers))
		for (int i = 0; i < questions; i++)
			found[asked[i]] = answers[i];
	for (int i = 0; i < count; i++)
		tcp_said_farewell(n, s, &messages[i], found[i]);
	return count;
}

int32_t netlink_drain(struct netlink *n, uint8_t *buffer, uint32_t capacity)
{
	struct bytes *f = &n->farewells;
	size_t bytes;

	if (f->read == f->length) {
		int read = 0;

		f->read = f->length = 0;
		for (size_t i = 0; i < n->space_count; i++)
			for (int count = QUESTIONS; n->spaces[i].inode && count == QUESTIONS && read < FAREWELLS_AT_ONCE; read += count)
				count = farewells_read(n, &n->spaces[i]);
	}
	bytes = f->length - f->read;
	if (bytes > capacity)
		bytes = capacity - capacity % sizeof(struct tcptop_tcp_record);
	if (bytes) /* f->data is NULL until the first farewell */
		memcpy(buffer, f->data + f->read, bytes);
	f->read += bytes;
	return bytes;
}

/* The first look at everything: what it shows was open before. */
static int netlink_open(struct tcptop *t, struct netlink **at, bool tcp)
{
	struct netlink *n = *at = calloc(1, sizeof(*n));
	int err;

	if (!n)
		return -ENOMEM;
	n->tcp = tcp;
	n->udp = !tcp;
	n->buffer = malloc(DUMP_BYTES);
	err = n->buffer ? netlink_snapshot(t, n, true, NO_DEADLINE) : -ENOMEM;
	t->snapshot.length = 0;
	/* __sock_diag_cmd() and inet_diag_dump() find no handler: the modules are neither built in nor installed. */
	return err || n->dump_error != -ENOENT ? err : -ENOENT;
}

static int32_t limits(const struct netlink *n)
{
	const capabilities owners = 1ull << CAP_SYS_PTRACE | 1ull << CAP_DAC_READ_SEARCH;

	return (n->farewells_refused ? LIMIT_FAREWELLS : 0) | (n->refused_spaces ? LIMIT_SPACES : 0) | (n->no_sent ? LIMIT_SENT : 0) |
	       ((capabilities_permitted() & owners) != owners ? LIMIT_OWNERS : n->refused_processes ? LIMIT_REFUSED : 0);
}

int32_t tcptop__open_netlink(struct tcptop *t)
{
	int err = netlink_open(t, &t->netlink, true);

	return err ? fail(t, -err, "ask the kernel for its sockets by netlink") : limits(t->netlink);
}

int32_t tcptop__list_udp(struct tcptop *t)
{
	struct netlink *n = t->netlink;
	int err;

	if (n) {
		n->udp = true;
		netlink_snapshot(t, n, true, NO_DEADLINE);
		t->snapshot.length = 0;
		err = n->dump_error;
		n->udp = !err;
	} else {
		err = netlink_open(t, &t->listing, false);
		n = t->listing;
		if (err) {
			netlink_free(n);
			t->listing = NULL;
		}
	}
	return err ? fail(t, -err, "ask the kernel for its UDP sockets by netlink") : limits(n);
}

void netlink_free(struct netlink *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->space_count; i++)
		space_close(&n->spaces[i]);
	free(n->spaces);
	known_free(&n->sockets);
	free(n->farewells.data);
	free(n->processes.data);
	free(n->buffer);
	free(n);
}
