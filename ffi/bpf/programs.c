/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "programs.h"
#include "counters.h"
#include "drops.h"
#include "iterator.h"
#include "kernel_btf.h"
#include "log.h"
#include "owners.h"
#include "tcp.h"
#include "tunnels.h"
#include "udp.h"
#include "walk.h"
#include "../base/clock.h"
#include "../privileges/threads.h"

#include <linux/capability.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* Where nothing wakes who waits, and where the programs do. */
#define LONGEST_SLEEP_MS 250
#define LONGEST_WAIT_MS 1000
/* The owner pass comes before the walk, and ends so early that the walk has this much time. */
#define COUNTERS_SHARE_NS 2500000000ull
#define WHOLE_EVERY_NS 30000000000ull
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

static struct programs *of(struct source *s)
{
	return (struct programs *)s;
}

static int wait_for_records(struct source *s, int timeout_ms)
{
	struct programs *p = of(s);

	return p->tcp ? ring_wait(&p->ring, timeout_ms) : source_sleep(s, timeout_ms);
}

static void wake(struct source *s)
{
	if (of(s)->tcp)
		ring_wake(&of(s)->ring);
}

static int relieve(struct source *s)
{
	struct programs *p = of(s);
	int err = p->udp ? udp_flows_relieve(p->udp) : 0, of_drops = 0;

	/* Once for each drain: in a flood there is always something new, and a drain would have no end. */
	if (p->drops && !p->dropped.length && !p->drops_read && drops_are_due(p->drops)) {
		p->drops_read = true;
		of_drops = drops_read(p->drops, false, &p->dropped);
	}
	return err ? err : of_drops;
}

/* What was dropped comes before the ends that it explains. */
static int32_t drain(struct source *s, uint8_t *buffer, uint32_t capacity)
{
	struct programs *p = of(s);

	if (p->dropped.read < p->dropped.length)
		return bytes_take(&p->dropped, buffer, capacity / sizeof(struct tcptop_dropped) * sizeof(struct tcptop_dropped));
	p->drops_read = false;
	return p->ring.consumed ? ring_read(&p->ring, buffer, capacity) : 0;
}

/* Those that a drain has not handed over yet come first. */
static int drops_append(struct programs *p, struct bytes *to)
{
	size_t waiting = p->dropped.length - p->dropped.read;
	int err = bytes_append(to, p->dropped.data + p->dropped.read, waiting);

	if (err)
		return err;
	p->dropped.length = p->dropped.read = 0;
	if (!p->describe_drops && !drops_are_due(p->drops))
		return 0;
	err = drops_read(p->drops, p->describe_drops, to);
	p->describe_drops = err != 0;
	return err;
}

/* Now and then all of it, so that a connection whose end was missed goes; and when something else was. */
static bool leaves_out(const struct programs *p, const struct request *r)
{
	return r->changes && !p->whole_is_due && r->begin_ns - p->whole_ns < WHOLE_EVERY_NS;
}

static int sockets_append(struct programs *p, const struct request *r, struct bytes *to)
{
	bool look = r->look || owners_wanted(p), changes = leaves_out(p, r);
	int err;

	if (look)
		owners_append(p, to, r->deadline_ns - COUNTERS_SHARE_NS);
	p->shared->owners_met = look;
	p->shared->changes = changes;
	err = sockets_walk(p, to, r->deadline_ns);
	p->whole_is_due = err || p->untold_seen != p->shared->ended_untold;
	p->untold_seen = p->shared->ended_untold;
	if (!changes)
		p->whole_ns = r->begin_ns;
	p->source.syn_recv = err ? -1 : p->shared->syn_recv;
	return err;
}

/* Where the walk over TCP sockets does not empty the ring. */
static int ring_append(struct programs *p, struct bytes *to)
{
	int err = bytes_reserve(to, p->ring.bytes);

	if (!err)
		to->length += ring_read(&p->ring, to->data + to->length, p->ring.bytes);
	return err;
}

static void snapshot(struct source *s, const struct request *r, struct bytes *to)
{
	struct programs *p = of(s);

	if (p->tcp && sockets_append(p, r, to))
		s->errors++;
	if (!p->tcp && p->ring.consumed && ring_append(p, to))
		s->errors++;
	if (p->udp && tunnels_append(p, r, to))
		s->errors++;
	if (p->udp && udp_losses_look(p->udp, r->look, r->deadline_ns))
		p->source.errors++;
	if (p->udp && udp_flows_read(p->udp, r->begin_ns, to))
		s->errors++;
	if (p->drops && drops_append(p, to))
		s->errors++;
}

