/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "../netlink/netlink.h"
#include "../privileges/reader.h"
#include "udp.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SNAPSHOT_LIMIT_NS 5000000000ull
/* Owners come first, and leave the counters this much. */
#define COUNTERS_SHARE_NS (SNAPSHOT_LIMIT_NS / 2)
#define SNAPSHOT_KEPT_BYTES (32u << 20)

/* One that was cut short is not made again at once: it would get no further. */
int owners_pass(struct tcptop *t, uint64_t deadline_ns)
{
	uint64_t seen = __atomic_load_n(&t->shared->weak_owners, __ATOMIC_RELAXED);
	int err;

	t->shared->owner_pass++;
	t->shared->met_tgid = 0;
	err = iterator_read(t->owners, NULL, deadline_ns);
	if (err)
		t->snapshot_errors++;
	if (!err || err == -ETIME)
		t->weak_owners_seen = seen;
	return err;
}

void counters_sum(int map_fd, uint64_t *sums, uint32_t length)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t values[cpus > 0 ? cpus : 1];

	for (uint32_t i = 0; i < length; i++) {
		sums[i] = 0;
		if (map_fd < 0 || bpf_map_lookup_elem(map_fd, &i, values))
			continue;
		for (int cpu = 0; cpu < cpus; cpu++)
			sums[i] += values[cpu];
	}
}

static int tick_append(struct tcptop *t, uint64_t begin_ns)
{
	struct tcptop_tick tick = { .tag = TAG_TICK, .size = sizeof(tick), .begin_ns = begin_ns };
	uint64_t sums[COUNTER_COUNT] = {}, udp[UDP_COUNTER_COUNT] = {};
	int err = bytes_reserve(&t->snapshot, sizeof(tick));

	if (err)
		return err;
	if (t->tcp)
		counters_sum(t->counters_fd, sums, COUNTER_COUNT);
	if (t->udp)
		udp_counters(t->udp, udp);
	tick.time_ns = clock_ns(CLOCK_BOOTTIME);
	tick.wall_ns = clock_ns(CLOCK_REALTIME);
	tick.events_lost = sums[COUNTER_EVENTS_LOST] + (t->netlink ? t->netlink->lost : 0);
	tick.sockets_untracked = sums[COUNTER_SOCKETS_UNTRACKED] + (t->netlink ? t->netlink->invalid_dumps : 0);
	tick.snapshot_errors = t->snapshot_errors + sums[COUNTER_SNAPSHOT_LOST];
	tick.udp_evicted = t->udp ? t->udp->evicted : 0;
	tick.udp_untracked = udp[UDP_FULL] + udp[UDP_UNREADABLE];
	memcpy(t->snapshot.data + t->snapshot.length, &tick, sizeof(tick));
	t->snapshot.length += sizeof(tick);
	return 0;
}

/* Sockets have begun whose owner no program could tell. */
static bool owners_wanted(struct tcptop *t)
{
	uint64_t udp[UDP_COUNTER_COUNT] = {};

	if (__atomic_load_n(&t->shared->weak_owners, __ATOMIC_RELAXED) != t->weak_owners_seen)
		return true;
	if (t->udp)
		udp_counters(t->udp, udp);
	return t->udp && udp[UDP_UNOWNED] != t->udp->unowned_seen;
}

/* Tells what an owner pass found of UDP sockets. With a table it goes over all descriptors again, so only if there is something to find. */
static int udp_settle(struct tcptop *t, bool unowned, uint64_t deadline_ns)
{
	int err = 0;

	if (!t->is_table || unowned || t->shared->udp_unsettled == t->shared->owner_pass)
		err = iterator_read(t->udp_settled, &t->snapshot, deadline_ns);
	if (!err && t->is_table && unowned)
		err = iterator_read(t->udp_settled_kernel, &t->snapshot, deadline_ns);
	return err;
}

/* The owners of UDP sockets go in front of the flows, which may have begun before the look. */
static void owners_append(struct tcptop *t)
{
	uint64_t udp[UDP_COUNTER_COUNT] = {}, deadline_ns = t->snapshot_deadline_ns - COUNTERS_SHARE_NS;
	int err;

	if (t->udp)
		udp_counters(t->udp, udp);
	err = owners_pass(t, deadline_ns);
	if (err && err != -ETIME)
		return;
	if (!err && udp_settle(t, t->udp && udp[UDP_UNOWNED] != t->udp->unowned_seen, deadline_ns))
		t->snapshot_errors++;
	if (t->udp)
		t->udp->unowned_seen = udp[UDP_UNOWNED];
}

/* Moves what the ring holds, which is never more than its size, behind the snapshot. */
static int ring_take(struct tcptop *t)
{
	int err = bytes_reserve(&t->snapshot, t->ring.bytes);

	if (err)
		return err;
	t->snapshot.length += ring_read(&t->ring, t->snapshot.data + t->snapshot.length, t->ring.bytes);
	return clock_ns(CLOCK_MONOTONIC) < t->snapshot_deadline_ns ? 0 : -ETIME;
}

