/* SPDX-License-Identifier: MIT */
/* The tick's walk over all live TCP sockets: an iterator writes a record of each into the ring, which is drained meanwhile. */
#define _GNU_SOURCE
#include "walk.h"
#include "iterator.h"
#include "../base/clock.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>
#include <bpf/bpf.h>

/* Appends the records that are in the ring to the snapshot. */
static int ring_take(struct programs *p, struct bytes *to, uint64_t deadline_ns)
{
	int err = bytes_reserve(to, p->ring.bytes);

	if (err)
		return err;
	to->length += ring_read(&p->ring, to->data + to->length, p->ring.bytes);
	return in_time(deadline_ns) ? 0 : -ETIME;
}

/* Up to the last record of the walk. A record that another CPU has reserved and not submitted yet holds up those behind it. */
static int ring_take_rest(struct programs *p, struct bytes *to, uint64_t deadline_ns)
{
	int err;

	while (!(err = ring_take(p, to, deadline_ns)) && *p->ring.consumed < __atomic_load_n(&p->shared->snapshot_end, __ATOMIC_ACQUIRE))
		sched_yield();
	return err;
}

/* tcp_snapshot ends a read() with EAGAIN when the ring is half full. The next one may pass over a socket (bpf/snapshot.h): then a walk over all comes next, too. */
static int storage_walk(struct programs *p, struct bytes *to, uint64_t deadline_ns)
{
	uint8_t nothing[8];
	int fd = bpf_iter_create(bpf_link__fd(p->sockets)), err = fd < 0 ? -errno : 0;
	ssize_t n = 1;

	while (!err && n) {
		n = read(fd, nothing, sizeof(nothing));
		if (n < 0 && errno == EAGAIN) {
			p->shared->moving = 1;
			err = ring_take(p, to, deadline_ns);
		} else if (n < 0 && errno != EINTR) {
			err = -errno;
		}
	}
	if (fd >= 0)
		close(fd);
	return err;
}

/* tcp_walk visits up to WALK_AT_ONCE slots in one read(), fewer when the ring gets half full. */
static int table_walk(struct programs *p, struct bytes *to, uint64_t deadline_ns)
{
	struct tcptop_tcp_shared *s = p->shared;
	uint64_t at, end = __atomic_load_n(&s->slots, __ATOMIC_RELAXED);
	int err = 0;

	end = end < SOCKETS_MAX ? end : SOCKETS_MAX;
	for (s->walk_next = at = 0; !err && at < end; at = __atomic_load_n(&s->walk_next, __ATOMIC_ACQUIRE)) {
		err = iterator_read(p->sockets, NULL, deadline_ns);
		if (!err)
			err = ring_take(p, to, deadline_ns);
	}
	return err;
}

static bool has_moved(const struct tcptop_tcp_shared *s)
{
	return __atomic_load_n(&s->moving, __ATOMIC_ACQUIRE) || __atomic_load_n(&s->stirred, __ATOMIC_ACQUIRE);
}

static int all_walk(struct programs *p, struct bytes *to, uint64_t deadline_ns)
{
	struct tcptop_tcp_shared *s = p->shared;
	int err;

	/* A note costs a tenth of meeting a socket: none is made while something moves each tick. Behind a walk that told of all, which says nothing of what moves, the
	 * first one may tell of them once more (snapshot_is_still()). */
	p->walks = s->changes ? p->walks + 1 : 0;
	s->notes = p->still && (!has_moved(s) || p->walks <= 2);
	s->syn_recv = s->still = s->moving = 0;
	p->still_epoch = s->epoch;
	__atomic_store_n(&s->stirred, 0, __ATOMIC_SEQ_CST);
	err = p->is_table ? table_walk(p, to, deadline_ns) : storage_walk(p, to, deadline_ns);
	if (err)
		s->moving = 1;
	return err;
}

/* Whether a walk over all sockets would tell nothing, and count what the last one did: it met none that moved, and neither a socket nor what is kept of one has
 * changed since (bpf/still.h). Where that could not be found out they are walked over. */
static bool is_at_rest(struct programs *p, uint64_t deadline_ns)
{
	struct tcptop_tcp_shared *s = p->shared;

	if (!s->notes || !s->changes || s->owners_met || s->epoch != p->still_epoch || has_moved(s))
		return false;
	s->still_next = 0;
	do {
		if (iterator_read(p->still, NULL, deadline_ns))
			return false;
	} while (!has_moved(s) && __atomic_load_n(&s->still_next, __ATOMIC_ACQUIRE) < s->still);
	return !has_moved(s);
}

int sockets_walk(struct programs *p, struct bytes *to, uint64_t deadline_ns)
{
	int err = is_at_rest(p, deadline_ns) ? 0 : all_walk(p, to, deadline_ns);

	return err ? err : ring_take_rest(p, to, deadline_ns);
}
