/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "losses.h"
#include "iterator.h"
#include "../base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* last_ns of a flow may be from a jiffy before its last datagram: 10 ms with CONFIG_HZ=100. */
#define STALE_NS 10000000ull
/* A datagram may be lost this long after it was counted, at most, as of the clocks that are compared: both happen in one softirq. */
#define SLACK_NS (50000000ull + STALE_NS)

static int by_cookie(const void *a, const void *b)
{
	const struct udp_loss *x = a, *y = b;

	return (x->cookie > y->cookie) - (x->cookie < y->cookie);
}

static struct loss *find(const struct losses *l, uint64_t cookie)
{
	size_t low = 0, high = l->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->items[middle].cookie < cookie)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->count && l->items[low].cookie == cookie ? &l->items[low] : NULL;
}

static uint64_t last_ns(const struct udp_flow *flow)
{
	return flow->traffic.last_ns ? flow->traffic.last_ns : flow->first_ns;
}

/* What a socket lost that is older than us is from before, as of the first look; of one that only a later look met, who knows. */
static struct loss loss_new(const struct losses *l, const struct udp_loss *met)
{
	return (struct loss){
		.cookie = met->cookie, .drops = met->is_older ? met->drops : 0,
		.unclear_ns = met->is_older && l->has_begun ? l->looked_ns : 0,
	};
}

/* More than once where several descriptors lead to the socket. */
static void meet(struct losses *l, struct loss *s, const struct udp_loss *met)
{
	uint32_t more = met->drops - s->drops;

	if (s->looked_ns != l->looked_ns)
		s->before_ns = s->looked_ns;
	s->looked_ns = l->looked_ns;
	s->drops = met->drops;
	s->grown += more;
	if (more && met->in_packets)
		s->unclear_ns = l->looked_ns;
	l->has_grown |= more != 0;
}

/* Those known and those met, which are both in order. */
static int merge(struct losses *l, const struct udp_loss *met, size_t count, uint64_t before_ns, uint64_t keep_ns)
{
	struct loss *merged = malloc((l->count + count + 1) * sizeof(*merged));
	size_t used = 0, old = 0;

	if (!merged)
		return -ENOMEM;
	for (size_t i = 0; i < count || old < l->count;) {
		bool is_known = old < l->count && (i == count || l->items[old].cookie <= met[i].cookie);
		struct loss *s = &merged[used];

		*s = is_known ? l->items[old++] : loss_new(l, &met[i]);
		s->grown = s->moved = s->flow_is_there = s->recent_ns = 0;
		for (; i < count && met[i].cookie == s->cookie; i++)
			meet(l, s, &met[i]);
		s->has_changed = !is_known || s->grown || s->looked_ns == before_ns;
		l->has_changed |= s->has_changed;
		used += s->looked_ns + keep_ns >= l->looked_ns;
	}
	free(l->items);
	l->items = merged;
	l->count = used;
	return 0;
}

int losses_look(struct losses *l, uint64_t keep_ns, uint64_t deadline_ns)
{
	uint64_t before_ns = l->looked_ns;
	size_t count;
	int err;

	l->has_grown = l->has_changed = false;
	l->met.length = 0;
	l->looked_ns = clock_ns(CLOCK_BOOTTIME);
	err = iterator_read(l->link, &l->met, deadline_ns);
	count = l->met.length / sizeof(struct udp_loss);
	if (count)
		qsort(l->met.data, count, sizeof(struct udp_loss), by_cookie);
	if (!err)
		err = merge(l, (const struct udp_loss *)l->met.data, count, before_ns, keep_ns);
	l->has_begun = true;
	return err;
}

static bool is_flow(const struct loss *s, const struct udp_key *key, const struct udp_flow *flow)
{
	return s->flow_first_ns == flow->first_ns && !memcmp(&s->flow, key, sizeof(*key));
}

void losses_moved(struct losses *l, const struct udp_key *key, const struct udp_flow *flow)
{
	struct loss *s = find(l, key->cookie);

	if (!s || !s->grown)
		return;
	s->flow_is_there |= is_flow(s, key, flow);
	s->moved += last_ns(flow) + SLACK_NS > s->before_ns;
	if (last_ns(flow) < s->recent_ns)
		return;
	s->recent_ns = last_ns(flow);
	s->recent_first_ns = flow->first_ns;
	s->recent = *key;
}

static void attribute(const struct losses *l, struct loss *s)
{
	bool is_other = s->flow_first_ns != s->recent_first_ns || memcmp(&s->flow, &s->recent, sizeof(s->flow));

	if (s->moved != 1 || (s->flow_is_there && s->lost && is_other))
		s->unclear_ns = l->looked_ns;
	if (!s->flow_is_there || !s->lost) {
		s->flow = s->recent;
		s->flow_first_ns = s->recent_first_ns;
		s->lost = 0;
	}
	s->lost += s->grown;
}

void losses_attribute(struct losses *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->items[i].grown)
			attribute(l, &l->items[i]);
}

bool losses_changed(const struct losses *l, const struct udp_key *key)
{
	const struct loss *s = l->has_changed ? find(l, key->cookie) : NULL;

	return s && s->has_changed;
}

/* A socket that is closed may have lost more after it was looked at last. */
static bool is_clear(const struct losses *l, const struct loss *s, const struct udp_flow *flow)
{
	return flow->first_ns > s->unclear_ns && (s->looked_ns == l->looked_ns || last_ns(flow) + STALE_NS <= s->looked_ns);
}

void losses_fill(const struct losses *l, struct tcptop_udp_record *r, const struct udp_key *key, const struct udp_flow *flow)
{
	const struct loss *s = find(l, key->cookie);
	bool clear = s && is_clear(l, s, flow);

	r->rx_dropped_packets = s && is_flow(s, key, flow) ? s->lost : 0;
	r->unknown |= clear ? r->rx_dropped_packets ? UNKNOWN_DROPPED_BYTES : 0 : UNKNOWN_DROPPED_BYTES | UNKNOWN_DROPPED_PACKETS;
	if (clear)
		r->rx_packets -= r->rx_dropped_packets < r->rx_packets ? r->rx_dropped_packets : r->rx_packets;
}

void losses_watch(struct programs *p, struct losses *l)
{
	size_t log_length = strlen(p->beside.log);

	l->each_time = !p->is_table;
	if (p->tcp)
		l->link = iterator_attach(bpf_object__find_program_by_name(p->tcp, "udp_losses"),
					  p->is_table ? -1 : bpf_object__find_map_fd_by_name(p->tcp, "udp_sockets"));
	if (l->link && losses_look(l, 0, NO_DEADLINE)) {
		bpf_link__destroy(l->link);
		l->link = NULL;
	}
	p->beside.log[log_length] = 0;
}

void losses_free(struct losses *l)
{
	bpf_link__destroy(l->link);
	bytes_free(&l->met);
	free(l->items);
}
