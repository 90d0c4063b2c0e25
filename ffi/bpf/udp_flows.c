/* SPDX-License-Identifier: MIT */
/* The table of UDP flows, from user space: read in batches, expired, and kept from filling up. */
#define _GNU_SOURCE
#include "udp_flows.h"
#include "counters.h"
#include "../base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>

#define BATCH 2048
#define GONE_MAX UDP_FLOWS_HIGH /* evicted flows that have a record in one snapshot; more are only counted */
/* A flow is read again if its last_ns is after the begin of the last snapshot. A program reads the clock a moment before it writes last_ns,
 * so a datagram that the last snapshot did not see may have a last_ns from before its begin: this much is allowed for. */
#define SLACK_NS 1000000000ull

typedef int visit_fn(struct udp *u, const struct udp_key *key, const struct udp_flow *flow, void *context);

struct idle {
	uint64_t last_ns;
	struct udp_key key;
};

struct idle_list {
	struct idle *items;
	size_t length;
	size_t capacity;
};

int udp_buffers_new(struct udp *u)
{
	u->keys = calloc(BATCH, sizeof(*u->keys));
	u->flows = calloc(BATCH, sizeof(*u->flows));
	return u->keys && u->flows ? 0 : -ENOMEM;
}

/* Calls visit() once for each entry, whatever is added or removed meanwhile: a BPF hash does not resize, and
 * __htab_map_lookup_and_delete_batch() copies a whole bucket under its lock. Since 5.6. */
static int flows_each(struct udp *u, visit_fn *visit, void *context)
{
	__u32 position, *from = NULL;
	int end = 0, err = 0;

	while (!end && !err) {
		__u32 count = BATCH;

		end = bpf_map_lookup_batch(u->flows_fd, from, &position, u->keys, u->flows, &count, NULL);
		if (end && end != -ENOENT)
			return end;
		for (__u32 i = 0; i < count && !err; i++) {
			busy_add(busy_find(&u->busy, &u->keys[i]), &u->flows[i]);
			err = visit(u, &u->keys[i], &u->flows[i], context);
		}
		from = &position;
	}
	return err;
}

static uint64_t last_ns_of(const struct udp_flow *flow)
{
	return flow->traffic.last_ns ? flow->traffic.last_ns : flow->first_ns;
}

static void address_copy(uint8_t to[16], const uint8_t from[16], uint8_t family)
{
	memset(to, 0, 16);
	if (family == 4)
		memcpy(to, from + 12, 4);
	else
		memcpy(to, from, 16);
}

/* A copy that was made while a program wrote may have the drop of a datagram and not its arrival. */
static uint64_t sub_or_zero(uint64_t all, uint64_t dropped)
{
	return all > dropped ? all - dropped : 0;
}

static void record_fill(const struct udp *u, struct tcptop_udp_record *r, const struct udp_key *key, const struct udp_flow *flow,
			uint8_t state)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	uint8_t family = memcmp(key->remote_address, mapped, sizeof(mapped)) ? 6 : 4;

	*r = (struct tcptop_udp_record){
		.tag = TAG_UDP_FLOW, .size = sizeof(*r), .family = family, .state = state,
		.direction = flow->direction, .how = flow->how, .several = flow->several, .cookie = key->cookie,
		.first_ns = flow->first_ns, .last_ns = last_ns_of(flow),
		.cgroup_id = flow->owner.cgroup_id, .owner_start_ns = flow->owner.start_ns,
		.rx_bytes = sub_or_zero(flow->traffic.rx_bytes, flow->traffic.rx_dropped_bytes), .tx_bytes = flow->traffic.tx_bytes,
		.rx_packets = sub_or_zero(flow->traffic.rx_packets, flow->traffic.rx_dropped_packets), .tx_packets = flow->traffic.tx_packets,
		.rx_dropped_bytes = flow->traffic.rx_dropped_bytes, .rx_dropped_packets = flow->traffic.rx_dropped_packets,
		.unknown = u->dropped || u->losses.link ? 0 : UNKNOWN_DROPPED_BYTES | UNKNOWN_DROPPED_PACKETS,
		.tgid = flow->owner.pid, .uid = flow->owner.uid, .netns = flow->netns, .scope = key->scope,
		.local_port = flow->local_port, .remote_port = key->remote_port,
	};
	address_copy(r->local_address, flow->local_address, family);
	address_copy(r->remote_address, key->remote_address, family);
	memcpy(r->comm, flow->owner.comm, sizeof(r->comm));
	if (u->losses.link)
		losses_fill(&u->losses, r, key, flow);
}

static int record_append(const struct udp *u, struct bytes *to, const struct udp_key *key, const struct udp_flow *flow,
			 uint8_t state)
{
	int err = bytes_reserve(to, sizeof(struct tcptop_udp_record));

	if (err)
		return err;
	record_fill(u, (struct tcptop_udp_record *)(to->data + to->length), key, flow, state);
	to->length += sizeof(struct tcptop_udp_record);
	return 0;
}

/* Copies and deletes under the bucket's lock: nothing that was counted before is lost. Kernels before 5.14 do it in two
 * steps, microseconds apart. The flow leaves its place after it has left the table, which may fail: then it keeps both until the next time. */