static void count(struct source *s, struct tcptop_tick *tick)
{
	struct programs *p = of(s);
	uint64_t sums[COUNTER_COUNT] = {}, udp[UDP_COUNTER_COUNT] = {};

	if (p->tcp)
		counters_sum(p->counters_fd, sums, COUNTER_COUNT);
	if (p->udp)
		udp_counters(p->udp, udp);
	tick->features |= (p->drops ? FEATURE_DROPS : 0) | (p->shared && p->shared->changes ? FEATURE_CHANGES : 0);
	p->whole_is_due |= p->lost_seen != sums[COUNTER_EVENTS_LOST];
	p->lost_seen = sums[COUNTER_EVENTS_LOST];
	tick->events_lost += sums[COUNTER_EVENTS_LOST];
	tick->sockets_untracked += sums[COUNTER_SOCKETS_UNTRACKED];
	tick->sockets_apart += p->shared ? p->shared->apart : 0;
	tick->snapshot_errors += s->errors + sums[COUNTER_SNAPSHOT_LOST];
	tick->udp_evicted += p->udp ? p->udp->evicted : 0;
	tick->udp_untracked += udp[UDP_FULL] + udp[UDP_UNREADABLE];
	tick->dns_unread += udp[UDP_DNS_UNREAD];
}

static void describe_again(struct source *s)
{
	if (of(s)->shared)
		of(s)->shared->epoch++;
	if (of(s)->udp)
		of(s)->udp->describe_all = true;
	of(s)->describe_drops = of(s)->whole_is_due = true;
}

static void btf_hold(struct programs *p)
{
	if (!p->holds_btf)
		kernel_btf_hold();
	p->holds_btf = true;
}

/* Once all is loaded that will be. */
static void btf_release(struct programs *p)
{
	if (p->holds_btf)
		kernel_btf_release();
	p->holds_btf = false;
}

static void *read_without_capabilities(void *context)
{
	struct programs *p = context;
	intptr_t err = capabilities_set(0);

	if (!err && p->sockets)
		err = iterator_try(p->sockets);
	if (!err && p->udp)
		err = counters_try(p->udp->counters_fd);
	return (void *)err;
}

/* Where unprivileged_bpf_disabled is set, kernels before 5.19 refuse every bpf() call without CAP_BPF, later ones only those
 * that make something (commit c8644cd0efe7). A thread that has none is asked to try. */
static struct needs needs(struct source *s)
{
	const struct needs bpf = { .capabilities = CAPABILITY(CAP_BPF) };
	pthread_t thread;
	void *err;

	btf_release(of(s));
	if (!of(s)->sockets && !of(s)->udp)
		return (struct needs){};
	if (pthread_create(&thread, NULL, read_without_capabilities, of(s)))
		return bpf;
	pthread_join(thread, &err);
	return err ? bpf : (struct needs){};
}

static void programs_free(struct source *s)
{
	struct programs *p = of(s);

	btf_release(p);
	drops_free(p->drops);
	bytes_free(&p->dropped);
	udp_free(p->udp);
	tcp_free(p);
	if (p->cgroup_fd >= 0)
		close(p->cgroup_fd);
	log_end(&p->beside);
	free(p);
}

static const struct source_calls calls = {
	.wait = wait_for_records, .wake = wake, .relieve = relieve, .drain = drain, .snapshot = snapshot, .count = count,
	.describe_again = describe_again, .needs = needs, .free = programs_free,
};

struct source *programs_new(struct failure *f)
{
	struct programs *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->source = (struct source){ .calls = &calls, .longest_wait_ms = LONGEST_SLEEP_MS, .syn_recv = -1 };
	p->failure = f;
	p->counters_fd = p->cgroup_fd = p->ring.epoll_fd = p->ring.wake_fd = -1;
	return &p->source;
}

int32_t programs_make_maps(struct source *s, uint32_t ring_bytes)
{
	btf_hold(of(s));
	return maps_make(of(s), ring_bytes);
}

int32_t programs_load_tcp(struct source *s, uint32_t openings, uint32_t keep)
{
	s->has_tcp = s->ends_waits = true;
	s->longest_wait_ms = LONGEST_WAIT_MS;
	return tcp_load(of(s), openings, keep);
}

int programs_meet(struct source *s)
{
	int err = owners_pass(of(s), NO_DEADLINE);

	return err ? err : orphans_seed(of(s));
}

int32_t programs_load_udp(struct source *s, uint32_t timeout_ms, bool watch_dns)
{
	btf_hold(of(s));
	return udp_load(of(s), timeout_ms, watch_dns);
}

int32_t programs_attach_udp(struct source *s, bool watch_dns)
{
	int32_t result = udp_attach(of(s), watch_dns);

	s->fills_up |= of(s)->udp != NULL;
	if (of(s)->udp && !of(s)->udp->wakes)
		s->longest_wait_ms = LONGEST_SLEEP_MS;
	return result;
}

void programs_note_udp(struct source *s)
{
	*of(s)->failure = of(s)->beside;
}

int32_t programs_watch_drops(struct source *s)
{
	struct programs *p = of(s);
	int err = drops_watch(p, &p->drops);

	s->fills_up |= p->drops != NULL;
	return err ? err : 1;
}

void programs_loaded(struct source *s)
{
	btf_release(of(s));
}

int programs_cgroup_fd(const struct source *s)
{
	return ((const struct programs *)s)->cgroup_fd;
}
