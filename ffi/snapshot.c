/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int iterator_read(const struct bpf_link *link, struct bytes *b)
{
	/* bpf_seq_read() hands out at most 8 pages a call; with room for that, no record is cut in two. */
	const size_t most = 8 * sysconf(_SC_PAGESIZE);
	struct bytes dropped = {};
	int fd = bpf_iter_create(bpf_link__fd(link)), err = fd < 0 ? -errno : 0;
	ssize_t n = 1;

	if (!b)
		b = &dropped;
	while (!err && n) {
		if ((err = bytes_reserve(b, most)))
			break;
		n = read(fd, b->data + b->length, most);
		if (n > 0 && b != &dropped)
			b->length += n;
		else if (n < 0 && errno != EINTR && errno != EAGAIN) /* EAGAIN: a million objects without a record */
			err = -errno;
	}
	free(dropped.data);
	if (fd >= 0)
		close(fd);
	return err;
}

int owners_pass(struct tcptop *t)
{
	uint64_t seen = __atomic_load_n(&t->shared->weak_owners, __ATOMIC_RELAXED);
	int err;

	t->shared->owner_pass++;
	err = iterator_read(t->owners, NULL);
	if (err)
		t->snapshot_errors++;
	else
		t->weak_owners_seen = seen;
	return err;
}

static void counters_read(struct tcptop *t, uint64_t sums[COUNTER_COUNT])
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t values[cpus > 0 ? cpus : 1];

	for (uint32_t i = 0; i < COUNTER_COUNT; i++) {
		sums[i] = 0;
		if (bpf_map_lookup_elem(t->counters_fd, &i, values))
			continue;
		for (int cpu = 0; cpu < cpus; cpu++)
			sums[i] += values[cpu];
	}
}

static int tick_append(struct tcptop *t, uint64_t begin_ns)
{
	struct tcptop_tick tick = { .tag = TAG_TICK, .size = sizeof(tick), .begin_ns = begin_ns };
	uint64_t sums[COUNTER_COUNT];
	int err = bytes_reserve(&t->snapshot, sizeof(tick));

	if (err)
		return err;
	if (t->netlink)
		memset(sums, 0, sizeof(sums));
	else
		counters_read(t, sums);
	tick.time_ns = clock_ns(CLOCK_BOOTTIME);
	tick.wall_ns = clock_ns(CLOCK_REALTIME);
	tick.events_lost = sums[COUNTER_EVENTS_LOST] + (t->netlink ? t->netlink->lost : 0);
	tick.sockets_untracked = sums[COUNTER_SOCKETS_UNTRACKED] + (t->netlink ? t->netlink->invalid_dumps : 0);
	tick.snapshot_errors = t->snapshot_errors + sums[COUNTER_SNAPSHOT_LOST];
	memcpy(t->snapshot.data + t->snapshot.length, &tick, sizeof(tick));
	t->snapshot.length += sizeof(tick);
	return 0;
}

int32_t tcptop__snapshot(struct tcptop *t, int32_t look)
{
	uint64_t begin_ns = clock_ns(CLOCK_BOOTTIME);
	int err;

	t->snapshot.length = t->snapshot.read = 0;
	if (t->netlink) {
		if (netlink_snapshot(t, look))
			t->snapshot_errors++;
		err = tick_append(t, begin_ns);
		return err ? fail(t, -err, "hold a snapshot") : (int32_t)t->snapshot.length;
	}
	if (look || __atomic_load_n(&t->shared->weak_owners, __ATOMIC_RELAXED) != t->weak_owners_seen)
		owners_pass(t);
	begin_ns = clock_ns(CLOCK_BOOTTIME);
	err = iterator_read(t->sockets, &t->snapshot);
	if (err)
		t->snapshot_errors++;
	err = tick_append(t, begin_ns);
	return err ? fail(t, -err, "hold a snapshot") : (int32_t)t->snapshot.length;
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
}