static bool flow_take(struct udp *u, const struct udp_key *key, uint64_t now_ns, struct udp_flow *flow)
{
	int err = bpf_map_lookup_and_delete_elem(u->flows_fd, key, flow);

	if (err == -ENOTSUP || err == -EINVAL || err == -524 /* ENOTSUPP */) {
		err = bpf_map_lookup_elem(u->flows_fd, key, flow);
		if (!err)
			err = bpf_map_delete_elem(u->flows_fd, key);
	}
	if (err)
		return false;
	u->removed++;
	busy_add(busy_leave(&u->busy, key, now_ns), flow);
	return true;
}

static int idle_add(struct idle_list *list, const struct udp_key *key, uint64_t last_ns)
{
	if (list->length == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 1024;
		struct idle *items = realloc(list->items, capacity * sizeof(*items));

		if (!items)
			return -ENOMEM;
		list->items = items;
		list->capacity = capacity;
	}
	list->items[list->length++] = (struct idle){ .last_ns = last_ns, .key = *key };
	return 0;
}

struct reading {
	uint64_t now_ns;
	struct bytes *to;
	struct idle_list expired;
};

static int read_one(struct udp *u, const struct udp_key *key, const struct udp_flow *flow, void *context)
{
	struct reading *r = context;
	uint64_t last_ns = last_ns_of(flow);

	if (last_ns + u->timeout_ns <= r->now_ns)
		return idle_add(&r->expired, key, last_ns);
	busy_consider(&u->busy, key, flow, r->now_ns);
	if (!u->describe_all && last_ns + SLACK_NS < u->before_ns && !losses_changed(&u->losses, key))
		return 0;
	return record_append(u, r->to, key, flow, UDP_KEPT);
}

static int losses_one(struct udp *u, const struct udp_key *key, const struct udp_flow *flow, void *context)
{
	(void)context;
	losses_moved(&u->losses, key, flow);
	return 0;
}

int udp_losses_look(struct udp *u, bool look, uint64_t deadline_ns)
{
	struct losses *l = &u->losses;
	int err = 0;

	l->has_grown = l->has_changed = false;
	if (l->link && (look || l->each_time))
		err = losses_look(l, u->timeout_ns, deadline_ns);
	if (err || !l->has_grown)
		return err;
	err = flows_each(u, losses_one, NULL);
	losses_attribute(l);
	return err;
}

/* A walk goes over all of its buckets, which takes longer than all else that a quiet second takes. A flow that is about to be counted is there the next
 * time. */
static bool table_is_empty(const struct udp *u)
{
	uint64_t added;

	_Static_assert(UDP_ADDED == 0, "the first of the counters is read alone");
	counters_sum(u->counters_fd, &added, 1);
	return added == u->removed;
}

int udp_flows_read(struct udp *u, uint64_t now_ns, struct bytes *to)
{
	struct reading r = { .now_ns = now_ns, .to = to };
	int err = bytes_append(to, u->gone.data, u->gone.length);

	if (!err) {
		u->gone.length = 0;
		err = table_is_empty(u) ? 0 : flows_each(u, read_one, &r);
	}
	for (size_t i = 0; i < r.expired.length && !err; i++) {
		struct udp_flow flow;

		if (flow_take(u, &r.expired.items[i].key, now_ns, &flow))
			err = record_append(u, to, &r.expired.items[i].key, &flow, UDP_EXPIRED);
	}
	free(r.expired.items);
	u->before_ns = now_ns;
	u->describe_all = err != 0;
	return err;
}

static int evict_one(struct udp *u, const struct udp_key *key, const struct udp_flow *flow, void *context)
{
	(void)u;
	return idle_add(context, key, last_ns_of(flow));
}

static int by_last(const void *a, const void *b)
{
	const struct idle *x = a, *y = b;

	return x->last_ns < y->last_ns ? -1 : x->last_ns > y->last_ns;
}

static int place_one(struct udp *u, const struct udp_key *key, const struct udp_flow *flow, void *context)
{
	busy_consider(&u->busy, key, flow, *(const uint64_t *)context);
	return 0;
}

int udp_flows_relieve(struct udp *u)
{
	uint64_t sums[UDP_BUSY + 1], now_ns = clock_ns(CLOCK_BOOTTIME);
	struct idle_list all = {};
	struct udp_flow flow;
	int err = 0;

	_Static_assert(UDP_ADDED == 0 && UDP_BUSY == 1, "the first two of the counters are read alone");
	counters_sum(u->counters_fd, sums, UDP_BUSY + 1);
	if (sums[UDP_BUSY] != u->busy_seen) {
		u->busy_seen = sums[UDP_BUSY];
		err = flows_each(u, place_one, &now_ns);
	}
	if (err || sums[UDP_ADDED] - u->removed < UDP_FLOWS_HIGH)
		return err;
	err = flows_each(u, evict_one, &all);
	qsort(all.items, all.length, sizeof(*all.items), by_last);
	for (size_t i = 0; i + UDP_FLOWS_LOW < all.length && !err; i++) {
		if (!flow_take(u, &all.items[i].key, now_ns, &flow))
			continue;
		u->evicted++;
		if (u->gone.length < GONE_MAX * sizeof(struct tcptop_udp_record))
			err = record_append(u, &u->gone, &all.items[i].key, &flow, UDP_EVICTED);
	}
	free(all.items);
	return err;
}