/* All that the walk has written. A record that another CPU is still writing holds up those behind it. */
static int ring_take_rest(struct tcptop *t)
{
	int err;

	while (!(err = ring_take(t)) && *t->ring.consumed < __atomic_load_n(&t->shared->snapshot_end, __ATOMIC_ACQUIRE))
		sched_yield();
	return err;
}

/* The program writes into the ring, and pauses the walk (EAGAIN) when half of it is taken. */
static int storage_walk(struct tcptop *t)
{
	uint8_t nothing[8];
	int fd = bpf_iter_create(bpf_link__fd(t->sockets)), err = fd < 0 ? -errno : 0;
	ssize_t n = 1;

	while (!err && n) {
		n = read(fd, nothing, sizeof(nothing));
		if (n < 0 && errno == EAGAIN)
			err = ring_take(t);
		else if (n < 0 && errno != EINTR)
			err = -errno;
	}
	if (fd >= 0)
		close(fd);
	return err;
}

/* The same for sockets in a table: the program does some slots a round, fewer when half of the ring is taken. */
static int table_walk(struct tcptop *t)
{
	struct tcptop_tcp_shared *s = t->shared;
	uint64_t at, end = __atomic_load_n(&s->slots, __ATOMIC_RELAXED);
	int err = 0;

	end = end < SOCKETS_MAX ? end : SOCKETS_MAX;
	for (s->walk_next = at = 0; !err && at < end; at = __atomic_load_n(&s->walk_next, __ATOMIC_ACQUIRE)) {
		err = iterator_read(t->sockets, NULL, t->snapshot_deadline_ns);
		if (!err)
			err = ring_take(t);
	}
	return err;
}

static int sockets_walk(struct tcptop *t)
{
	int err;

	err = t->is_table ? table_walk(t) : storage_walk(t);
	return err ? err : ring_take_rest(t);
}

static int sockets_append(struct tcptop *t, bool look)
{
	int err;

	if (look || owners_wanted(t))
		owners_append(t);
	t->shared->syn_recv = 0;
	err = sockets_walk(t);
	t->syn_recv = err ? -1 : t->shared->syn_recv;
	return err;
}

/* What a peak took is given back after it. */
static void snapshot_begin(struct bytes *s)
{
	if (s->capacity > SNAPSHOT_KEPT_BYTES && s->length < s->capacity / 8) {
		free(s->data);
		*s = (struct bytes){};
	}
	s->length = s->read = 0;
}

static int32_t snapshot_take(void *context, int64_t look)
{
	struct tcptop *t = context;
	uint64_t begin_ns = clock_ns(CLOCK_BOOTTIME);
	int err;

	snapshot_begin(&t->snapshot);
	t->snapshot_deadline_ns = clock_ns(CLOCK_MONOTONIC) + SNAPSHOT_LIMIT_NS;
	if (t->netlink && (netlink_snapshot(t, t->netlink, look, t->snapshot_deadline_ns) || processes_append(t->netlink, &t->snapshot)))
		t->snapshot_errors++;
	if (t->tcp && sockets_append(t, look))
		t->snapshot_errors++;
	if (t->listing && (netlink_snapshot(t, t->listing, look, t->snapshot_deadline_ns) || processes_append(t->listing, &t->snapshot)))
		t->snapshot_errors++;
	if (t->udp && udp_flows_read(t->udp, begin_ns, &t->snapshot))
		t->snapshot_errors++;
	err = tick_append(t, begin_ns);
	return err ? fail(t, -err, "hold a snapshot") : (int32_t)t->snapshot.length;
}

int32_t tcptop__snapshot(struct tcptop *t, int32_t look)
{
	return t->reader ? reader_do(t->reader, snapshot_take, t, look) : snapshot_take(t, look);
}

/* Bytes of the whole records that fit, from the start of data. */
static size_t whole_records(const uint8_t *data, size_t length, size_t capacity)
{
	size_t used = 0;

	while (length - used >= 4) {
		uint16_t size;

		memcpy(&size, data + used + 2, sizeof(size));
		if (!size || size > length - used || size > capacity - used)
			break;
		used += size;
	}
	return used;
}

int64_t tcptop__syn_recv(struct tcptop *t)
{
	return t->syn_recv;
}

int32_t tcptop__snapshot_read(struct tcptop *t, uint8_t *buffer, uint32_t capacity)
{
	struct bytes *s = &t->snapshot;
	size_t n = s->length - s->read;

	if (n > capacity)
		n = whole_records(s->data + s->read, n, capacity);
	memcpy(buffer, s->data + s->read, n);
	s->read += n;
	return n;
}

void tcptop__describe_again(struct tcptop *t)
{
	if (t->shared) /* netlink describes every time */
		t->shared->epoch++;
	if (t->udp)
		t->udp->describe_all = true;
}
